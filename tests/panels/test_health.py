"""What operators see of a connection, and what they can do about it."""

import re
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from msgspec import msgpack

from panels import refresh, statistics
from panels.api import ConnectorError, FinalError, Identity, OperatorError, TemporaryError
from panels.configuration import read_sources
from panels.health import read_queue, read_states
from panels.models import Connection
from panels.prefetch import backlog
from panels.prefetch.backlog import Wanted
from panels.services import drop_fetched, pause_connection, save_connection
from panels.snapshots import Source
from tenants.models import AuditEntry, Light
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.admin import make_operator, signed_in
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture
from tests.support.contexts import context_body
from tests.support.trips import counted_trips

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_at_hand")]


@pytest.fixture
def shop(connector: type[RecordingConnector]) -> Connection:  # noqa: F811 - the fixture
    shop = make_connection(make_account(), name="Shop")
    make_placement(make_app(shop.account), shop, panel="orders")
    return shop


def ask(shop: Connection, number: int = 1) -> None:
    who = Identity(contact_id=number, emails=(f"p{number}@example.com",))
    source = Source.of_connection(shop.pk, "orders", generation=shop.generation)
    refresh.refresh_source(shop.account_id, source, who, trace_id="t", wanted_at=0)


def fail(capability: str, who: Identity) -> Any:
    raise TemporaryError("%(system)s is asleep.", values={"system": "Shop"})


def open_tab(shop: Connection) -> str:
    app = shop.account.dashboard_apps.get()
    response = Client().post(f"/a/{app.key}/context", context_body(shop.account), content_type="application/json")
    found = re.search(r'data-state="(\w+)"', response.content.decode())
    assert found
    return found[1]


def light(shop: Connection) -> Light:
    return read_states([shop])[shop.pk].light


def health_page(client: Client, shop: Connection) -> str:
    response = client.get(f"/admin/panels/connection/{shop.pk}/health/")
    assert response.status_code == 200
    return str(response.content.decode())


def do(client: Client, shop: Connection, deed: str) -> int:
    return client.post(f"/admin/panels/connection/{shop.pk}/health/", {"deed": deed}).status_code


def failing_for(kind: type[ConnectorError], *numbers: int) -> None:
    """Let questions about these customers fail."""
    broken = {f"p{number}@example.com" for number in numbers}

    def answer(capability: str, who: Identity) -> Any:
        if broken & set(who.emails):
            raise kind("%(system)s does not like it.", values={"system": "Shop"})
        return RecordingConnector({}, name="Shop").demo(capability, who)

    RecordingConnector.answer = answer


def test_lights(shop: Connection) -> None:
    assert light(shop) == Light.GREEN
    ask(shop)
    assert light(shop) == Light.GREEN
    RecordingConnector.answer = fail
    ask(shop, 2)
    assert light(shop) == Light.AMBER
    assert read_states([shop])[shop.pk].last_error == "Shop is asleep."
    shop.is_enabled = False
    assert light(shop) == Light.AMBER


@pytest.mark.parametrize("kind", [FinalError, TemporaryError])
def test_one_customer_is_not_the_connection(shop: Connection, kind: type[ConnectorError], clock: Any) -> None:
    failing_for(kind, 2)
    ask(shop, 1)
    for _ in range(4):
        clock.shift(600)
        ask(shop, 2)
        assert light(shop) == Light.AMBER
    assert read_states([shop])[shop.pk].last_error == "Shop does not like it."
    ask(shop, 3)
    assert light(shop) == Light.GREEN
    assert read_states([shop])[shop.pk].last_error == "Shop does not like it.", "it is told of all the same"


@pytest.mark.parametrize("kind", [FinalError, TemporaryError])
def test_several_customers_one_after_the_other_are_the_connection(shop: Connection, kind: type[ConnectorError]) -> None:
    failing_for(kind, 2, 3, 4, 6)
    for number in (1, 2, 3):
        ask(shop, number)
    assert light(shop) == Light.AMBER
    ask(shop, 4)
    assert light(shop) == Light.RED
    ask(shop, 5)
    assert light(shop) == Light.GREEN
    ask(shop, 6)
    assert light(shop) == Light.AMBER, "they are counted from the last success"


def test_what_needs_an_operator_is_red_at_once(shop: Connection) -> None:
    failing_for(OperatorError, 2)
    ask(shop)
    ask(shop, 2)
    assert light(shop) == Light.RED
    ask(shop, 3)
    assert light(shop) == Light.GREEN


@pytest.mark.parametrize(
    ("kind", "expected"), [(TemporaryError, Light.RED), (OperatorError, Light.RED), (FinalError, Light.AMBER)]
)
def test_connection_that_has_never_answered(shop: Connection, kind: type[ConnectorError], expected: Light) -> None:
    failing_for(kind, 1)
    ask(shop, 1)
    assert light(shop) == expected, "of a customer it has refused it has at least told"


