"""When a connection is not asked: given up for a while, told to wait, busy enough."""

import time
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from pytest_django.fixtures import Settings

from panels import refresh, snapshots, statistics
from panels.api import FinalError, Identity, OperatorError, TemporaryError
from panels.errors import MAX_RETRY_AFTER
from panels.guard import FAILURES_TO_OPEN, MAX_OPEN_SECONDS, OPEN_SECONDS, Busy, Guard, NotNow
from panels.models import Connection
from panels.services import save_connection
from panels.snapshots import Head, Source
from tests.factories import make_account, make_connection
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture
from voxysapps.outgoing import budget

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(connector: type[RecordingConnector]) -> Connection:  # noqa: F811 - the fixture
    return make_connection(make_account(), name="Shop")


@pytest.fixture
def guard(shop: Connection) -> Guard:
    return Guard(shop.account_id, shop.pk, name=shop.name)


def ask(shop: Connection, number: int) -> Head:
    """Ask about a customer nobody was asked about before."""
    who = Identity(contact_id=number, emails=(f"p{number}@example.com",))
    source = Source.of_connection(shop.pk, "orders")
    head = refresh.refresh_source(shop.account_id, source, who, trace_id=f"t{number}", wanted_at=0)
    assert head is not None
    return head


def failing(error: Exception) -> Any:
    def fail(capability: str, who: Identity) -> Any:
        raise error

    return fail


def open_breaker(shop: Connection) -> None:
    RecordingConnector.answer = failing(TemporaryError("Down."))
    for number in range(FAILURES_TO_OPEN):
        ask(shop, number)


def test_dead_system_is_left_alone(shop: Connection) -> None:
    open_breaker(shop)
    calls = len(RecordingConnector.calls)
    head = ask(shop, 90)
    assert len(RecordingConnector.calls) == calls
    assert head.failure is not None
    assert "has not answered for a while" in head.failure.sentence
    assert not head.failure.permanent
    assert 0 < head.due_at - time.time() <= OPEN_SECONDS * 1.2


def test_one_call_probes_whether_it_is_back(shop: Connection, guard: Guard, clock: time_machine.Traveller) -> None:
    open_breaker(shop)
    clock.shift(OPEN_SECONDS * 1.3)
    assert guard.breaker().is_probing(time.time())
    with guard.enter(4), pytest.raises(NotNow), guard.enter(4):
        pass
    guard.succeeded()
    RecordingConnector.answer = None
    assert ask(shop, 91).failure is None
    assert not guard.breaker().is_open


def test_failed_probe_waits_longer(shop: Connection, guard: Guard, clock: time_machine.Traveller) -> None:
    open_breaker(shop)
    first = guard.breaker().open_until - time.time()
    clock.shift(OPEN_SECONDS * 1.3)
    ask(shop, 92)
    second = guard.breaker().open_until - time.time()
    assert second > first * 1.2
    for _ in range(9):
        guard.failed()
        clock.shift(MAX_OPEN_SECONDS * 1.3)
    guard.failed()
    assert guard.breaker().open_until - time.time() <= MAX_OPEN_SECONDS * 1.2


def test_system_that_is_dead_for_weeks_is_still_tried(shop: Connection, guard: Guard) -> None:
    cache.set(guard.breaker_key, [2_000, 1_100, time.time() - 1], 60)
    guard.failed()
    assert MAX_OPEN_SECONDS * 0.7 < guard.breaker().open_until - time.time() <= MAX_OPEN_SECONDS * 1.2


def test_operator_who_changes_settings_has_it_tried_at_once(shop: Connection, guard: Guard) -> None:
    open_breaker(shop)
    shop.name = "The shop"
    save_connection(shop)
    assert guard.breaker().is_open
    Connection.objects.filter(pk=shop.pk).update(settings={"shop": "was wrong"})
    save_connection(shop)
    assert not guard.breaker().is_open


@pytest.mark.parametrize("error", [FinalError("No."), OperatorError("No."), ValueError("bug")])
def test_answers_that_are_refusals_open_nothing(shop: Connection, guard: Guard, error: Exception) -> None:
    RecordingConnector.answer = failing(error)
    for number in range(FAILURES_TO_OPEN * 2):
        ask(shop, number)
    assert not guard.breaker().is_open
    assert len(RecordingConnector.calls) == FAILURES_TO_OPEN * 2


def test_retry_after_holds_for_all_customers(shop: Connection, clock: time_machine.Traveller) -> None:
    RecordingConnector.answer = failing(TemporaryError("Slow down.", retry_after=20))
    assert ask(shop, 1).failure is not None
    RecordingConnector.answer = None
    head = ask(shop, 2)
    assert head.failure is not None
    assert "asked us to wait" in head.failure.sentence
    assert len(RecordingConnector.calls) == 1
    clock.shift(21)
    assert ask(shop, 3).failure is None


def test_patience_asked_for_has_an_end(shop: Connection, guard: Guard, clock: time_machine.Traveller) -> None:
    for seconds in (1e20, float("inf"), -5.0):
        RecordingConnector.answer = failing(TemporaryError("Slow down.", retry_after=seconds))
        head = ask(shop, int(time.time()))
        assert head.failure is not None
        assert head.due_at - head.failure.at <= MAX_RETRY_AFTER
        assert guard.waits_until() <= time.time() + MAX_RETRY_AFTER
        guard.reset()
        clock.shift(1)


