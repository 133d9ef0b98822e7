"""Two accounts, two tokens: at every address of the API the other's objects are not there."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from panels.models import Connection, Placement, PluginOffer
from tenants.models import (
    Account,
    AgentSession,
    ApiToken,
    AuditEntry,
    DashboardApp,
    Notice,
    Operator,
    ViewRecord,
)
from tenants.secrets import set_host_token
from tenants.trust.sessions import issue_session
from tests.factories import make_account, make_app, make_connection, make_placement, make_view_record
from tests.security.urls import names_of, two_accounts
from tests.support.admin import make_operator
from tests.support.api import ROOT, Api, api_of, operators_api
from tests.tenants.test_admin import Host

pytestmark = pytest.mark.django_db

CANARY = "Canary"
ALL = sorted({name for name in names_of(get_resolver().url_patterns) if name.startswith("rest:")})
LISTS = (
    *("accounts/", "dashboard-apps/", "connections/", "placements/", "audit/"),
    *("notices/", "agent-sessions/", "view-records/"),
)
# Of no account, but of people: platform administrators', or the owner's of the token.
OF_PEOPLE = ("operators", "tokens")
# Closed as a whole to whoever is no platform administrator.
OF_THE_PLATFORM = ("operators/", "plugin-offers/")


def rows_of(account: Account) -> dict[str, Any]:
    app, shop = make_app(account, title=f"{CANARY} app"), make_connection(account, name=f"{CANARY} shop")
    entry = AuditEntry.objects.create(
        account=account, actor=CANARY, via="admin", action="add", object_type="x", object_id="1", object_name=CANARY
    )
    return {
        "accounts": account,
        "dashboard-apps": app,
        "connections": shop,
        "placements": make_placement(app, shop, title=CANARY),
        "audit": entry,
        "notices": Notice.objects.create(account=account, kind="canary", text=f"{CANARY} sings"),
        "agent-sessions": issue_session(
            account, agent_id=5, agent_name=CANARY, agent_email="tom@voxys.example", method="mail", browser=""
        )[0],
        "view-records": make_view_record(account, panels=[CANARY]),
    }


@pytest.fixture
def theirs() -> Account:
    account = make_account(name=CANARY)
    set_host_token(account, "canary-of-a-token")
    return account


@pytest.fixture
def their_rows(theirs: Account) -> dict[str, Any]:
    return rows_of(theirs)


@pytest.fixture
def their_people(theirs: Account) -> dict[str, Any]:
    """Return the other account's operator and that one's token; both have the account's name in them."""
    user = make_operator(theirs)
    User.objects.filter(pk=user.pk).update(username=CANARY)
    return {"operators": user.operator, "tokens": api_of(user, name=CANARY).token}


@pytest.fixture
def their_offers(theirs: Account) -> dict[str, Any]:
    offer = PluginOffer.objects.create(kind="panel", slug="canary", audience="only")
    offer.accounts.add(theirs)
    return {"plugin-offers": offer}


@pytest.fixture
def mine() -> Account:
    return make_account(name="Mine")


@pytest.fixture
def me(mine: Account) -> Api:
    return operators_api(mine)


def is_read(path: str) -> bool:
    """Return whether the address answers to GET at all."""
    from tests.voxysapps.test_rest_schema import SCHEMA  # noqa: PLC0415 - made only where it is needed

    return "get" in SCHEMA["paths"][ROOT + path]


def detail_addresses() -> list[str]:
    """Every address with a row's number, from the schema."""
    from tests.voxysapps.test_rest_schema import SCHEMA  # noqa: PLC0415 - made only where it is needed

    return sorted(path.removeprefix(ROOT) for path in SCHEMA["paths"] if "{id}" in path)


def everything() -> str:
    models = (
        *(Account, DashboardApp, Connection, Placement, AuditEntry, User, Operator),
        *(Notice, AgentSession, ViewRecord, PluginOffer),
    )
    tokens = list(ApiToken.objects.order_by("pk").values("pk", "name", "scopes", "revoked_at"))
    rows = [serializers.serialize("json", model._default_manager.order_by("pk")) for model in models]
    return json.dumps(rows) + str(tokens)


