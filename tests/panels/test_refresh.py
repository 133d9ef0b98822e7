"""Who is asked, how many at a time, and when again."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections as database_connections
from msgspec import msgpack

from panels import refresh, snapshots, tasks
from panels.api import FinalError, Identity, Orders, TemporaryError
from panels.guard import Busy
from panels.models import Connection
from panels.snapshots import Source
from tests.factories import make_account, make_connection
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
ADA = Identity(contact_id=70, name="Ada Byron", emails=("ada@example.com",))


@pytest.fixture
def shop(connector: type[RecordingConnector]) -> Connection:  # noqa: F811 - the fixture
    return make_connection(make_account(), name="Shop")


def ask(shop: Connection, who: Identity = ADA, *, wanted_at: float = 0.0, capability: str = "orders") -> Any:
    source = Source.of_connection(shop.pk, capability)
    return refresh.refresh_source(shop.account_id, source, who, trace_id="t", wanted_at=wanted_at)


def test_answer_is_kept_with_its_age(shop: Connection) -> None:
    before = time.time()
    head = ask(shop)
    assert head.failure is None
    assert before <= head.fetched_at <= time.time()
    assert head.due_at == head.fetched_at + RecordingConnector.fresh_for
    source = Source.of_connection(shop.pk, "orders")
    data = snapshots.read_data(shop.account_id, [source], ADA.digest())
    assert isinstance(data[source.key], Orders)


def test_fresh_data_are_not_fetched_again_unless_wanted_newer(shop: Connection) -> None:
    ask(shop)
    assert ask(shop) is None
    assert len(RecordingConnector.calls) == 1
    assert ask(shop, wanted_at=time.time()) is not None
    assert len(RecordingConnector.calls) == 2


def test_same_answer_keeps_its_version(shop: Connection) -> None:
    first, second = ask(shop), ask(shop, wanted_at=time.time())
    assert first.version == second.version
    assert first.fetched_at < second.fetched_at


def test_failure_keeps_data_and_says_when_to_ask_again(shop: Connection) -> None:
    first = ask(shop)

    def slow_down(capability: str, who: Identity) -> Any:
        raise TemporaryError("Shop is busy.", retry_after=42)

    RecordingConnector.answer = slow_down
    failed = ask(shop, wanted_at=time.time())
    assert (failed.version, failed.fetched_at) == (first.version, first.fetched_at)
    assert failed.failure.message == "Shop is busy."
    assert failed.failure.trace_id == "t"
    assert failed.due_at == failed.failure.at + 42


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(TemporaryError("x"), refresh.RETRY_SECONDS), (FinalError("x"), refresh.RETRY_PERMANENT_SECONDS)],
)
def test_lasting_failures_are_asked_about_less_often(shop: Connection, error: Exception, seconds: float) -> None:
    def fail(capability: str, who: Identity) -> Any:
        raise error

    RecordingConnector.answer = fail
    head = ask(shop)
    assert head.due_at - head.failure.at == pytest.approx(seconds, rel=0.21)
    assert head.failure.permanent is (seconds == refresh.RETRY_PERMANENT_SECONDS)


def test_passing_failures_in_a_row_are_asked_about_ever_later(shop: Connection) -> None:
    def fail(capability: str, who: Identity) -> Any:
        raise TemporaryError("x")

    RecordingConnector.answer = fail
    waits = []
    for _ in range(4):
        head = ask(shop, wanted_at=time.time() + 1)
        waits.append(head.due_at - head.failure.at)
    assert [wait / refresh.RETRY_SECONDS for wait in waits] == pytest.approx([1, 2, 4, 8], rel=0.21)
    RecordingConnector.answer = None
    assert ask(shop, wanted_at=time.time() + 1).failure is None


def test_a_system_that_is_dead_for_weeks_is_asked_as_seldom_as_ever(shop: Connection) -> None:
    def fail(capability: str, who: Identity) -> Any:
        raise TemporaryError("x")

    RecordingConnector.answer = fail
    long_dead = snapshots.Failure("x", False, "t", time.time() - 400, tries=2_000)
    source = Source.of_connection(shop.pk, "orders")
    snapshots.write_failure(shop.account_id, source, ADA.digest(), long_dead, before=None, retry_in=300)
    head = ask(shop)
    assert head.failure.tries == 2_001
    assert head.due_at - head.failure.at == pytest.approx(refresh.RETRY_PERMANENT_SECONDS, rel=0.21)


def test_connector_is_given_only_what_it_recognises(shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Identity] = []

    def note(capability: str, who: Identity) -> Any:
        given.append(who)
        return Orders()

    RecordingConnector.answer = note
    monkeypatch.setattr(RecordingConnector, "recognises_by", ("email",))
    ask(shop, Identity(contact_id=70, identifier="x-1", emails=("ada@example.com",), phones=("+15550100",)))
    assert given == [Identity(contact_id=70, emails=("ada@example.com",), order=("email",))]


def test_contact_nobody_could_recognise_is_not_asked_about(shop: Connection) -> None:
    head = ask(shop, Identity(contact_id=71, name="rough-forest-482"))
    assert RecordingConnector.calls == []
    assert head.version is not None
    source = Source.of_connection(shop.pk, "orders")
    data = snapshots.read_data(shop.account_id, [source], Identity(contact_id=71, name="rough-forest-482").digest())
    assert data[source.key].is_empty


def test_connection_of_another_account_is_not_asked(shop: Connection) -> None:
    stranger = make_account()
    source = Source.of_connection(shop.pk, "orders")
    head = refresh.refresh_source(stranger.pk, source, ADA, trace_id="t", wanted_at=0)
    assert head is not None
    assert head.failure is not None
    assert head.failure.permanent
    assert RecordingConnector.calls == []


def test_switched_off_connection_is_not_asked(shop: Connection) -> None:
    Connection.objects.for_account(shop.account_id).update(is_enabled=False)
    assert "switched off" in ask(shop).failure.message
    assert RecordingConnector.calls == []


@pytest.fixture
def people() -> Iterator[list[Identity]]:
    yield [Identity(contact_id=n, emails=(f"p{n}@example.com",)) for n in range(1, 7)]
    database_connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_connection_answers_a_few_at_a_time(
    shop: Connection, people: list[Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordingConnector, "max_concurrency", 2)
    inside, most, lock = [0], [0], threading.Lock()

    def slowly(capability: str, who: Identity) -> Any:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.1)
        with lock:
            inside[0] -= 1
        return Orders()

    RecordingConnector.answer = slowly
    busy: list[Identity] = []

    def one(who: Identity) -> None:
        try:
            ask(shop, who)
        except Busy:
            busy.append(who)
        finally:
            database_connections.close_all()

    threads = [threading.Thread(target=one, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most[0] == 2
    for who in busy:
        ask(shop, who)
    assert len(RecordingConnector.calls) == len(people)


def test_busy_connection_is_tried_again_by_the_worker(shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RecordingConnector, "max_concurrency", 0)
    cache.set(f"{shop.account_id}:identity:{ADA.digest()}", msgpack.encode(ADA), 60)
    retried: list[object] = []

    class Retried(Exception):
        pass

    def retry(**kwargs: object) -> Exception:
        retried.append(kwargs)
        return Retried()

    monkeypatch.setattr(tasks.refresh_snapshot, "retry", retry)
    with pytest.raises(Retried):
        tasks.refresh_snapshot(
            shop.account_id, ADA.digest(), connection_id=shop.pk, capability="orders", trace_id="t", wanted_at=0.0
        )
    assert len(retried) == 1


def test_task_about_a_forgotten_customer_is_dropped(shop: Connection) -> None:
    tasks.refresh_snapshot(
        shop.account_id, "nobody", connection_id=shop.pk, capability="orders", trace_id="t", wanted_at=0.0
    )
    assert RecordingConnector.calls == []
