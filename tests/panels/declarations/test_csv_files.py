"""Tables of accounts: bad lines are told by line and column, good ones are read, and no cell is a formula."""

import csv
import io

import pytest
from django.core.management import call_command
from django.utils import translation

from panels.declarations.applying import apply_plan, plan
from panels.declarations.csv_files import read_csv, write_csv
from panels.declarations.shapes import Problem
from tenants.models import Account
from tenants.secrets import get_host_token, set_host_token
from tests.factories import make_account
from tests.panels.declarations.support import CANARY, ProvingHost

PLACE = "https://voxys.example"


def apply_table(content: str | bytes) -> list[Problem]:
    declarations, secrets = read_csv(content)
    plans = plan(declarations, visible=Account.objects.all(), secrets=secrets)
    return [*declarations.problems, *(problem for one in plans for problem in apply_plan(one).problems)]


@pytest.mark.django_db
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_table_makes_accounts(host: ProvingHost, delimiter: str) -> None:
    lines = (
        "name,host_origin,host_account_id,extra_host_origins,is_active,trust,host_token",
        f"Ämne,{PLACE},7,https://a.example https://b.example,FALSE,verified,{CANARY}",
        "",
        f"Plain,{PLACE},8,,,,",
    )
    content = "\r\n".join(lines).replace(",", delimiter).encode("utf-8-sig")
    assert apply_table(content) == []
    account = Account.objects.get(name="Ämne")
    assert account.extra_host_origins == ["https://a.example", "https://b.example"]
    assert (account.is_active, account.trust, get_host_token(account)) == (False, "verified", CANARY)
    assert Account.objects.get(name="Plain").trust == "signed_in"
    assert host.asked == [CANARY]


def test_bad_lines_are_told_by_line_and_column_and_good_ones_read() -> None:
    content = (
        "name,host_origin,host_account_id,is_active,host_token\n"
        f'"Two\nlines",{PLACE},1,perhaps,{CANARY}\n'
        f"Good,{PLACE},3,true,\n"
        f"Many,{PLACE},4,true,,more\n"
        f",{PLACE},5,true,\n"
        f"Bad,{PLACE},x,vielleicht,\n"
    )
    declarations, _secrets = read_csv(content)
    assert [one.account.name for one in declarations.accounts] == ["Good"]
    assert [problem.where for problem in declarations.problems] == [
        *("line 2, column is_active", "line 5", "line 6"),
        *("line 7, column host_account_id", "line 7, column is_active"),
    ]
    assert CANARY not in repr(declarations)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        *(("17", 17), (" 17 ", 17), ("\u00a017\u00a0", 17), ("17.0", 17)),
        *((text, None) for text in ("1E+05", "1.2E5", "1.000", "17,5", "1 700", "1\u00a0700", "-1", "0", "9" * 20)),
    ],
)
def test_numbers_are_read_as_they_stand_or_refused(cell: str, number: int | None) -> None:
    """Not as what a spreadsheet has made of them: that would be another account."""
    declarations, _secrets = read_csv(f'name,host_origin,host_account_id\nOne,{PLACE},"{cell}"\n')
    assert [one.account.host_account_id for one in declarations.accounts] == ([number] if number else [])
    assert [one.where for one in declarations.problems] == ([] if number else ["line 2, column host_account_id"])


@pytest.mark.parametrize("cell", ["TRUE", "true ", "1", "yes", "WAHR", "ja", "False", "0", "No", "FALSCH", "nein"])
def test_truths_are_read_in_the_words_of_people_and_spreadsheets(cell: str) -> None:
    declarations, _secrets = read_csv(f"name,is_active\nOne,{cell}\n")
    (one,) = declarations.accounts
    assert one.account.is_active == (cell.strip().lower() in ("true", "1", "yes", "wahr", "ja"))


def test_what_spreadsheets_add_does_not_count() -> None:
    """Blanks around values, columns without a name behind the last, names of columns with capitals."""
    lines = (
        " Name ,host_origin,Host_Account_ID,extra_host_origins,,",
        f" One\u00a0,\u00a0{PLACE} , 7 ,'https://a.example, https://b.example',,",
        ",,,,,",
    )
    declarations, _secrets = read_csv("\r\n".join(lines).replace("'", '"'))
    assert declarations.problems == ()
    (one,) = declarations.accounts
    assert (one.account.name, one.account.address) == ("One", (PLACE, 7))
    assert one.account.extra_host_origins == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name,colour\na,b", "there is no column “colour”. Beside name there are: host_origin, "),
        ("name,trust,Trust\na,b,c", "the column “trust” is there twice"),
        ("host_origin,host_account_id\na,1", "its first line has to name columns: name, and any of host_origin, "),
        ("name\nÄ".encode("utf-16"), "no text in UTF-8"),
        ("name\nÄ".encode("utf-16-le"), "no text in UTF-8"),
        ("name\nÄ".encode("latin-1"), "no text in UTF-8"),
        ("name\n" + "a\n" * 10_000, "too many accounts"),
    ],
)
def test_why_a_table_cannot_be_read(content: str | bytes, told: str) -> None:
    declarations, _secrets = read_csv(content)
    (problem,) = declarations.problems
    assert told in problem.sentence


def test_a_name_that_is_too_long_is_told_once() -> None:
    declarations, _secrets = read_csv(f"name\n{'x' * 501}\n")
    assert [problem.where for problem in declarations.problems] == ["line 2, column name"]


def test_places_are_told_in_the_operators_language() -> None:
    with translation.override("de"):
        declarations, _secrets = read_csv(f"name,host_origin,host_account_id\nOne,{PLACE},x\n")
    assert [problem.where for problem in declarations.problems] == ["Zeile 2, Spalte host_account_id"]


@pytest.mark.parametrize("content", [f"{CANARY},b\n1,2", "", "name,name\na,b", 'name\n"open', b"\xff"])
def test_unreadable_table_is_not_quoted(content: str | bytes) -> None:
    declarations, _secrets = read_csv(content)
    assert declarations.problems
    assert CANARY not in repr(declarations)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\ttab", "'quoted", "'=both", " a ", "' a", 'a "b", c', "a\nb", "Ä"]
)
def test_export_has_no_formula_and_is_read_again(name: str) -> None:
    account = make_account(name=name, extra_host_origins=["https://a.example"], hides_from_agents=True)
    set_host_token(account, CANARY)
    text = "".join(write_csv(Account.objects.all()))
    assert CANARY not in text
    _header, row = csv.reader(io.StringIO(text, newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)
    (one,) = plan(read_csv(text)[0], visible=Account.objects.all())
    assert one.is_empty, (one.lines, one.problems)


@pytest.mark.django_db
def test_commands_export_what_they_import(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    make_account()
    call_command("export_accounts")
    file = str(tmp_path) + "/accounts.csv"
    with open(file, "w", newline="") as out:  # noqa: PTH123 - line ends as they are
        out.write(capsys.readouterr().out)
    call_command("import_accounts", file)
    assert capsys.readouterr().out == "Nothing to change.\n"
