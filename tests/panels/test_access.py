"""Signed-in agents pay nothing for confirmation while nothing changes, and whatever changes is noticed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from panels import access
from tenants.models import AgentSession, DashboardApp
from tenants.trust.records import drop_contact, drop_conversation
from tenants.trust.sessions import revoke_agent
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.panels.test_views import THREE, follow, placement_of, states
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture
from tests.support.contexts import context_body
from tests.support.host import AGENT, HostInMemory, host_answers, make_contact, sign_in
from tests.support.trips import counted_trips

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered(worker_at_hand: None) -> None:
    access.forget_remembered()


@pytest.fixture
def app(connector: type[RecordingConnector]) -> DashboardApp:  # noqa: F811 - the fixture
    app = make_app(make_account(trust="signed_in"))
    shop = make_connection(app.account, name="Shop")
    for panel in THREE:
        make_placement(app, shop, panel=panel)
    return app


@pytest.fixture
def host(app: DashboardApp) -> Iterator[HostInMemory]:
    host = HostInMemory()
    with host_answers({app.account_id: host}):
        yield host


@pytest.fixture
def headers(app: DashboardApp) -> dict[str, str]:
    return sign_in(app.account)


def post(client: Client, app: DashboardApp, headers: dict[str, str], **values: Any) -> Any:
    values.setdefault("uuid", "uuid-of-7")
    body = context_body(app.account, **values)
    return client.post(f"/a/{app.key}/context", body, content_type="application/json", headers=headers)


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json().get("reason") or response.json()["code"]


def warm(client: Client, app: DashboardApp, headers: dict[str, str]) -> Any:
    for _time in range(3):
        response = post(client, app, headers)
    assert states(response) == dict.fromkeys(THREE, "ready")
    return response


def test_warm_and_signed_in_makes_no_query_and_no_call(
    client: Client,
    app: DashboardApp,
    host: HostInMemory,
    headers: dict[str, str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    warm(client, app, headers)
    host.calls.clear()
    with django_assert_num_queries(0), counted_trips() as trips:
        response = post(client, app, headers)
    assert states(response) == dict.fromkeys(THREE, "ready")
    # Session, records, stamp, heads and fragments together; then limits and the view record.
    assert trips == ["ask", "count"]
    assert host.calls == []


def test_another_process_needs_one_trip_more(
    client: Client,
    app: DashboardApp,
    host: HostInMemory,
    headers: dict[str, str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    warm(client, app, headers)
    host.calls.clear()
    access.forget_remembered()
    with django_assert_num_queries(0), counted_trips() as trips:
        post(client, app, headers)
    assert trips == ["get_many", "get_many", "count"]
    assert host.calls == []


def test_warm_follow_up(
    client: Client,
    app: DashboardApp,
    host: HostInMemory,
    headers: dict[str, str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    token = warm(client, app, headers)["X-Voxys-Context"]
    path = f"/a/{app.key}/panels/{placement_of(app, 'orders').pk}/"
    with django_assert_num_queries(0), counted_trips() as trips:
        response = client.get(path, headers={**headers, "X-Voxys-Context": token})
    assert states(response) == {"orders": "ready"}
    assert trips == ["get_many", "get_many", "count"]


def test_follow_up_needs_the_session_of_its_token(
    client: Client, app: DashboardApp, host: HostInMemory, headers: dict[str, str]
) -> None:
    token = warm(client, app, headers)["X-Voxys-Context"]
    placement = placement_of(app, "orders")
    assert code(follow(client, app, placement, token)) == (401, "no_session")
    path = f"/a/{app.key}/panels/{placement.pk}/"
    other = sign_in(app.account, agent=6)
    assert code(client.get(path, headers={**other, "X-Voxys-Context": token})) == (403, "not_confirmed")
    stranger = make_account(trust="signed_in")
    foreign = sign_in(stranger)
    assert code(client.get(path, headers={**foreign, "X-Voxys-Context": token})) == (401, "ended")


def test_revoked_sessions_are_out_at_once(
    client: Client,
    app: DashboardApp,
    host: HostInMemory,
    headers: dict[str, str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    token = warm(client, app, headers)["X-Voxys-Context"]
    with django_capture_on_commit_callbacks(execute=True):
        revoke_agent(app.account, AGENT)
    assert code(post(client, app, headers)) == (401, "ended")
    path = f"/a/{app.key}/panels/{placement_of(app, 'orders').pk}/"
    assert code(client.get(path, headers={**headers, "X-Voxys-Context": token})) == (401, "ended")


def test_a_session_that_ends_is_noticed_by_memory(
    client: Client, app: DashboardApp, host: HostInMemory, clock: Any
) -> None:
    headers = sign_in(app.account)
    AgentSession.objects.update(expires_at=timezone.now() + timedelta(seconds=100))
    warm(client, app, headers)
    clock.shift(101)
    assert code(post(client, app, headers)) == (401, "ended")


def test_what_the_host_says_changed_is_noticed_at_once(
    client: Client, app: DashboardApp, host: HostInMemory, headers: dict[str, str], clock: Any
) -> None:
    warm(client, app, headers)
    clock.shift(1)
    host.members[1] = frozenset()
    host.change_conversation(7, make_contact(71, email="grace@example.com"))
    drop_conversation(app.account_id, 7)
    assert code(post(client, app, headers)) == (403, "not_confirmed")
    drop_contact(app.account_id, 70)
    assert code(post(client, app, headers)) == (403, "not_confirmed")


def test_memory_is_no_older_than_the_records(
    client: Client, app: DashboardApp, host: HostInMemory, headers: dict[str, str], clock: Any
) -> None:
    warm(client, app, headers)
    host.members[1] = frozenset()
    clock.shift(301)
    assert code(post(client, app, headers)) == (403, "not_confirmed")


def test_records_about_to_get_old_are_read_behind_the_request(
    client: Client, app: DashboardApp, host: HostInMemory, headers: dict[str, str], clock: Any
) -> None:
    warm(client, app, headers)
    host.calls.clear()
    clock.shift(250)
    assert post(client, app, headers).status_code == 200
    assert sorted(host.calls) == ["agents", "conversation", "inbox_members"]
    host.calls.clear()
    clock.shift(200)
    assert post(client, app, headers).status_code == 200
    assert host.calls == []


@pytest.mark.parametrize(
    "changed", [{"agent": 6}, {"conversation": 8}, {"contact": 71}, {"uuid": "uuid-of-8"}], ids=str
)
def test_memory_of_one_context_speaks_for_no_other(
    client: Client, app: DashboardApp, host: HostInMemory, headers: dict[str, str], changed: dict[str, Any]
) -> None:
    warm(client, app, headers)
    assert post(client, app, headers, **changed).status_code in {401, 403}


def test_memory_of_one_session_speaks_for_no_other(client: Client, app: DashboardApp, host: HostInMemory) -> None:
    warm(client, app, sign_in(app.account))
    assert code(post(client, app, {})) == (401, "no_session")
    assert code(post(client, app, {"Authorization": "Bearer x"})) == (401, "ended")
    assert code(post(client, app, sign_in(app.account, agent=6))) == (401, "other_agent")


def test_the_connector_is_asked_with_what_the_host_says(
    client: Client,
    app: DashboardApp,
    host: HostInMemory,
    headers: dict[str, str],
    connector: type[RecordingConnector],  # noqa: F811
) -> None:
    post(client, app, headers, email="victim@example.com")
    asked = [str(call) for call in connector.calls]
    assert asked
    assert not any("victim" in call for call in asked)
    assert any("ada@example.com" in call for call in asked)


def test_nothing_is_asked_of_anybody_without_confirmation(
    client: Client,
    app: DashboardApp,
    host: HostInMemory,
    headers: dict[str, str],
    connector: type[RecordingConnector],  # noqa: F811
) -> None:
    assert code(post(client, app, {})) == (401, "no_session")
    assert host.calls == []
    assert code(post(client, app, headers, conversation=8)) == (403, "not_confirmed")
    assert connector.calls == []
