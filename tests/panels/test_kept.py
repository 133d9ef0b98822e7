"""What an agent has set in panels: theirs alone, for one conversation or for all."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from panels.configuration import forget_plans
from tenants.services import delete_account
from tenants.signals import contact_deleted
from tenants.viewing.services import drain_views
from tests.factories import make_placement
from tests.panels.actions.points import Tab, installed_points
from tests.support.contexts import context_body
from tests.support.host import ADMINISTRATOR, HostInMemory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _panel() -> Iterator[None]:
    with installed_points():
        yield


@pytest.fixture
def tab(hosts: dict[int, HostInMemory]) -> Tab:
    return Tab(hosts)


def read(tab: Tab) -> Any:
    response = Client().get(f"/a/{tab.app.key}/state", headers=tab.headers)
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "no-store"
    return response.json()


def keep(tab: Tab, scope: str = "conversation", placement: int | None = None, **values: Any) -> Any:
    body = json.dumps({"placement": placement or tab.placement.pk, "scope": scope, "values": values})
    return Client().post(f"/a/{tab.app.key}/state", body, content_type="application/json", headers=tab.headers)


def test_what_is_set_is_found_again_and_merged(tab: Tab) -> None:
    assert read(tab) == {}
    assert keep(tab, row=True, words="half a sent").status_code == 204
    assert keep(tab, words="half a sentence", note="x").status_code == 204
    assert keep(tab, note=None).status_code == 204
    assert read(tab) == {str(tab.placement.pk): {"row": True, "words": "half a sentence"}}


def test_what_two_panels_tell_at_once_is_kept_of_both(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_placement(tab.app, panel="points")
    forget_plans()  # within a test's transaction nothing is committed that would say so
    told: list[str] = []
    read_before = cache.get

    def read_while_the_other_tells(key: str, *args: Any) -> Any:
        found = read_before(key, *args)
        if ":kept:" in key and not told:
            told.append(key)
            assert keep(tab, placement=other.pk, words="two").status_code == 204
        return found

    monkeypatch.setattr("panels.kept.cache.get", read_while_the_other_tells)
    assert keep(tab, words="one").status_code == 204
    assert told
    assert read(tab) == {str(tab.placement.pk): {"words": "one"}, str(other.pk): {"words": "two"}}


def test_one_conversation_knows_nothing_of_the_other(hosts: dict[int, HostInMemory], tab: Tab) -> None:
    keep(tab, words="about Ada")
    keep(tab, "agent", filter="open")
    hosts[tab.account.pk].change_conversation(8)
    body = context_body(tab.account, conversation=8, agent=tab.agent, uuid="uuid-of-8")
    answer = Client().post(f"/a/{tab.app.key}/context", body, content_type="application/json", headers=tab.headers)
    tab.headers["X-Voxys-Context"] = answer["X-Voxys-Context"]
    assert read(tab) == {str(tab.placement.pk): {"filter": "open"}}


def test_one_agent_knows_nothing_of_the_other(tab: Tab) -> None:
    keep(tab, words="mine")
    tab.agent, tab.headers = ADMINISTRATOR, sign_in(tab.account, ADMINISTRATOR)
    tab.open()
    assert read(tab) == {}


@pytest.mark.usefixtures("worker_at_hand")
def test_of_a_deleted_contact_nothing_is_kept(hosts: dict[int, HostInMemory], tab: Tab) -> None:
    other = Tab(hosts)
    for one in (tab, other):
        one.open()  # there are data to be seen by now
        keep(one, words="half a sentence about Ada")
    keep(tab, "agent", filter="open")
    drain_views()
    contact_deleted.send(sender=None, account_id=tab.account.pk, contact_id=71, customers=set())
    assert read(tab) == {str(tab.placement.pk): {"filter": "open", "words": "half a sentence about Ada"}}
    contact_deleted.send(sender=None, account_id=tab.account.pk, contact_id=70, customers=set())
    assert read(tab) == {str(tab.placement.pk): {"filter": "open"}}
    assert read(other) == {str(other.placement.pk): {"words": "half a sentence about Ada"}}


@pytest.mark.usefixtures("worker_at_hand")
def test_of_a_deleted_account_nothing_is_kept(
    hosts: dict[int, HostInMemory], tab: Tab, django_capture_on_commit_callbacks: Any
) -> None:
    tab.open()
    keep(tab, words="half a sentence about Ada")
    keep(tab, "agent", filter="open")
    drain_views()
    keys = [f"{tab.account.pk}:kept:{tab.placement.pk}:{tab.agent}:{where}" for where in ("-", 7)]
    assert list(cache.get_many(keys)) == keys
    with django_capture_on_commit_callbacks(execute=True):
        delete_account(tab.account)
    assert cache.get_many(keys) == {}


@pytest.mark.parametrize("trust", ["verified", "link"])
def test_without_a_session_there_is_none(hosts: dict[int, HostInMemory], trust: str) -> None:
    tab = Tab(hosts, trust=trust)
    assert Client().get(f"/a/{tab.app.key}/state", headers=tab.headers).status_code == 403
    assert keep(tab, words="x").status_code == 403


@pytest.mark.parametrize("body", [b"", b"[]", b'{"placement": "1"}', b'{"placement":1,"scope":"all","values":{}}'])
def test_what_cannot_be_kept_is_refused(tab: Tab, body: bytes) -> None:
    path = f"/a/{tab.app.key}/state"
    response = Client().post(path, body, content_type="application/json", headers=tab.headers)
    assert (response.status_code, response.json()["code"]) == (400, "wrong_type")


def test_there_is_no_more_room_than_there_is(tab: Tab) -> None:
    assert keep(tab, words="x" * 20_000).status_code == 204
    response = keep(tab, more="x" * 20_000)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert list(read(tab)[str(tab.placement.pk)]) == ["words"]
