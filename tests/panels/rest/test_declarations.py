"""What `apply`, `import_accounts` and `export_accounts` do, by program, and for the token's accounts only."""

import json
import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from panels.models import Connection, Placement
from tenants.models import Account, AuditEntry, Role
from tenants.secrets import get_host_token, get_secret, set_host_token
from tenants.services import save_account
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.panels.declarations.support import CANARY, ProvingHost, installed_vault
from tests.support.admin import make_operator
from tests.support.api import Api, api_of, operators_api

pytestmark = pytest.mark.django_db

ORIGIN = "https://voxys.example"
DOCUMENT: dict[str, Any] = {
    "accounts": [
        {
            "name": "Fernweh",
            "host_origin": ORIGIN,
            "host_account_id": 4,
            "host_token": {"env": "FERNWEH_TOKEN"},
            "connections": [
                {
                    "name": "Shop",
                    "connector": "vault",
                    "settings": {"url": "https://shop.example"},
                    "secrets": {"token": {"env": "SHOP_TOKEN"}},
                }
            ],
            "apps": [{"title": "Orders", "placements": [{"panel": "orders", "connections": ["Shop"]}]}],
        }
    ]
}
SECRETS = {"FERNWEH_TOKEN": f"{CANARY}-1", "SHOP_TOKEN": f"{CANARY}-2"}
LINES = [
    f"+ account Fernweh ({ORIGIN}, 4)",
    "account Fernweh: host_token: entered",
    "+ connection Shop (vault)",
    "connection Shop: token: entered",
    "+ app Orders",
    "+ placement orders in Orders",
]


@pytest.fixture(autouse=True)
def _vault() -> Iterator[None]:
    with installed_vault():
        yield


@pytest.fixture
def host() -> Iterator[ProvingHost]:
    proving = ProvingHost()
    with patch("tenants.services.HostClient", proving):
        yield proving


@pytest.fixture
def user() -> User:
    return make_operator()


@pytest.fixture
def api(user: User) -> Api:
    return api_of(user)


def account_of(**values: Any) -> dict[str, Any]:
    return {"accounts": [{"name": "Fernweh", "host_origin": ORIGIN, "host_account_id": 4, **values}]}


def test_document_makes_an_account_whole_and_once(api: Api, user: User, host: ProvingHost) -> None:
    shown = api.post("apply/", {**DOCUMENT, "secrets": SECRETS, "dry_run": True}).json()
    place = "accounts[0] (Fernweh)"
    told = {"place": place, "name": "Fernweh", "id": None, "lines": LINES, "problems": [], "is_changed": False}
    assert shown == {"is_dry_run": True, "is_complete": True, "accounts": [told], "problems": []}
    assert not Account.objects.exists()
    assert not host.asked

    response = api.post("apply/", {**DOCUMENT, "secrets": SECRETS})
    assert response.status_code == 200, response.content
    account = Account.objects.get()
    assert response.json()["accounts"] == [{**told, "id": account.pk, "is_changed": True}]
    assert (account.is_proved, get_host_token(account)) == (True, SECRETS["FERNWEH_TOKEN"])
    assert get_secret(Connection.objects.get(), "token") == SECRETS["SHOP_TOKEN"]
    assert [placement.panel for placement in Placement.objects.all()] == ["orders"]
    assert list(user.operator.accounts.all()) == [account]
    assert CANARY not in response.content.decode()
    entries = AuditEntry.objects.filter(account=account)
    assert {(entry.via, entry.actor) for entry in entries} == {("api", f"{user.username} (Terraform)")}
    assert CANARY not in str(list(entries.values()))

    again = api.post("apply/", {**DOCUMENT, "secrets": SECRETS}).json()
    assert again["accounts"] == [{**told, "id": account.pk, "lines": []}]
    assert entries.count() == len(entries)


def test_yaml_is_read_as_well(api: Api, host: ProvingHost) -> None:
    body = yaml.safe_dump({**DOCUMENT, "secrets": SECRETS})
    shown = api.send("apply/?dry_run=true", body, "application/yaml").json()
    assert (shown["is_dry_run"], shown["accounts"][0]["lines"]) == (True, LINES)
    assert not Account.objects.exists()
    assert api.send("apply/", body, "application/yaml").json()["accounts"][0]["is_changed"]


@pytest.mark.parametrize(
    "body", ["accounts: *x", "a: !!python/object:os.system {}", "{" * 50, "accounts: []\naccounts: []", "x" * 1_000_001]
)
def test_yaml_that_is_refused(api: Api, body: str) -> None:
    response = api.send("apply/", body, "application/yaml")
    assert (response.status_code, response.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"accounts": {}}, {"accounts": [[]]}, {"accounts": [], "dryrun": True}, [1]),
        *({"accounts": [], "dry_run": "perhaps"}, {"accounts": [], "secrets": []}),
        {"accounts": [], "secrets": {"X": {"a": 1}}},
        {"accounts": [{"name": "x\0"}]},
        {"accounts": [json.loads('{"a":' * 40 + "1" + "}" * 40)]},
    ],
)  # fmt: skip
def test_what_is_no_document(api: Api, body: Any) -> None:
    assert api.post("apply/", body).status_code == 400


