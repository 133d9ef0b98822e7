"""Import and export of accounts in the admin: shown first, done by a second press, and of one's own accounts only."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from panels.declarations import uploads
from panels.declarations.csv_files import read_csv
from panels.declarations.yaml_files import MAX_BYTES
from tenants.models import Account, AuditEntry, Role
from tenants.secrets import get_hook_secret, get_host_token, set_host_token
from tests.factories import HOST, make_account, make_app, make_connection, make_placement
from tests.panels.declarations.support import CANARY, ProvingHost, installed_vault
from tests.support.admin import make_operator, signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/tenants/account/"
IMPORT, CSV, YAML = f"{LIST}import/", f"{LIST}export/csv/", f"{LIST}export/yaml/"
HEADER = "name,host_origin,host_account_id,time_zone,host_token"


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> ProvingHost:
    proving = ProvingHost()
    monkeypatch.setattr("tenants.services.HostClient", proving)
    return proving


@pytest.fixture
def mine() -> Account:
    return make_account(name="Mine", host_account_id=1)


@pytest.fixture
def theirs() -> Account:
    account = make_account(name="Canary and Sons", host_account_id=2, host_origin="https://canary.example")
    set_host_token(account, CANARY)
    return account


@pytest.fixture
def me(mine: Account) -> User:
    return make_operator(mine)


@pytest.fixture
def client(me: User) -> Client:
    return signed_in(me)


def upload(client: Client, content: str | bytes, name: str = "accounts.csv") -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, data)})


def sealed_in(response: Any) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', response.content.decode())
    assert found, text_of(response)
    return found[1]


def has_second_press(response: Any) -> bool:
    return 'name="sealed"' in response.content.decode()


def press(client: Client, response: Any) -> Any:
    return client.post(IMPORT, {"sealed": sealed_in(response)}, follow=True)


def text_of(response: Any) -> str:
    """Return the text of the page that a reader sees."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(text.replace("&#x27;", "'").replace("&amp;", "&").split())


def table(*lines: str, header: str = HEADER) -> str:
    return "\r\n".join((header, *lines))


def test_first_press_shows_and_the_second_does(client: Client, me: User, mine: Account, host: ProvingHost) -> None:
    shown = upload(client, table(f"Mine,{HOST},1,Europe/Rome,", f"New,{HOST},7,,{CANARY}"))
    text = text_of(shown)
    assert "line 2 (Mine) account Mine: time_zone UTC → Europe/Rome" in text
    assert f"line 3 (New) + account New ({HOST}, 7) account New: host_token: entered" in text
    assert "Nothing has been changed yet." in text
    mine.refresh_from_db()
    assert (mine.time_zone, Account.objects.count(), AuditEntry.objects.filter(account=mine).count()) == ("UTC", 1, 0)
    assert host.asked == []

    done = press(client, shown)

    assert "2 accounts imported." in text_of(done)
    mine.refresh_from_db()
    new = Account.objects.get(name="New")
    assert (mine.time_zone, get_host_token(new), host.asked) == ("Europe/Rome", CANARY, [CANARY])
    assert set(me.operator.accounts.all()) == {mine, new}
    entries = AuditEntry.objects.filter(object_type="tenants.account")
    assert set(entries.values_list("account", "actor", "via")) == {
        (account.pk, me.get_username(), "admin") for account in (mine, new)
    }
    again = upload(client, table(f"Mine,{HOST},1,Europe/Rome,", f"New,{HOST},7,,{CANARY}"))
    assert "Nothing to change. 2 accounts are as the file has them." in text_of(again)
    assert not has_second_press(again)


def test_bad_rows_are_told_by_line_and_column_and_the_others_done(client: Client, mine: Account) -> None:
    header = "name,host_origin,host_account_id,is_active,trust,time_zone"
    shown = upload(
        client,
        table(
            f"Mine,{HOST},1,,,Europe/Rome",
            f"Odd,{HOST},x,vielleicht,,",
            f",{HOST},9,,,",
            f"Trusting,{HOST},10,,everybody,",
            f"Many,{HOST},11,,,,more",
            header=header,
        ),
    )
    text = text_of(shown)
    for told in (
        "line 3, column host_account_id: Enter a whole number: all of its digits, and nothing else.",
        "line 3, column is_active: Enter true or false.",
        "line 4: Every line needs a name.",
        "line 5 (Trusting): trust: “everybody” is none of these: signed_in, verified, link.",
        "line 6: There are more cells than columns.",
    ):
        assert told in text
    press(client, shown)
    mine.refresh_from_db()
    assert (mine.time_zone, Account.objects.count()) == ("Europe/Rome", 1)


