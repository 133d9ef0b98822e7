"""Every look at a customer's data is on record: by whom, when, through what; and no longer than it may be."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from msgspec import structs

from tenants.models import DashboardApp, ViewRecord
from tenants.trust.identity import identifier_digests
from tenants.viewing import services
from tenants.viewing.entries import ViewEntry
from tests.factories import make_account, make_app, make_connection, make_placement, make_view_record
from tests.panels.test_access import post
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture
from tests.support.host import AGENT, HostInMemory, host_answers, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_at_hand")]


@pytest.fixture
def app(connector: type[RecordingConnector]) -> DashboardApp:  # noqa: F811 - the fixture
    app = make_app(make_account(trust="signed_in"))
    make_placement(app, make_connection(app.account, name="Shop"), panel="orders")
    return app


@pytest.fixture
def host(app: DashboardApp) -> Iterator[HostInMemory]:
    host = HostInMemory()
    with host_answers({app.account_id: host}):
        yield host


def test_who_saw_what_is_on_record(app: DashboardApp, host: HostInMemory) -> None:
    headers = sign_in(app.account)
    assert 'data-state="loading"' in post(Client(), app, headers).content.decode()
    assert services.drain_views() == 0  # nothing was seen
    assert 'data-state="ready"' in post(Client(), app, headers).content.decode()
    assert services.drain_views() == 1
    record = ViewRecord.objects.for_account(app.account).get()
    assert (record.agent_id, record.contact_id, record.conversation_id) == (AGENT, 70, 7)
    assert (record.panels, record.dashboard_app, record.trust) == (["orders"], app, "signed_in")
    assert record.session
    assert record.session.agent_id == AGENT
    assert abs((timezone.now() - record.seen_at).total_seconds()) < 10
    assert "ada@" not in f"{record.customer}{record.identifiers}".lower()  # digests may have the three letters
    assert services.drain_views() == 0


def test_refused_requests_are_not_on_record(app: DashboardApp, host: HostInMemory) -> None:
    post(Client(), app, {})
    post(Client(), app, sign_in(app.account), conversation=8)
    assert services.drain_views() == 0


def test_many_looks_within_a_minute_are_one(app: DashboardApp, host: HostInMemory) -> None:
    headers = sign_in(app.account)
    for _time in range(5):
        post(Client(), app, headers)
    other = sign_in(app.account, agent=6)
    post(Client(), app, other, agent=6)
    services.drain_views()
    assert set(ViewRecord.objects.values_list("agent_id", flat=True)) == {5, 6}


def test_an_edited_address_is_flagged(app: DashboardApp, host: HostInMemory, clock: Any) -> None:
    headers = sign_in(app.account)
    post(Client(), app, headers)
    clock.shift(60)
    host.change_contact(70, email="victim@example.com")
    host.change_conversation(7)
    for _time in range(2):
        post(Client(), app, headers, email="victim@example.com")
    services.drain_views()
    assert [record.identifiers_edited for record in ViewRecord.objects.order_by("seen_at")] == [True]


def test_what_is_gone_meanwhile_is_tolerated(app: DashboardApp, host: HostInMemory) -> None:
    headers = sign_in(app.account)
    for _time in range(2):
        post(Client(), app, headers)
    app.delete()
    app.account.agent_sessions.all().delete()
    assert services.drain_views() == 1
    record = ViewRecord.objects.get()
    assert record.dashboard_app is None
    assert record.session is None


def test_a_drain_that_dies_loses_nothing(
    app: DashboardApp, host: HostInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = sign_in(app.account)
    for _time in range(2):
        post(Client(), app, headers)

    def dies(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(services, "store", dies)
        with pytest.raises(KeyboardInterrupt):
            services.drain_views()
    assert services.drain_views() == 1
    assert ViewRecord.objects.count() == 1


def test_one_odd_entry_keeps_nobody_elses_from_being_stored() -> None:
    account = make_account()
    fine = ViewEntry(account.pk, "signed_in", 5, None, 7, 70, "abc", (), 1, ("orders",), False)
    services.store([(time.time(), structs.replace(fine, contact_id=2**63 + 5)), (time.time(), fine)])
    assert list(ViewRecord.objects.values_list("contact_id", flat=True)) == [70]


# --- the admin -----------------------------------------------------------------------------------------


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("root", "root@example.com", "x"))
    return client


def test_found_by_what_the_customer_is_known_by(operator: Client) -> None:
    account, other = make_account(), make_account()
    for one in (account, other):
        digests = identifier_digests(one.pk, f"ada@{one.pk}.example", "+15550100")
        make_view_record(one, identifiers=f" {' '.join(digests)} ", conversation_id=1000 + one.pk)
    page = operator.get("/admin/tenants/viewrecord/", {"q": f" ADA@{account.pk}.example"}).content.decode()
    assert str(1000 + account.pk) in page
    assert str(1000 + other.pk) not in page
    page = operator.get("/admin/tenants/viewrecord/", {"q": "nobody@example.com"}).content.decode()
    assert str(1000 + account.pk) not in page


def test_export_is_plain_and_runs_no_formula(operator: Client) -> None:
    record = make_view_record(make_account(), panels=["=cmd|' /C calc'!A0"])
    body = {"action": "export", "_selected_action": [record.pk]}
    response = operator.post("/admin/tenants/viewrecord/", body)
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("seen_at,account_id,agent_id")
    assert "'=cmd" in text
    assert not re.search(r"(^|,)=", text, re.MULTILINE)


def test_nobody_changes_records(operator: Client) -> None:
    record = make_view_record(make_account())
    assert operator.get("/admin/tenants/viewrecord/add/").status_code == 403
    path = f"/admin/tenants/viewrecord/{record.pk}/"
    assert operator.post(f"{path}delete/", {"post": "yes"}).status_code == 403
    operator.post(f"{path}change/", {"agent_id": 99})
    record.refresh_from_db()
    assert record.agent_id == 5
