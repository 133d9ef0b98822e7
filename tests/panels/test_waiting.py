"""A held request is answered when there is something to show, and never holds up anybody."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections as database_connections
from django.test import Client

from panels import snapshots, tasks, waiting
from panels.snapshots import Failure, Source
from panels.waiting import wait_for_answer
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture
from tests.support.contexts import context_body

ACCOUNT, OTHER, CUSTOMER = 1, 2, "somebody"
ORDERS, PAYMENTS = Source.of_connection(1, "orders"), Source.of_connection(2, "orders")
SOON = 0.2


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MAX_SECONDS", 1.0)


def answer(account_id: int = ACCOUNT, source: Source = ORDERS) -> None:
    snapshots.write_answer(account_id, source, CUSTOMER, {}, now=time.time(), fresh_for=60)


def fail(source: Source) -> None:
    failure = Failure("Away.", False, "", time.time())
    snapshots.write_failure(ACCOUNT, source, CUSTOMER, failure, before=None, retry_in=60)


def seconds_waited() -> float:
    started = time.monotonic()
    wait_for_answer(ACCOUNT, [ORDERS, PAYMENTS], CUSTOMER)
    return time.monotonic() - started


@contextmanager
def later(act: threading.Thread) -> Iterator[None]:
    act.start()
    yield
    act.join()


def test_data_that_are_there_are_not_waited_for() -> None:
    answer()
    assert seconds_waited() < SOON


def test_wait_ends_with_the_first_data() -> None:
    with later(threading.Timer(SOON, answer)):
        assert SOON <= seconds_waited() < 1.0


def test_wait_ends_once_all_have_failed() -> None:
    fail(ORDERS)
    with later(threading.Timer(SOON, fail, [PAYMENTS])):
        assert SOON <= seconds_waited() < 1.0


def test_wait_ends_without_an_answer() -> None:
    assert 1.0 <= seconds_waited() < 3.0


def test_another_accounts_data_are_no_answer() -> None:
    answer(OTHER)
    assert seconds_waited() >= 1.0


def test_who_finds_no_place_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(waiting, "_places", places)
    with places:
        assert seconds_waited() < SOON
    assert seconds_waited() >= 1.0
    assert seconds_waited() >= 1.0, "the place is given back"


def test_nobody_waits_for_a_cache_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "cache_is_down", lambda: True)
    assert seconds_waited() < SOON


@pytest.mark.django_db(transaction=True)
def test_placement_is_answered_with_the_data(
    client: Client,
    connector: type[RecordingConnector],  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = make_account()
    app = make_app(account)
    placement = make_placement(app, make_connection(account, name="Shop"), panel="orders")
    queued: list[tuple[tuple[object, ...], dict[str, object]]] = []
    monkeypatch.setattr(
        tasks.refresh_snapshot, "apply_async", lambda args, kwargs, **options: queued.append((args, kwargs))
    )
    page = client.post(f"/a/{app.key}/context", context_body(account), content_type="application/json")
    assert b'data-state="loading"' in page.content
    ((args, kwargs),) = queued

    def work() -> None:
        tasks.refresh_snapshot(*args, **kwargs)
        database_connections.close_all()  # this thread's own

    with later(threading.Timer(SOON, work)):
        answered = client.get(
            f"/a/{app.key}/panels/{placement.pk}/?wait=1", headers={"X-Voxys-Context": page["X-Voxys-Context"]}
        )
    assert b'data-state="ready"' in answered.content
