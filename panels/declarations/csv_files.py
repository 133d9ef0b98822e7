"""Accounts as a table: one a line, their fields in columns. Read from what is uploaded once and not kept."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import BooleanField, IntegerField
from django.utils.translation import gettext as _

from panels.declarations.reading import MAX_ACCOUNTS, Misshapen, read_account, unreadable, without_twins
from panels.declarations.shapes import ACCOUNT_FIELDS, Declarations, Declared, NamedSecret, Problem
from panels.declarations.yaml_files import Unreadable, text_of
from tenants.models import Account
from tenants.services import ACCOUNT_SECRETS

_LISTS = ("extra_host_origins",)
_LIST_ENDS = re.compile(r"[\s,;]+")
_DELIMITERS = (",", ";", "\t")
# As people and spreadsheets write them; these make words of their language of what they read.
_TRUTHS = {
    **dict.fromkeys(("yes", "y", "wahr", "ja"), "true"),
    **dict.fromkeys(("no", "n", "falsch", "nein"), "false"),
}
# Neither 1.000 nor 1E+03, as spreadsheets make of 1000: read as numbers they would be other ones.
_NUMBER = re.compile(r"-?[0-9]+(\.0)?")
_KINDS = {name: Account._meta.get_field(name) for name in ACCOUNT_FIELDS}  # noqa: SLF001 - Django's own name for it
_NUMBER_FIELDS = {name for name, kind in _KINDS.items() if isinstance(kind, IntegerField)}
_TRUTH_FIELDS = {name for name, kind in _KINDS.items() if isinstance(kind, BooleanField)}
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
    first = text.strip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    end = count = 0
    for cells in reader:
        begin, end = end + 1, reader.line_num
        # Spreadsheets write empty cells behind the last one.
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            count += 1
            if count > MAX_ACCOUNTS + 1:
                raise Unreadable(_("too many accounts. At most %(number)s are read.") % {"number": MAX_ACCOUNTS})
            yield begin, cells


def _header(rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    _number, cells = next(rows, (0, []))
    header = [cell.strip().lower() for cell in cells]
    known = (*ACCOUNT_FIELDS, *ACCOUNT_SECRETS)
    names = {"names": ", ".join(known[1:])}
    if "name" not in header:
        # What is there is not quoted: without a header line it is somebody's values.
        raise Unreadable(_("its first line has to name columns: name, and any of %(names)s.") % names)
    for name in header:
        if name not in known:
            told = {**names, "column": name}
            raise Unreadable(_("there is no column “%(column)s”. Beside name there are: %(names)s.") % told)
        if header.count(name) > 1:
            raise Unreadable(_("the column “%(column)s” is there twice.") % {"column": name})
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
    raw, wrong = _values(where, header, cells, secrets)
    while True:
        try:
            account = read_account(raw, from_text=True)
            break
        except Misshapen as error:
            column = error.path.partition("[")[0]
            problem = Problem(_place(where, column), _advice(error.sentence))
            if problem.where in {one.where for one in wrong}:  # missing, since it was wrong
                break
            wrong.append(problem)
            # On to the next column that is wrong. Without a name there is none.
            if raw.pop(column, None) is None or column == "name":
                break
    if wrong:
        problems += wrong
    else:
        declared.append(Declared(where, account))


def _values(
    where: str, header: list[str], cells: list[str], secrets: dict[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return what the line's cells say, by column, and which cannot be used."""
    raw: dict[str, Any] = {}
    wrong = []
    for name, cell in zip(header, cells, strict=False):
        if not cell.strip():
            continue
        if name in ACCOUNT_SECRETS:
            # No variable of an environment is called so.
            secrets[f"{where}, {name}"] = cell.strip()
            raw[name] = NamedSecret(f"{where}, {name}")
        elif name in _NUMBER_FIELDS and not _NUMBER.fullmatch(cell.strip()):
            wrong.append(Problem(_place(where, name), _("Enter a whole number: all of its digits, and nothing else.")))
        else:
            raw[name] = _value(name, _unshielded(cell))
    return raw, wrong


def _place(where: str, column: str) -> str:
    return _("%(where)s, column %(column)s") % {"where": where, "column": column} if column else where


def _value(name: str, text: str) -> Any:
    """Return the cell's value, as text."""
    if name in _LISTS:
        return [part for part in _LIST_ENDS.split(text) if part]
    if name in _TRUTH_FIELDS:
        return _TRUTHS.get(text.lower(), text)
    return text.removesuffix(".0") if name in _NUMBER_FIELDS else text


def _advice(sentence: str) -> str:
    """Return what to do about a cell, where msgspec says what it has expected in words of programs."""
    advices = {
        "Expected `int` >= 1.": _("Enter a whole number, at least 1."),
        "Expected `bool`, got `str`.": _("Enter true or false."),
        "Object missing required field `name`.": _("Every line needs a name."),
    }
    return advices.get(sentence, sentence)


def _cell(value: Any) -> str:
    text = " ".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)
    return f"{_SHIELD}{text}" if _needs_shield(text) else text


def _unshielded(cell: str) -> str:
    """Return what the cell means: without its shield, or the blanks around it that were not meant."""
    is_shielded = cell.startswith(_SHIELD) and _needs_shield(cell[1:])
    return cell[1:] if is_shielded else cell.strip()


def _needs_shield(text: str) -> bool:
    return text.startswith((*_FORMULA, _SHIELD)) or text != text.strip()
