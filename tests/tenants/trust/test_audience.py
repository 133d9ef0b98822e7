"""For whom an app is: decided by what the host says, not by what is posted."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tenants.models import DashboardApp
from tests.factories import make_account, make_app, make_placement
from tests.panels.test_access import post
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture
from tests.support.host import AGENT, HostInMemory, host_answers, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(connector: type[RecordingConnector]) -> DashboardApp:  # noqa: F811 - the fixture
    app = make_app(make_account(trust="signed_in"))
    make_placement(app)
    return app


@pytest.fixture
def host(app: DashboardApp) -> Iterator[HostInMemory]:
    host = HostInMemory()
    with host_answers({app.account_id: host}):
        yield host


def answer(app: DashboardApp, agent: int = AGENT, **values: Any) -> Any:
    return post(Client(), app, sign_in(app.account, agent=agent), agent=agent, **values)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, True),
        ({"inboxes": [1]}, True),
        ({"inboxes": [2, 3]}, False),
        ({"teams": [7]}, True),
        ({"teams": [8]}, False),
        ({"is_draft": True}, False),
        ({"is_draft": True, "draft_agents": [AGENT]}, True),
        ({"is_draft": True, "draft_agents": [6]}, False),
        ({"is_draft": False, "draft_agents": [6]}, True),
    ],
    ids=str,
)
def test_an_app_is_shown_to_those_it_is_for(
    app: DashboardApp, host: HostInMemory, values: dict[str, Any], shown: bool
) -> None:
    host.change_conversation(7, team_id=7)
    for name, value in values.items():
        setattr(app, name, value)
    app.save()
    response = answer(app)
    assert response.status_code == (200 if shown else 403), response.content
    if not shown:
        assert response.json()["code"] == "not_confirmed"
        assert "tab" in response.json()["detail"]


def test_a_change_ends_what_was_let_in_before(
    app: DashboardApp, host: HostInMemory, django_capture_on_commit_callbacks: Any
) -> None:
    headers = sign_in(app.account)
    first = post(Client(), app, headers)
    assert first.status_code == 200
    token = first["X-Voxys-Context"]
    app.is_draft = True
    with django_capture_on_commit_callbacks(execute=True):
        app.save()
    assert post(Client(), app, headers).status_code == 403
    placement = app.placements.get()
    follow_up = Client().get(f"/a/{app.key}/panels/{placement.pk}/", headers={**headers, "X-Voxys-Context": token})
    assert follow_up.status_code == 403


def test_what_is_posted_does_not_decide(app: DashboardApp, host: HostInMemory) -> None:
    """A forged inbox is no way around the filter."""
    app.inboxes = [2]
    app.save()
    assert answer(app, inbox=2).status_code == 403