@two_accounts(*ALL)
def test_every_address_with_the_others_row_is_404(
    me: Api, their_rows: dict[str, Any], their_people: dict[str, Any], their_offers: dict[str, Any]
) -> None:
    before = everything()
    their_rows |= {**their_people, **their_offers}
    addresses = detail_addresses()
    assert len(addresses) >= 10
    assert {path.split("/")[0] for path in addresses} == set(their_rows)
    for path in addresses:
        address = path.format(id=their_rows[path.split("/")[0]].pk)
        for response in (me.get(address), me.post(address), me.patch(address, {"name": "x"}), me.delete(address)):
            assert response.status_code in ((403,) if path.startswith(OF_THE_PLATFORM) else (404, 405)), address
            assert CANARY not in response.content.decode()
        assert me.get(address).status_code in (403, 404) or not is_read(path)
    assert everything() == before


def test_the_walk_would_see_an_open_address(theirs: Account, their_rows: dict[str, Any]) -> None:
    they = operators_api(theirs)
    for name, row in their_rows.items():
        response = they.get(f"{name}/{row.pk}/")
        assert response.status_code == 200
        assert CANARY in response.content.decode()
        assert "canary-of-a-token" not in response.content.decode()


def test_the_walk_would_see_open_people(their_people: dict[str, Any]) -> None:
    root = api_of(User.objects.create_superuser("root", "root@example.com", "x"))
    assert set(their_people) == set(OF_PEOPLE)
    for name, row in their_people.items():
        assert CANARY in root.get(f"{name}/{row.pk}/").content.decode()
        assert CANARY in root.get(f"{name}/").content.decode()


@pytest.mark.parametrize("path", OF_PEOPLE)
def test_people_of_the_other_account_are_in_no_list(path: str, me: Api, their_people: dict[str, Any]) -> None:
    for query in ({}, {"search": CANARY}, {"page_size": 200}):
        response = me.get(f"{path}/", **query)
        assert response.status_code == (403 if path == "operators" else 200)
        assert CANARY not in response.content.decode()


def test_no_document_or_table_finds_or_changes_the_other_account(
    me: Api, theirs: Account, their_rows: dict[str, Any]
) -> None:
    """However it is described: by its place, its name, or as the place of one's own; it reads like one nobody has."""
    place = {"host_origin": theirs.host_origin, "host_account_id": theirs.host_account_id}
    free = {**place, "host_account_id": 999_999}
    before = everything()
    for described in (
        {"name": CANARY, "trust": "link", "prune": True, "apps": [], "connections": []},
        {"name": "Renamed", "host_token": {"env": "T"}},
        {"name": "Renamed", "hook_secret": {"env": "T"}},
    ):
        told = [
            me.post("apply/?dry_run=true", {"accounts": [{**described, **where}], "secrets": {"T": "x" * 20}}).content
            for where in (place, free)
        ]
        assert b"+ account" in told[0]
        assert told[0].replace(str(theirs.host_account_id).encode(), b"999999") == told[1]
    for query in ("?dry_run=true", ""):
        answers = [me.post(f"apply/{query}", {"accounts": [{"name": name}]}).json() for name in (CANARY, "Nobody")]
        assert str(answers[0]).replace(CANARY, "Nobody") == str(answers[1])
    for kind in ("csv", "yaml"):
        assert CANARY not in me.get("accounts/export/", **{"as": kind}).content.decode()
    assert everything() == before
    rows = stored_of(theirs)
    table = f"name,host_origin,host_account_id\nTable,{theirs.host_origin},{theirs.host_account_id}"
    assert me.send("accounts/import/", table, "text/csv").json()["is_complete"]
    assert me.post("apply/", {"accounts": [{"name": "Table", **place, "trust": "link", "apps": []}]}).status_code == 200
    assert not Account.objects.get(name="Table").is_proved
    assert stored_of(theirs) == rows


def stored_of(theirs: Account) -> str:
    """Return all that is stored of the other account."""
    rows = [serializers.serialize("json", Account.objects.filter(pk=theirs.pk))]
    rows += [
        serializers.serialize("json", model._default_manager.filter(account=theirs).order_by("pk"))
        for model in (DashboardApp, Connection, Placement, AuditEntry)
    ]
    return json.dumps(rows)