@pytest.mark.parametrize("query", ["?dry_run=perhaps", "?dry_run=1", "?dry_run="])
def test_misspelt_dry_run_is_no_run(api: Api, query: str) -> None:
    assert api.post(f"apply/{query}", account_of()).status_code == 400
    assert api.send(f"accounts/import/{query}", "name\nx", "text/csv").status_code == 400
    assert not Account.objects.exists()


def test_problems_are_told_by_place_and_the_others_are_done(api: Api) -> None:
    document = account_of(apps=[{"title": "Orders", "placements": [{"panel": "orders", "connections": ["Shop"]}]}])
    document["accounts"] += [
        {"name": "Good", "host_origin": ORIGIN, "host_account_id": 5},
        {"name": "Odd", "colour": "red"},
        {"name": "Bare"},
    ]
    response = api.post("apply/", document)
    assert response.status_code == 200
    told = response.json()
    assert told["is_complete"] is False
    assert [one["where"] for one in told["problems"]] == ["accounts[2]"]
    assert [one["is_changed"] for one in told["accounts"]] == [False, True, False]
    assert told["accounts"][0]["problems"] == [
        {
            "where": "accounts[0] (Fernweh): apps[0].placements[0].connections",
            "sentence": "The account has no connection “Shop”.",
        }
    ]
    assert [account.name for account in Account.objects.all()] == ["Good"]


def test_secrets_come_from_the_request_only(api: Api, host: ProvingHost) -> None:
    with patch.dict(os.environ, {"FERNWEH_TOKEN": CANARY, "SHOP_TOKEN": CANARY}):
        for secrets in ({}, {"SHOP_TOKEN": "given"}):
            told = api.post("apply/", {**DOCUMENT, "secrets": secrets}).json()
            assert "There is no value for “FERNWEH_TOKEN”." in str(told["accounts"][0]["problems"])
        database = account_of(host_token={"env": "DATABASE_URL"}, hook_secret={"env": "SECRET_KEY"})
        assert not api.post("apply/", database).json()["is_complete"]
    assert not host.asked
    assert not Account.objects.exists()


def test_scopes(user: User, host: ProvingHost) -> None:
    table = f"name,host_origin,host_account_id,host_token\nA,{ORIGIN},4,{CANARY}"
    for scopes, plain, with_secrets in (
        (["read"], 403, 403),
        (["secrets"], 403, 403),
        (["read", "write"], 200, 403),
        (["write", "secrets"], 200, 200),
    ):
        one = api_of(user, scopes=scopes)
        assert one.post("apply/?dry_run=true", account_of()).status_code == plain
        assert one.send("accounts/import/?dry_run=true", "name\nx", "text/csv").status_code == plain
        assert one.post("apply/?dry_run=true", {**DOCUMENT, "secrets": SECRETS}).status_code == with_secrets
        assert one.send("accounts/import/?dry_run=true", table, "text/csv").status_code == with_secrets
    assert api_of(user, scopes=["write"]).get("accounts/export/").status_code == 403


def test_support_looks_only() -> None:
    account = make_account(name="Fernweh", host_account_id=4)
    support = operators_api(account, role=Role.SUPPORT)
    assert support.post("apply/", account_of(locale="de")).status_code == 403
    assert support.post("apply/?dry_run=true", account_of(locale="de")).status_code == 403
    table = f"name,host_origin,host_account_id,locale\nFernweh,{ORIGIN},4,de"
    assert support.send("accounts/import/", table, "text/csv").status_code == 403
    assert "Fernweh" in support.get("accounts/export/").content.decode()
    account.refresh_from_db()
    assert account.locale == ""


def test_token_of_chosen_accounts_changes_them_and_adds_none() -> None:
    mine, theirs = make_account(name="Mine"), make_account(name="Theirs", locale="")
    operator = make_operator(mine)
    api = api_of(operator, mine)
    described = [
        {"name": "Mine", "host_origin": mine.host_origin, "host_account_id": mine.host_account_id, "locale": "de"},
        {"name": "X", "host_origin": theirs.host_origin, "host_account_id": theirs.host_account_id, "locale": "de"},
        {"name": "X", "host_origin": "https://nobody.example", "host_account_id": 1},
        {"name": "Theirs"},
        {"name": "Nobody's"},
    ]
    told = api.post("apply/", {"accounts": described}).json()
    assert [one["is_changed"] for one in told["accounts"]] == [True, False, False, False, False]
    # What is somebody else's is answered like what is not.
    sentences = {problem["sentence"] for one in told["accounts"] for problem in one["problems"]}
    assert sentences == {"Not found, and you cannot add accounts here."}
    assert [one["id"] for one in told["accounts"]] == [mine.pk, None, None, None, None]
    assert Account.objects.count() == 2
    theirs.refresh_from_db()
    assert theirs.locale == ""