def test_what_the_host_refuses_is_told_and_the_rest_done(client: Client, mine: Account, host: ProvingHost) -> None:
    shown = upload(client, table(f"Mine,{HOST},1,Europe/Rome,", f"New,{HOST},7,,refused"))
    text = text_of(press(client, shown))
    assert "Not done line 3 (New): host_token: The host does not accept this token." in text
    assert "Done line 2 (Mine) account Mine: time_zone UTC → Europe/Rome" in text
    assert not Account.objects.filter(name="New").exists()


def test_what_takes_longer_than_a_browser_waits_goes_on_with_the_next_press(
    client: Client, host: ProvingHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One account a press here. What was refused is told to the end, and not tried again."""
    monkeypatch.setattr(uploads, "SECONDS", -1)
    tokens = ["good-1", "refused", "good-3", "good-4"]
    lines = [f"New {id_},{HOST},{id_},,{token}" for id_, token in enumerate(tokens, 11)]
    page = upload(client, table(*lines, f"Odd,{HOST},15,Nowhere/Town,"))
    problem = "line 3 (New 12): host_token: The host does not accept this token."

    page = press(client, page)
    assert "1 account imported. 3 accounts are left, since hosts took their time." in text_of(page)
    assert "This will be done line 3 (New 12)" in text_of(page)
    assert "line 2 (New 11)" not in text_of(page)

    page = press(client, page)
    assert "0 accounts imported. 2 accounts are left" in text_of(page)
    assert problem in text_of(page)
    assert "This will be done line 4 (New 13)" in text_of(page)

    page = press(client, page)
    assert "1 account imported. 1 account is left" in text_of(page)
    assert problem in text_of(page)

    page = press(client, page)
    text = text_of(page)
    assert problem in text[text.index("Not done") :]
    assert "line 6 (Odd): time_zone" in text
    assert "Done line 5 (New 14)" in text
    assert not has_second_press(page)
    assert host.asked == tokens
    assert set(Account.objects.filter(name__startswith="New").values_list("name", flat=True)) == {
        *("New 11", "New 13", "New 14")
    }


def test_an_import_costs_the_same_for_each_account(client: Client, host: ProvingHost) -> None:
    def costs(number: int, first: int) -> tuple[int, int]:
        ids = range(first, first + number)
        with CaptureQueriesContext(connection) as shown:
            page = upload(client, table(*(f"New {id_},{HOST},{id_},,token" for id_ in ids)))
        with CaptureQueriesContext(connection) as done:
            press(client, page)
        return len(shown), len(done)

    costs(1, 10)
    (shown_1, done_1), (shown_3, done_3), (shown_9, done_9) = costs(1, 100), costs(3, 200), costs(9, 300)
    assert (shown_9 - shown_3, done_9 - done_3) == (3 * (shown_3 - shown_1), 3 * (done_3 - done_1))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The submitted file is empty."),
        (b"\xff\xfen\x00a\x00m\x00e\x00", "no text in UTF-8. Save it in this encoding"),
        ("name\nÄmne".encode("cp1252"), "no text in UTF-8. Save it in this encoding"),
        (b"PK\x03\x04" + bytes(range(256)), "a workbook or an archive. Save the table as “CSV UTF-8”."),
        (bytes(range(256)) * 40, "no text in UTF-8."),
        (b"\x00" * 400, "no text in UTF-8"),
        (b"name\n" + b"x" * MAX_BYTES, "too large. At most 1000000 bytes are read."),
        (b"name\n" + b"x" * 4_000_000, "Choose a CSV or YAML file of at most 1 MB."),
        (f"{CANARY},b\n1,2", "its first line has to name columns: name"),
        ('name\n"open', "a quotation mark is missing or too many"),
        ("name\n" + "A\n" * 1_001, "too many accounts. At most 1000 are read."),
        (table(*(f"A{id_},{HOST},{id_},," for id_ in range(10, 211))), "more than 200 accounts."),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value)[:20],
)
def test_what_cannot_be_read_is_told_and_not_quoted(client: Client, content: str | bytes, told: str) -> None:
    response = upload(client, content)
    assert response.status_code == 200
    assert told in text_of(response)
    assert not has_second_press(response)
    assert CANARY not in response.content.decode()


def test_no_file_at_all(client: Client) -> None:
    assert "Choose a CSV or YAML file of at most 1 MB." in text_of(client.post(IMPORT, {}))


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_spreadsheets_files_are_read(client: Client, mine: Account, delimiter: str) -> None:
    content = table(f"Mine,{HOST},1,Europe/Rome,").replace(",", delimiter).encode("utf-8-sig")
    press(client, upload(client, content))
    mine.refresh_from_db()
    assert mine.time_zone == "Europe/Rome"


# Of two operators


def test_the_others_account_in_the_file_neither_leaks_nor_changes(
    client: Client, theirs: Account, host: ProvingHost
) -> None:
    """It reads as one that nobody has: a new account, which takes no place on the host before its token is proved."""
    before = Account.objects.filter(pk=theirs.pk).values().get()
    for name in ("Canary and Sons", "Something else"):
        for origin in (theirs.host_origin, "https://free.example"):
            shown = text_of(upload(client, table(f"{name},{origin},2,Europe/Rome,token")))
            assert f"+ account {name} ({origin}, 2)" in shown
            assert "already" not in shown
    place = f"host_origin: '{theirs.host_origin}', host_account_id: 2"
    shown = text_of(upload(client, f"accounts: [{{name: X, {place}, apps: [], prune: true}}]", "accounts.yaml"))
    assert f"+ account X ({theirs.host_origin}, 2)" in shown
    assert host.asked == []
    press(client, upload(client, table(f"Too,{theirs.host_origin},2,Europe/Rome,")))
    assert not Account.objects.get(name="Too").is_proved
    assert Account.objects.filter(pk=theirs.pk).values().get() == before
    assert get_host_token(theirs) == CANARY


def test_whoever_proves_to_be_an_administrator_there_is_told_that_it_is_connected(
    client: Client, theirs: Account, host: ProvingHost
) -> None:
    refused = press(client, upload(client, table(f"X,{theirs.host_origin},2,Europe/Rome,refused")))
    assert "does not accept this token" in text_of(refused)
    proved = press(client, upload(client, table(f"X,{theirs.host_origin},2,Europe/Rome,good")))
    assert "This account of this host is connected already." in text_of(proved)
    assert Account.objects.count() == 2


def test_the_file_is_good_in_its_own_session_only(client: Client, me: User, mine: Account) -> None:
    sealed = sealed_in(upload(client, table(f"Mine,{HOST},1,Europe/Rome,")))
    for other in (signed_in(make_operator(mine)), signed_in(me)):
        assert "Choose the file again." in text_of(other.post(IMPORT, {"sealed": sealed}, follow=True))
    mine.refresh_from_db()
    assert mine.time_zone == "UTC"
    press_again = client.post(IMPORT, {"sealed": sealed}, follow=True)
    assert "1 account imported." in text_of(press_again)


def test_the_file_is_good_for_ten_minutes(client: Client, mine: Account, clock: Any) -> None:
    shown = upload(client, table(f"Mine,{HOST},1,Europe/Rome,"))
    clock.shift(uploads.LIFETIME_SECONDS + 1)
    assert "That was too long ago. Choose the file again." in text_of(press(client, shown))
    mine.refresh_from_db()
    assert mine.time_zone == "UTC"


@pytest.mark.parametrize("change", [lambda text: text[:-8] + "AAAAAAA=", lambda text: "", lambda text: "1.x.y"])
def test_a_changed_file_is_refused(client: Client, mine: Account, change: Any) -> None:
    sealed = sealed_in(upload(client, table(f"Mine,{HOST},1,Europe/Rome,")))
    response = client.post(IMPORT, {"sealed": change(sealed)}, follow=True)
    assert "Choose the file again." in text_of(response)


def test_what_became_something_else_meanwhile_is_shown_again(client: Client, mine: Account) -> None:
    shown = upload(client, table(f"Mine,{HOST},1,Europe/Rome,"))
    Account.objects.filter(pk=mine.pk).update(time_zone="Asia/Tokyo")
    again = press(client, shown)
    assert "Accounts were changed by somebody else meanwhile." in text_of(again)
    assert "account Mine: time_zone Asia/Tokyo → Europe/Rome" in text_of(again)
    mine.refresh_from_db()
    assert mine.time_zone == "Asia/Tokyo"
    press(client, again)
    mine.refresh_from_db()
    assert mine.time_zone == "Europe/Rome"


def test_an_account_that_was_taken_away_meanwhile_is_not_changed(client: Client, me: User, mine: Account) -> None:
    shown = upload(client, table(f"Mine,{HOST},1,Europe/Rome,"))
    me.operator.accounts.clear()
    press(client, shown)
    mine.refresh_from_db()
    assert mine.time_zone == "UTC"


def test_support_exports_and_imports_nothing(mine: Account, theirs: Account) -> None:
    support = signed_in(make_operator(mine, role=Role.SUPPORT))
    page = support.get(LIST).content.decode()
    assert (IMPORT in page, CSV in page) == (False, True)
    assert support.get(IMPORT).status_code == 403
    assert upload(support, table(f"Mine,{HOST},1,Europe/Rome,")).status_code == 403
    operator = signed_in(make_operator(mine))
    sealed = sealed_in(upload(operator, table(f"Mine,{HOST},1,Europe/Rome,")))
    assert support.post(IMPORT, {"sealed": sealed}).status_code == 403
    assert names_in(support.get(CSV)) == ["Mine"]


# Secrets


def test_tokens_of_the_file_are_kept_nowhere(
    client: Client,
    host: ProvingHost,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    settings: Settings,
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    monkeypatch.setattr("tempfile.NamedTemporaryFile", pytest.fail)
    # As large as may be: Django would keep it on the disk from 2.5 MB on.
    lines = [f"New,{HOST},7,,{CANARY}", f"Refused,{HOST},8,,refused", *("," * 4 + " " * 9_000 for _line in range(100))]
    with CaptureQueriesContext(connection) as queries:
        shown = upload(client, table(*lines))
    assert not [query["sql"] for query in queries if CANARY in query["sql"] and "SAVEPOINT" not in query["sql"]]
    done = press(client, shown)
    assert get_host_token(Account.objects.get(name="New")) == CANARY
    for kept in (
        *(shown.content.decode(), done.content.decode(), caplog.text),
        *(str(list(AuditEntry.objects.values())), str([one.get_decoded() for one in Session.objects.all()])),
    ):
        assert CANARY not in kept
    assert not list(tmp_path.iterdir())


def test_large_files_are_not_put_on_the_disk(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryUploadedFile", pytest.fail)
    assert upload(client, b"x" * 3_000_000).status_code == 200


def test_pages_are_not_kept_by_browsers(client: Client, mine: Account) -> None:
    shown = upload(client, table(f"Mine,{HOST},1,Europe/Rome,"))
    assert shown["Cache-Control"].startswith("no-store")
    assert client.get(CSV)["Cache-Control"].startswith("no-store")


def test_yaml_gets_nothing_from_the_servers_environment(
    client: Client, mine: Account, monkeypatch: pytest.MonkeyPatch, host: ProvingHost
) -> None:
    monkeypatch.setenv("SOME_TOKEN", CANARY)
    place = f"host_origin: '{HOST}', host_account_id"
    with installed_vault():
        shown = upload(
            client,
            f"""
accounts:
  - {{name: Mine, {place}: 1, host_token: {{env: SOME_TOKEN}}, hook_secret: {{env: NOT_THERE}}}}
  - name: Vaulted
    host_origin: {HOST}
    host_account_id: 5
    connections:
      - name: Vault
        connector: vault
        settings: {{url: 'https://evil.example'}}
        secrets: {{token: {{env: SOME_TOKEN}}}}
  - {{name: Good, {place}: 6, apps: [{{title: Orders, placements: [{{panel: orders}}]}}]}}
""",
            "accounts.YML",
        )
        text = text_of(shown)
        for where in ("accounts[0] (Mine): host_token", "accounts[0] (Mine): hook_secret"):
            assert f"{where}: Secrets are not taken from an uploaded file." in text
        assert "accounts[1] (Vaulted): connections[0].secrets.token: Secrets are not taken" in text
        press(client, shown)
    assert set(Account.objects.values_list("name", flat=True)) == {"Mine", "Good"}
    assert (get_host_token(mine), get_hook_secret(mine), host.asked) == (None, None, [])
    assert Account.objects.get(name="Good").dashboard_apps.get().placements.get().panel == "orders"


def test_csrf_token_is_asked_for(me: User, mine: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(me)
    assert upload(client, table(f"Mine,{HOST},1,Europe/Rome,")).status_code == 403


# Export


def content_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def names_in(response: Any) -> list[str]:
    return [row["name"] for row in csv.DictReader(io.StringIO(content_of(response), newline=""))]


def test_whole_list_as_it_is_filtered(client: Client, me: User, mine: Account, theirs: Account) -> None:
    second = make_account(name="=Second", is_active=False)
    me.operator.accounts.add(second)
    assert names_in(client.get(CSV)) == ["Mine", "'=Second"]
    assert names_in(client.get(CSV, {"q": "min"})) == ["Mine"]
    assert names_in(client.get(CSV, {"q": "canary"})) == []
    assert names_in(client.get(CSV, {"is_active__exact": "0"})) == ["'=Second"]
    described = yaml.safe_load(content_of(client.get(YAML, {"is_active__exact": "1"})))["accounts"]
    assert [account["name"] for account in described] == ["Mine"]
    assert client.get(CSV, {"nothing__like": "it"}).status_code in (302, 400)
    page = client.get(LIST, {"q": "min"}).content.decode()
    assert f'href="{CSV}?q=min"' in page
    assert f'href="{IMPORT}"' in page


@pytest.mark.parametrize("action", ["export_csv", "export_yaml"])
def test_chosen_rows(client: Client, me: User, mine: Account, theirs: Account, action: str) -> None:
    second = make_account(name="Second")
    me.operator.accounts.add(second)
    set_host_token(mine, CANARY)
    answer = client.post(LIST, {"action": action, "_selected_action": [mine.pk, theirs.pk]})
    text = content_of(answer)
    assert "Mine" in text
    for absent in ("Second", "Canary", CANARY):
        assert absent not in text
    assert answer["Content-Disposition"].startswith('attachment; filename="accounts.')


def test_what_is_exported_is_imported_without_a_change(client: Client, mine: Account) -> None:
    shop = make_connection(mine, connector="demo", settings={"shop": "x"})
    make_placement(make_app(mine), shop)
    for address, name in ((CSV, "accounts.csv"), (YAML, "accounts.yaml")):
        again = upload(client, content_of(client.get(address)), name)
        assert "1 account is as the file has it." in text_of(again)
    assert read_csv(content_of(client.get(CSV)))[1] == {}


@pytest.mark.parametrize("address", [CSV, YAML])
def test_export_costs_the_same_for_1_3_and_30_accounts(address: str) -> None:
    client, counts = signed_in(make_operator(has_all_accounts=True)), []
    for more in (1, 2, 27):
        for _account in range(more):
            account = make_account()
            shop = make_connection(account, connector="demo")
            make_placement(make_app(account), shop)
            make_placement(make_app(account), shop)
        with CaptureQueriesContext(connection) as found:
            text = content_of(client.get(address))
        counts.append(len(found))
    assert text.count(HOST) == 30
    assert len(set(counts)) == 1, counts


def test_preview_costs_the_same_for_an_unchanged_file_of_1_and_30_accounts() -> None:
    client, counts = signed_in(make_operator(has_all_accounts=True)), []
    for more in (1, 29):
        for _account in range(more):
            make_account()
        text = content_of(client.get(CSV))
        with CaptureQueriesContext(connection) as found:
            upload(client, text)
        counts.append(len(found))
    assert len(set(counts)) == 1, counts