def test_a_guessed_place_on_a_host_is_answered_alike_whoever_has_it(
    me: Api, mine: Account, theirs: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise every number could be tried, to learn which accounts of which hosts are connected here."""
    host = Host(role="agent", account=theirs.host_account_id)
    monkeypatch.setattr("tenants.services.HostClient", host)
    place = {"host_origin": theirs.host_origin, "host_account_id": theirs.host_account_id}
    for token in ({}, {"host_token": "a-token-of-an-agent"}):
        added = me.post("accounts/", {"name": "New", **place, **token})
        moved = me.patch(f"accounts/{mine.pk}/", {**place, **token})
        assert (added.status_code, moved.status_code) == ((400, 400) if token else (201, 200))
        assert b"already" not in added.content + moved.content
    assert Account.objects.filter(host_proved_at__isnull=False).get() == theirs


def test_whoever_proves_to_be_an_administrator_there_is_told_that_it_is_connected(
    me: Api, theirs: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenants.services.HostClient", Host(account=theirs.host_account_id))
    place = {"host_origin": theirs.host_origin, "host_account_id": theirs.host_account_id}
    answer = me.post("accounts/", {"name": "New", **place, "host_token": "an-administrators-token"})
    (said,) = answer.json()["errors"].pop("host_account_id")
    assert said.startswith("This account of this host is connected already.")


@pytest.mark.parametrize("path", LISTS)
def test_no_list_filter_or_search_finds_the_others_rows(
    path: str, me: Api, theirs: Account, their_rows: dict[str, Any]
) -> None:
    other = {} if path == "accounts/" else {"account": theirs.pk}
    search = {} if path == "view-records/" else {"search": CANARY}
    for query in ({}, search, other, {"page_size": 200}):
        response = me.get(path, **query)
        assert response.status_code == 200, response.content
        assert not re.search(CANARY, json.dumps(response.json()["results"])), query


def test_connections_of_the_other_account_are_not_taken_by_name(
    me: Api, mine: Account, their_rows: dict[str, Any]
) -> None:
    placement = {"panel": "orders", "connections": [their_rows["connections"].name]}
    place = {"host_origin": mine.host_origin, "host_account_id": mine.host_account_id}
    described = {"name": "Mine", **place, "apps": [{"title": "Orders", "placements": [placement]}]}
    before = everything()
    told = me.post("apply/", {"accounts": [described]}).json()
    assert "has no connection" in told["accounts"][0]["problems"][0]["sentence"]
    assert everything() == before


def test_nothing_is_made_or_linked_in_the_others_account(
    me: Api, mine: Account, theirs: Account, their_rows: dict[str, Any]
) -> None:
    app, shop, placement = make_app(mine), make_connection(mine, connector="demo"), None
    placement = make_placement(app, shop)
    before = everything()
    for response in (
        me.post("dashboard-apps/", {"account": theirs.pk, "title": "x"}),
        me.post("connections/", {"account": theirs.pk, "name": "x", "connector": "demo"}),
        me.post("placements/", {"dashboard_app": their_rows["dashboard-apps"].pk, "panel": "orders"}),
        me.post(
            "placements/",
            {"dashboard_app": app.pk, "panel": "orders", "connections": [their_rows["connections"].pk]},
        ),
        me.patch(f"placements/{placement.pk}/", {"connections": [their_rows["connections"].pk]}),
        me.patch(f"dashboard-apps/{app.pk}/", {"account": theirs.pk}),
        me.patch(f"connections/{shop.pk}/", {"account": theirs.pk}),
    ):
        assert response.status_code == 400
        assert "does not exist" in response.content.decode()
    assert everything() == before


@pytest.mark.parametrize("path", LISTS)
def test_lists_cost_the_same_however_long(path: str) -> None:
    counts = []
    for number in (1, 3, 30):
        accounts = [make_account() for _ in range(number)]
        for account in accounts:
            rows_of(account)
        api = operators_api(*accounts)
        api.get(path)  # the first use of a token is written down
        with CaptureQueriesContext(connection) as seen:
            assert len(api.get(path).json()["results"]) == number
        counts.append(len(seen))
    assert counts[0] == counts[1] == counts[2] <= 8, counts