def test_what_an_older_version_has_noted(shop: Connection) -> None:
    old = msgpack.encode([time.time() - 60, time.time(), "Asleep.", {}, "t"])
    cache.set(statistics.last_key(shop.account_id, shop.pk), old)
    assert light(shop) == Light.AMBER
    ask(shop)
    assert light(shop) == Light.GREEN


def test_states_of_many_cost_one_trip(shop: Connection) -> None:
    shops = [shop, *(make_connection(make_account()) for _ in range(5))]
    with counted_trips() as trips:
        read_states(shops)
    assert trips == ["get_many"]


def test_page_tells_what_happened(shop: Connection, admin_client: Client) -> None:
    ask(shop)
    RecordingConnector.answer = fail
    ask(shop, 2)
    backlog.want([Wanted(shop.account_id, 7), Wanted(shop.account_id, 8)])
    page = health_page(admin_client, shop)
    assert "The last call failed. Others may succeed." in page
    assert "Shop is asleep." in page
    assert "Calls: did not answer" in page
    assert read_queue(shop.account_id).waiting == 2
    assert read_queue(make_account().pk).waiting == 0


def test_share_of_looks_whose_data_were_there(shop: Connection) -> None:
    # What earlier tests have counted in this process, for rows of the same numbers.
    statistics.write_openings(at_once=True)
    before = statistics.read_statistics(shop.account_id, [shop.pk])[shop.pk]
    assert open_tab(shop) == "loading"
    assert [open_tab(shop) for _ in range(3)] == ["ready"] * 3
    statistics.write_openings(at_once=True)
    found = statistics.read_statistics(shop.account_id, [shop.pk])[shop.pk]
    assert (found.opened - before.opened, found.missed - before.missed) == (4, 1)
    assert statistics.Statistics(opened=4, missed=1).hit_percent == 75


def test_pausing_and_resuming(shop: Connection, admin_client: Client) -> None:
    open_tab(shop)
    assert do(admin_client, shop, "pause") == 302
    calls = len(RecordingConnector.calls)
    ask(shop, 5)
    assert open_tab(shop) == "ready", "what was fetched is shown on"
    assert len(RecordingConnector.calls) == calls
    assert "Resume" in health_page(admin_client, shop)
    assert do(admin_client, shop, "resume") == 302
    ask(shop, 6)
    assert len(RecordingConnector.calls) == calls + 1
    entries = AuditEntry.objects.filter(account=shop.account).order_by("pk")
    assert list(entries.values_list("action", flat=True)) == ["pause", "resume"]


def test_resuming_asks_a_given_up_system_at_once(shop: Connection, admin_client: Client) -> None:
    RecordingConnector.answer = fail
    for number in range(6):
        ask(shop, number)
    assert "Ask it again now" in health_page(admin_client, shop)
    RecordingConnector.answer = None
    do(admin_client, shop, "resume")
    ask(shop, 9)
    assert light(shop) == Light.GREEN


def test_forgetting_what_was_fetched(
    shop: Connection, admin_client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    open_tab(shop)
    assert open_tab(shop) == "ready"
    stranger = make_connection(make_account())
    with django_capture_on_commit_callbacks(execute=True):
        do(admin_client, shop, "drop")
    assert open_tab(shop) == "loading"
    assert open_tab(shop) == "ready"
    stranger.refresh_from_db()
    assert stranger.generation == 0


def test_another_shop_shows_nothing_of_the_one_before(shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RecordingConnector, "destination", ("address",))
    Connection.objects.filter(pk=shop.pk).update(settings={"address": "https://one.example"})
    shop.refresh_from_db()
    before = read_sources(shop.account_id)
    shop.settings = {"address": "https://two.example"}
    with pytest.raises(Exception, match="address"):
        save_connection(shop)  # the recording connector knows no such setting
    save_connection(shop, is_validated=True)
    assert read_sources(shop.account_id) != before


@pytest.mark.parametrize("deed", ["pause", "resume", "drop", "nonsense", ""])
def test_other_operators_and_support_change_nothing(shop: Connection, deed: str) -> None:
    stranger = signed_in(make_operator(make_account()))
    assert stranger.get(f"/admin/panels/connection/{shop.pk}/health/").status_code == 404
    assert do(stranger, shop, deed) == 404
    support = signed_in(make_operator(shop.account, role="support"))
    assert "Pause" not in health_page(support, shop)
    assert do(support, shop, deed) == 403
    shop.refresh_from_db()
    assert (shop.paused_at, shop.generation) == (None, 0)


def test_services_write_the_audit(shop: Connection) -> None:
    pause_connection(shop)
    drop_fetched(shop)
    assert [entry.account for entry in AuditEntry.objects.all()] == [shop.account] * 2
