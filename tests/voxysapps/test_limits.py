"""Counting and appending in one trip: within the limit both, past it neither."""

import pytest

from voxysapps import cache, journal, limits
from voxysapps.limits import Counter, Tally, count_and_append

pytestmark = pytest.mark.django_db


def entries() -> list[bytes]:
    return [entry.body for entry in journal.read("test", 100)]


@pytest.fixture(params=["redis", "away"])
def _redis(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With whatever cache there is, and while Redis is away."""
    if request.param == "away":

        def away(_command: object) -> None:
            raise cache.RedisAway

        monkeypatch.setattr(limits, "ask_redis", away)
        monkeypatch.setattr(journal, "ask_redis", away)


@pytest.mark.usefixtures("_redis")
def test_within_the_limit_it_is_counted_and_appended() -> None:
    tally = Tally([Counter("1:a", 2, 60), Counter("1:b", 5, 60)], "test", b"seen")
    assert [tally.count() for _time in range(2)] == [0, 0]
    assert entries() == [b"seen", b"seen"]


@pytest.mark.usefixtures("_redis")
def test_past_a_limit_nothing_is_appended_and_the_wait_is_told() -> None:
    tally = Tally([Counter("1:a", 9, 60), Counter("1:b", 1, 60)], "test", b"seen")
    assert tally.count() == 0
    assert 0 < tally.count() <= 60
    assert entries() == [b"seen"]
    assert count_and_append([Counter("2:b", 1, 60)], "test", b"another") == 0


@pytest.mark.usefixtures("_redis")
def test_nothing_to_record_records_nothing() -> None:
    assert count_and_append([Counter("1:a", 1, 60)], "test") == 0
    assert entries() == []


@pytest.mark.usefixtures("_redis")
def test_a_journal_is_read_in_order_and_forgotten_when_done() -> None:
    for body in (b"1", b"2", b"3"):
        journal.append("test", body)
    first = journal.read("test", 2)
    assert [entry.body for entry in first] == [b"1", b"2"]
    assert first[0].at > 1_700_000_000
    assert [entry.body for entry in journal.read("test", 2)] == [b"1", b"2"]
    journal.done("test", [entry.id for entry in first])
    assert entries() == [b"3"]
    assert journal.read("other", 10) == []


@pytest.mark.usefixtures("_redis")
def test_a_name_is_taken_once() -> None:
    assert journal.append_once("test", b"1", name="1:x", seconds=60)
    assert not journal.append_once("test", b"1", name="1:x", seconds=60)
    assert journal.append_once("test", b"2", name="2:x", seconds=60)
    assert entries() == [b"1", b"2"]
