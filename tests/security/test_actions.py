"""Actions and what agents have set, of two accounts: nothing of one is done, or read, by the other's agents."""

import json
from collections.abc import Iterator
from itertools import product as combinations
from typing import Any

import pytest
from django.test import Client

from panels.models import ActionRun
from tests.panels.actions.points import Give, Tab, installed_points
from tests.security.urls import two_accounts
from tests.support.host import HostInMemory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _panel(worker_at_hand: None) -> Iterator[None]:
    with installed_points():
        yield


@pytest.fixture
def tabs(hosts: dict[int, HostInMemory]) -> tuple[Tab, Tab]:
    return Tab(hosts), Tab(hosts)


def mixed(tabs: tuple[Tab, Tab]) -> Iterator[tuple[Tab, ...]]:
    """Yield app, placement, pass and session of the two in all combinations but those of one."""
    return (four for four in combinations(tabs, repeat=4) if len(set(map(id, four))) > 1)


def headers_of(pass_: Tab, session: Tab) -> dict[str, str]:
    return {**session.headers, "X-Voxys-Context": pass_.headers["X-Voxys-Context"], "Idempotency-Key": "k" * 20}


@two_accounts("panels:action")
def test_an_action_of_another_account_is_not_done(tabs: tuple[Tab, Tab]) -> None:
    for app, placement, pass_, session in mixed(tabs):
        path = f"/a/{app.app.key}/panels/{placement.placement.pk}/actions/give"
        response = Client().post(path, {"points": 5, "reason": "x"}, headers=headers_of(pass_, session))
        assert response.status_code in {401, 403, 404}
    assert Give.runs == []
    assert not ActionRun.objects.exists()


@two_accounts("panels:action")
def test_the_same_key_is_another_press_in_another_account(tabs: tuple[Tab, Tab]) -> None:
    mine, theirs = tabs
    theirs.key = mine.key
    assert [mine.outcome(), theirs.outcome()] == ["done"] * 2
    assert len(Give.runs) == 2
    assert {run.account_id for run in ActionRun.objects.all()} == {mine.account.pk, theirs.account.pk}


@two_accounts("panels:state")
def test_what_agents_have_set_stays_in_their_account(tabs: tuple[Tab, Tab]) -> None:
    def ask(app: Tab, placement: Tab, headers: dict[str, str]) -> tuple[Any, Any]:
        body = json.dumps({"placement": placement.placement.pk, "scope": "agent", "values": {"words": "mine"}})
        path = f"/a/{app.app.key}/state"
        kept = Client().post(path, body, content_type="application/json", headers=headers)
        return kept, Client().get(path, headers=headers)

    for app, placement, pass_, session in mixed(tabs):
        kept, found = ask(app, placement, headers_of(pass_, session))
        assert kept.status_code in {401, 403, 404}
        assert found.status_code in {401, 403} or found.json() == {}
    mine, theirs = tabs
    assert ask(mine, mine, headers_of(mine, mine))[1].json() == {str(mine.placement.pk): {"words": "mine"}}
    assert Client().get(f"/a/{theirs.app.key}/state", headers=headers_of(theirs, theirs)).json() == {}