def test_call_that_tells_nothing_lets_another_one_probe(
    shop: Connection, guard: Guard, clock: time_machine.Traveller
) -> None:
    open_breaker(shop)
    clock.shift(OPEN_SECONDS * 1.3)
    with guard.enter(1), pytest.raises(Busy), guard.enter(1):
        pass
    guard.learnt_nothing()
    RecordingConnector.answer = failing(ValueError("bug"))
    ask(shop, 81)
    RecordingConnector.answer = None
    assert ask(shop, 82).failure is None


def test_plugin_that_cannot_even_be_made_stays_in_its_place(shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, *_args: object, **_options: object) -> None:
        raise ValueError("ada@example.com")

    monkeypatch.setattr(RecordingConnector, "__init__", broken)
    head = ask(shop, 1)
    assert head.failure is not None
    assert "ada@example.com" not in head.failure.message


def test_answer_about_whom_it_is_not_any_longer_is_not_kept(shop: Connection) -> None:
    who = Identity(contact_id=1, emails=("p1@example.com",))
    source = Source.of_connection(shop.pk, "orders")

    def forgotten_meanwhile(capability: str, asked: Identity) -> Any:
        snapshots.forget_customers(shop.account_id, [source], [who.digest()])
        return RecordingConnector({}, name="Shop").demo(capability, asked)

    RecordingConnector.answer = forgotten_meanwhile
    assert refresh.refresh_source(shop.account_id, source, who, trace_id="t", wanted_at=0) is None
    assert snapshots.read_head(shop.account_id, source, who.digest()) is None
    RecordingConnector.answer = None
    assert refresh.refresh_source(shop.account_id, source, who, trace_id="t", wanted_at=0) is not None


def test_calls_at_a_time(guard: Guard) -> None:
    with guard.enter(2), guard.enter(2), pytest.raises(Busy), guard.enter(2):
        pass
    with guard.enter(2), guard.enter(2):
        pass


def test_slow_systems_of_one_account_leave_workers_for_the_others(shop: Connection, settings: Settings) -> None:
    settings.ACCOUNT_CONCURRENCY = 2
    other = make_connection(shop.account, name="Other")
    guards = [Guard(one.account_id, one.pk, name=one.name) for one in (shop, other)]
    neighbour = make_connection(make_account())
    with guards[0].enter(4), guards[1].enter(4):
        with pytest.raises(Busy), guards[1].enter(4):
            pass
        with Guard(neighbour.account_id, neighbour.pk, name="Neighbour").enter(4):
            pass
    with guards[0].enter(4), guards[0].enter(4):
        pass


def test_rate_is_kept(guard: Guard) -> None:
    counted: list[int] = []
    before = guard.pacer((3, 1), on_request=lambda: counted.append(1))
    started = time.monotonic()
    with budget(10):
        for _ in range(7):
            before()
    assert time.monotonic() - started > 1
    assert len(counted) == 7


def test_turn_that_would_come_too_late_is_not_waited_for(guard: Guard) -> None:
    before = guard.pacer((1, 3600), on_request=lambda: None)
    with budget(5):
        before()
        with pytest.raises(NotNow):
            before()


def test_operators_pause_and_reset(shop: Connection, guard: Guard) -> None:
    open_breaker(shop)
    guard.reset()
    RecordingConnector.answer = None
    assert ask(shop, 50).failure is None
    Connection.objects.filter(pk=shop.pk).update(paused_at="2026-01-01T00:00:00Z")
    calls = len(RecordingConnector.calls)
    head = ask(shop, 51)
    assert head.failure is not None
    assert head.failure.sentence == "An operator has paused Shop for the moment."
    assert len(RecordingConnector.calls) == calls


def test_connections_do_not_share_what_happened(shop: Connection) -> None:
    open_breaker(shop)
    RecordingConnector.answer = None
    other = make_connection(shop.account, name="Other")
    assert ask(other, 70).failure is None


def test_statistics(shop: Connection) -> None:
    ask(shop, 1)
    RecordingConnector.answer = failing(TemporaryError("%(system)s is slow.", values={"system": "Shop"}))
    ask(shop, 2)
    RecordingConnector.answer = failing(ValueError("ada@example.com"))
    ask(shop, 3)
    RecordingConnector.answer = failing(TemporaryError("Wait.", retry_after=30))
    ask(shop, 4)
    ask(shop, 5)  # not asked
    found = statistics.read_statistics(shop.account_id, [shop.pk])[shop.pk]
    assert found.calls == 4
    assert found.errors == {"temporary": 1, "broken": 1, "limited": 1}
    assert found.median is not None
    last = statistics.read_last(shop.account_id, shop.pk)
    assert last.success_at > 0
    assert last.message == "Wait."
    assert last.trace_id == "t4"


def test_statistics_of_another_account_are_not_told(shop: Connection) -> None:
    ask(shop, 1)
    stranger = make_account()
    assert statistics.read_statistics(stranger.pk, [shop.pk])[shop.pk].calls == 0