def test_table_is_imported_and_each_bad_line_is_told(api: Api, host: ProvingHost) -> None:
    good = ["name,host_origin,host_account_id,locale,host_token", f"A,{ORIGIN},4,de,{CANARY}", f"B,{ORIGIN},5,,"]
    bad = [*good, f"C,{ORIGIN},six,,", f"D,{ORIGIN},7,,,too,many", f"E,{ORIGIN},8,xx,"]
    shown = api.send("accounts/import/?dry_run=true", "\n".join(bad), "text/csv").json()
    assert [one["where"] for one in shown["problems"]] == ["line 4, column host_account_id", "line 5"]
    assert [one["where"] for account in shown["accounts"] for one in account["problems"]] == ["line 6 (E): locale"]
    assert (shown["is_dry_run"], shown["is_complete"]) == (True, False)
    assert CANARY not in str(shown)
    assert not Account.objects.exists()
    done = api.send("accounts/import/", "\n".join(good), "text/csv; charset=utf-8").json()
    assert done["is_complete"]
    assert [one["is_changed"] for one in done["accounts"]] == [True, True]
    assert get_host_token(Account.objects.get(name="A")) == CANARY
    assert not any(one["lines"] for one in api.send("accounts/import/", "\n".join(good), "text/csv").json()["accounts"])


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"colour\nred", b'name\n"x', b"x" * 1_000_001])
def test_table_that_cannot_be_read(api: Api, body: bytes) -> None:
    response = api.send("accounts/import/", body, "text/csv")
    assert response.status_code == 200
    assert not response.json()["is_complete"]
    assert len(response.json()["problems"]) == 1


def test_other_bodies_are_refused(api: Api) -> None:
    assert api.post("accounts/import/", {}).status_code == 415
    assert api.send("apply/", "name\nx", "text/csv").status_code == 415


def everything_of(account: Account) -> None:
    shop = make_connection(account, name="Shop", connector="vault", settings={"url": "https://shop.example"})
    make_placement(make_app(account, title="Orders", inboxes=[3]), shop, panel="orders", title="All")
    set_host_token(account, CANARY)


@pytest.mark.parametrize("kind", ["csv", "yaml"])
def test_export_has_the_tokens_accounts_without_secrets_and_is_read_again(kind: str) -> None:
    mine, other, theirs = (make_account(name=name) for name in ("Mine", "Other", "Canary"))
    for account in (mine, other, theirs):
        everything_of(account)
    user = make_operator(mine, other)
    for api, names in ((api_of(user), {"Mine", "Other"}), (api_of(user, mine), {"Mine"})):
        response = api.get("accounts/export/", **{"as": kind})
        assert response.status_code == 200
        assert response["Content-Disposition"] == f'attachment; filename="accounts.{kind}"'
        text = response.content.decode()
        assert {name for name in ("Mine", "Other", "Canary") if name in text} == names
        assert CANARY not in text
        path, content_type = {"csv": ("accounts/import/", "text/csv"), "yaml": ("apply/", "application/yaml")}[kind]
        read = api.send(path, text, content_type).json()
        assert read["is_complete"]
        assert [one["lines"] for one in read["accounts"]] == [[]] * len(names)


def test_export_says_what_it_can_be(api: Api) -> None:
    assert api.get("accounts/export/", **{"as": "xml"}).status_code == 400
    # The usual name of such a parameter is none here, and not passed over.
    assert "format" in api.get("accounts/export/", format="yaml").json()["errors"]


@pytest.mark.parametrize("kind", ["csv", "yaml"])
def test_export_costs_the_same_however_much(kind: str) -> None:
    counts = []
    for number in (1, 3, 30):
        accounts = [make_account() for _ in range(number)]
        for account in accounts:
            everything_of(account)
        api = operators_api(*accounts)
        api.get("accounts/export/")  # the first use of a token is written down
        with CaptureQueriesContext(connection) as seen:
            text = api.get("accounts/export/", **{"as": kind}).content.decode()
        assert all(account.name in text for account in accounts)
        counts.append(len(seen))
    assert counts[0] == counts[1] == counts[2] <= 10, counts


def test_killed_between_accounts_is_completed_by_sending_it_again(api: Api) -> None:
    document = {"accounts": [{"name": name, "host_origin": ORIGIN, "host_account_id": ord(name)} for name in "AB"]}
    calls: list[str] = []

    def save(account: Account, *args: Any, **options: Any) -> None:
        calls.append(account.name)
        if calls.count("B") == 2:  # the first time is the rehearsal
            raise SystemExit
        save_account(account, *args, **options)

    with patch("panels.declarations.difference.save_account", save), pytest.raises(SystemExit):
        api.post("apply/", document)
    assert [account.name for account in Account.objects.all()] == ["A"]
    told = api.post("apply/", document).json()
    assert [one["is_changed"] for one in told["accounts"]] == [False, True]
