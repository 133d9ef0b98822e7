"""What a developer is told of the open tab, and what nobody is told."""

import time
from typing import Any

import pytest
from pytest_django import Settings

from panels import refresh
from panels.configuration import get_plan
from panels.snapshots import Source, read_head
from tenants.models import Account, DashboardApp
from tests.security.urls import two_accounts
from tests.simulator.development.conftest import BRISA, CONVERSATION, Desk
from voxysapps.simulator.development import recorder, records
from voxysapps.simulator.development.records import Tab
from voxysapps.simulator.development.watching import is_watched

pytestmark = pytest.mark.django_db
# Their lists of things to know: which systems there are needs no tab.
OF_A_TAB = ("", "/code")


@pytest.fixture(autouse=True)
def _forget_who_is_whose() -> None:
    recorder._is_of_stand_in.cache_clear()


def fetch(desk: Desk) -> list[Source]:
    """Let all that the tab shows be fetched as a worker would; return from where."""
    plan = get_plan(desk.app.key)
    assert plan
    customer = desk.look().json()["viewer"]["customer"]
    identity = refresh.read_identity(desk.account.pk, customer)
    assert identity
    sources = list(dict.fromkeys(source for placement in plan.placements for source in placement.sources))
    for source in sources:
        refresh.refresh_source(desk.account.pk, source, identity, trace_id="reference", wanted_at=time.time())
    return sources


def test_tab_that_was_opened_is_told(desk: Desk) -> None:
    assert desk.look().json()["requests"] == []
    desk.post_context()
    fetch(desk)
    desk.post_context()

    seen = desk.look().json()

    newest, first = seen["requests"]
    assert (newest["method"], newest["path"], newest["status"]) == ("POST", "context", 200)
    assert newest["size"] > first["size"]
    placement = seen["placements"][0]
    assert (placement["panel"], placement["package"], placement["state"]) == ("customer", "voxysapps", "ready")
    assert placement["class"] == "panels.customer.panel:CustomerPanel"
    assert placement["rendered"]["queries"] == {"count": 0, "statements": []}
    assert placement["rendered"]["milliseconds"] > 0
    assert placement["fragment"]["is_current"] is True
    assert placement["fragment"]["is_of_present_code"] is True
    (source,) = (one for one in placement["sources"] if one["key"].startswith("c"))
    assert source["head"]["failure"] is None
    assert source["data"]["customers"][0]["name"] == "Nora Lindqvist"
    assert source["asked"]["trace_id"] == "reference"


def test_queries_of_a_request_are_counted(desk: Desk) -> None:
    desk.post_context()
    cold, warm = [desk.look().json()["requests"][0]["queries"] for _ in range(2) if desk.post_context()]
    assert warm["count"] <= cold["count"]
    first = desk.look().json()["requests"][-1]["queries"]
    assert first["count"] > 0
    assert first["statements"][0].startswith("SELECT")


def test_what_is_made_due_is_asked_for_again(desk: Desk) -> None:
    desk.post_context()
    sources = fetch(desk)
    customer = desk.look().json()["viewer"]["customer"]
    assert not desk.post_context().content.count(b'data-state="stale"')
    assert desk.do("/refetch", {}).json() == {"sources": len(sources)}
    head = read_head(desk.account.pk, sources[0], customer)
    assert head
    assert head.is_due(time.time())
    assert head.version, "what there is stays"
    assert desk.post_context().content.count(b'data-state="stale"')


def test_nothing_is_noted_for_nobody(desk: Desk, development: Settings, tmp_path: Any) -> None:
    development.RUN_DIR = tmp_path / "elsewhere"
    assert not is_watched()
    desk.post_context()
    development.RUN_DIR = tmp_path
    assert desk.look().json()["requests"] == []


def test_code_is_named_where_somebody_watches_it(desk: Desk) -> None:
    assert desk.look("/code").json() == {"code": "", "loaded": "", "answered": ""}


@two_accounts("simulator:development", "simulator:code", "simulator:refetch", "simulator:system-faults")
@pytest.mark.parametrize("what", ["", "/code", "/refetch", "/faults"])
def test_accounts_are_apart(desk: Desk, what: str) -> None:
    """Another account's tab is not found; neither is a system of it, nor what was noted."""
    other = Account.objects.get(host_account_id=BRISA)
    theirs = DashboardApp.objects.for_account(other).order_by("position", "pk")[0]
    if what in OF_A_TAB:
        assert desk.look(what).status_code == 200
        assert desk.look(what, key=theirs.key).status_code == 404
        return
    if what == "/refetch":
        desk.app = theirs
        assert desk.do(what, {}).status_code == 404
        return
    system = Desk(desk.client, other).look(what).json()["systems"][0]["system"]
    assert desk.do(what, {"system": system, "fault": "slow"}).status_code == 404
    assert system not in [one["system"] for one in desk.look(what).json()["systems"]]
    assert {one["fault"] for one in Desk(desk.client, other).look(what).json()["systems"]} == {"none"}


@pytest.mark.parametrize("what", ["", "/code", "/faults"])
def test_account_of_a_real_host_is_not_there(desk: Desk, what: str) -> None:
    """By no number, and its tabs through no other account; nothing is noted of it."""
    Account.objects.filter(pk=desk.account.pk).update(host_api="https://voxys.example.com")
    assert desk.look(what).status_code == 404
    assert not recorder.is_recorded(desk.account.pk)
    desk.account.host_account_id = BRISA
    if what in OF_A_TAB:
        assert desk.look(what).status_code == 404


def test_requests_of_a_real_hosts_account_are_not_noted(desk: Desk) -> None:
    Account.objects.filter(pk=desk.account.pk).update(host_api="https://voxys.example.com")
    assert desk.post_context().status_code == 200
    assert records.read(records.tab_key(desk.account.pk, desk.app.pk, CONVERSATION), Tab) is None


@pytest.mark.parametrize("what", ["", "/code", "/faults"])
def test_nothing_is_there_but_in_development(desk: Desk, development: Settings, what: str) -> None:
    development.DEVELOPMENT = False
    assert desk.look(what).status_code == 404


def test_page_with_a_cell_may_be_framed_by_the_window_only(desk: Desk) -> None:
    policy = desk.client.get("/simulator/cell/")["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors http://localhost:8000")
    assert "frame-src http://127.0.0.1:* http://localhost:*;" in policy


def test_payloads_of_every_host_are_there(desk: Desk) -> None:
    assert "09_minimal_legacy" in desk.client.get("/simulator/payloads.json").json()
