"""Accounts as a table: one a line, their fields in columns. Read from what is uploaded once and not kept."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from panels.declarations.reading import MAX_ACCOUNTS, Misshapen, read_account, unreadable, without_twins
from panels.declarations.shapes import ACCOUNT_FIELDS, Declarations, Declared, NamedSecret, Problem
from panels.declarations.yaml_files import Unreadable, text_of
from tenants.models import Account
from tenants.services import ACCOUNT_SECRETS

_LISTS = ("extra_host_origins",)
# A spreadsheet would take these for the beginning of a formula; what begins with the sign itself gets another one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_SHIELD = "'"


def read_csv(content: str | bytes) -> tuple[Declarations, dict[str, str]]:
    """Return the accounts of the table, and the secrets in it by the names that the accounts have for them.

    Empty cells are not given. Unlike a file that is kept somewhere, the table may have the columns `host_token` and
    `hook_secret`. Spreadsheets write commas or semicolons.
    """
    declared: list[Declared] = []
    problems: list[Problem] = []
    secrets: dict[str, str] = {}
    try:
        rows = _rows(text_of(content))
        header = _header(rows)
        for number, cells in rows:
            _read_line(_("line %(number)s") % {"number": number}, header, cells, declared, problems, secrets)
    except Unreadable as error:
        return unreadable(str(error)), {}
    except csv.Error:
        return unreadable(_("no CSV: a quotation mark is missing or too many.")), {}
    return without_twins(declared, problems), secrets


def write_csv(accounts: Iterable[Account]) -> Iterator[str]:
    """Yield the table's lines: all fields, no secrets. Read again it changes nothing."""
    writer = csv.writer(_Line())
    yield writer.writerow(ACCOUNT_FIELDS)
    for account in accounts:
        yield writer.writerow([_cell(getattr(account, name)) for name in ACCOUNT_FIELDS])


class _Line:
    """What csv writes to: it gives each line back."""

    def write(self, line: str) -> str:
        return line


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that have something in them, with their numbers."""
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    end = count = 0
    for cells in reader:
        begin, end = end + 1, reader.line_num
        if any(cell.strip() for cell in cells):
            count += 1
            if count > MAX_ACCOUNTS + 1:
                raise Unreadable(_("too many accounts. At most %(number)s are read.") % {"number": MAX_ACCOUNTS})
            yield begin, cells


def _header(rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    _number, cells = next(rows, (0, []))
    header = [cell.strip() for cell in cells]
    known = (*ACCOUNT_FIELDS, *ACCOUNT_SECRETS)
    unknown = sorted(set(header) - set(known))
    if unknown or "name" not in header or len(set(header)) < len(header):
        # Unknown names are not quoted: without a header line they are somebody's values.
        raise Unreadable(
            _("its first line has to name columns, each once: name, and any of %(names)s.")
            % {"names": ", ".join(known[1:])}
        )
    return header


def _read_line(
    where: str,
    header: list[str],
    cells: list[str],
    declared: list[Declared],
    problems: list[Problem],
    secrets: dict[str, str],
) -> None:
    if len(cells) > len(header):
        problems.append(Problem(where, _("There are more cells than columns.")))
        return
    raw: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        if not cell.strip():
            continue
        if name in ACCOUNT_SECRETS:
            # No variable of an environment is called so.
            secrets[f"{where}, {name}"] = cell.strip()
            raw[name] = NamedSecret(f"{where}, {name}")
        else:
            raw[name] = _unshielded(cell).split() if name in _LISTS else _unshielded(cell)
    wrong: list[Problem] = []
    while True:
        try:
            account = read_account(raw, from_text=True)
            break
        except Misshapen as error:
            column = error.path.partition("[")[0]
            place = _("%(where)s, column %(column)s") % {"where": where, "column": column} if column else where
            problem = Problem(place, _advice(error.sentence))
            if problem.where in {one.where for one in wrong}:  # missing, since it was wrong
                break
            wrong.append(problem)
            # On to the next column that is wrong.
            if raw.pop(column, None) is None:
                break
    if wrong:
        problems += wrong
    else:
        declared.append(Declared(where, account))


def _advice(sentence: str) -> str:
    """Return what to do about a cell, where msgspec says what it has expected in words of programs."""
    advices = {
        "Expected `int`, got `str`.": _("Enter a whole number."),
        "Expected `bool`, got `str`.": _("Enter true or false."),
        "Object missing required field `name`.": _("Every line needs a name."),
    }
    return advices.get(sentence, sentence)


def _cell(value: Any) -> str:
    text = " ".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)
    return f"{_SHIELD}{text}" if text.startswith((*_FORMULA, _SHIELD)) else text


def _unshielded(cell: str) -> str:
    return cell[1:] if cell.startswith(_SHIELD) and cell[1:].startswith((*_FORMULA, _SHIELD)) else cell
