"""What failed again and again is left alone for a while, then tried once."""

from contextlib import AbstractContextManager
from unittest.mock import patch

import pytest

from panels.containment import breaker as module
from panels.containment.breaker import MAX_KEPT, MAX_OPEN_SECONDS, OPEN_SECONDS, PROBE_SECONDS, Breaker


@pytest.fixture
def breaker() -> Breaker:
    return Breaker()


def at(seconds: float) -> AbstractContextManager[object]:
    return patch.object(module, "monotonic", lambda: seconds)


def test_opens_when_the_weights_add_up_and_names_the_last_failure(breaker: Breaker) -> None:
    assert not breaker.failed("a", "one", weight=1, limit=2)
    assert breaker.cut_off("a") is None
    assert breaker.failed("a", "two", weight=1, limit=2)
    assert breaker.cut_off("a") == "two"
    assert breaker.cut_off("b") is None


def test_success_in_between_begins_anew(breaker: Breaker) -> None:
    breaker.failed("a", "one", weight=1, limit=2)
    breaker.succeeded("a")
    assert not breaker.failed("a", "two", weight=1, limit=2)


def test_one_tries_after_a_while_and_the_next_pause_is_longer(breaker: Breaker) -> None:
    with at(1000):
        breaker.failed("a", "one", weight=2, limit=2)
    with at(1000 + OPEN_SECONDS - 1):
        assert breaker.cut_off("a") == "one"
    with at(1000 + OPEN_SECONDS):
        assert breaker.cut_off("a") is None
        assert breaker.cut_off("a") == "one"  # one is at it
        breaker.failed("a", "two", weight=1, limit=2)
    with at(1000 + 3 * OPEN_SECONDS - 1):
        assert breaker.cut_off("a") == "two"
    with at(1000 + 3 * OPEN_SECONDS):
        assert breaker.cut_off("a") is None
    with at(1000 + 3 * OPEN_SECONDS + PROBE_SECONDS):
        assert breaker.cut_off("a") is None  # whoever tried said nothing
    breaker.succeeded("a")
    assert breaker.cut_off("a") is None


def test_what_was_begun_before_it_opened_makes_the_pause_no_longer(breaker: Breaker) -> None:
    with at(1000):
        for number in range(5):
            breaker.failed("a", f"{number}", weight=2, limit=2)
    with at(1000 + OPEN_SECONDS - 1):
        assert breaker.cut_off("a") == "0"
    with at(1000 + OPEN_SECONDS):
        assert breaker.cut_off("a") is None
        for number in range(5):  # the one that tried, and some that still went on
            breaker.failed("a", f"again {number}", weight=2, limit=2)
    with at(1000 + 3 * OPEN_SECONDS - 1):
        assert breaker.cut_off("a") == "again 0"
    with at(1000 + 3 * OPEN_SECONDS):
        assert breaker.cut_off("a") is None


def test_what_fails_for_weeks_is_still_tried_every_ten_minutes(breaker: Breaker) -> None:
    for number in range(2_000):
        with at(1000 * number):
            breaker.cut_off("a")
            breaker.failed("a", f"{number}", weight=2, limit=2)
    with at(1000 * 1999 + MAX_OPEN_SECONDS - 1):
        assert breaker.cut_off("a") == "1999"
    with at(1000 * 1999 + MAX_OPEN_SECONDS):
        assert breaker.cut_off("a") is None


def test_keeps_so_many_and_no_more(breaker: Breaker) -> None:
    for number in range(MAX_KEPT + 10):
        breaker.failed(number, "one", weight=2, limit=2)
    assert len(breaker._states) == MAX_KEPT
    assert breaker.cut_off(0) is None
    assert breaker.cut_off(MAX_KEPT + 9) == "one"
