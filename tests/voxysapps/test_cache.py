"""The Redis cache: values come back as they were, and an outage is slower, not an error."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.cache import cache

from panels.snapshots import KEPT_SECONDS
from voxysapps import cache as voxys_cache
from voxysapps.cache import KeptClient, MsgpackSerializer, RedisCache, cache_is_down
from voxysapps.embedded.processes import Guard
from voxysapps.embedded.valkey import Valkey, start_valkey
from voxysapps.redis_urls import broker_url, cache_url


@pytest.fixture(autouse=True)
def _no_outage_left_over() -> Iterator[None]:
    yield
    voxys_cache._outage.is_on = False
    voxys_cache._outage.recheck_at = 0.0
    voxys_cache._stand_in.clear()


@pytest.mark.parametrize("value", [0, 7, -7, 2**40, True, None, "text", b"\x00bytes", 1.5, ["a", 1], {"a": b"b"}])
def test_value_comes_back(value: Any) -> None:
    serializer = MsgpackSerializer()
    stored = serializer.dumps(value)
    on_the_wire = str(stored).encode() if isinstance(stored, int) else stored
    back = serializer.loads(on_the_wire)
    assert (back, type(back)) == (value, type(value))


def test_counting_works() -> None:
    cache.set("n", 1, 60)
    assert cache.incr("n") == 2
    assert cache.get("n") == 2


@pytest.mark.parametrize("prefix", ["voxys-1", "a*[b-c]?^\\"])
def test_clearing_leaves_queues_and_others_alone(redis_of_tests: redis.Redis | None, prefix: str) -> None:
    if redis_of_tests is None:
        pytest.skip("needs a Redis")
    url = cache_url(os.environ["REDIS_URL"])
    mine, theirs = (RedisCache(url, {"KEY_PREFIX": f"{os.environ['CACHE_PREFIX']}:{one}"}) for one in (prefix, "a-b"))
    queue = f"{os.environ['CACHE_PREFIX']}:{prefix}:queue"
    redis_of_tests.lpush(queue, "task")
    mine.set_many({str(number): number for number in range(1_500)})
    theirs.set("0", "kept")
    mine.clear()
    assert mine.get_many([str(number) for number in range(1_500)]) == {}
    assert theirs.get("0") == "kept"
    assert redis_of_tests.llen(queue) == 1


@pytest.fixture
def nowhere(tmp_path: Path) -> RedisCache:
    """A cache whose Redis is not there."""
    return RedisCache(f"unix://{tmp_path}/nobody.sock", {})


def test_outage_is_bridged_by_this_process(nowhere: RedisCache) -> None:
    assert nowhere.get("a") is None
    assert nowhere.is_down
    nowhere.set("a", b"1", 60)
    nowhere.set_many({"b": b"2"}, KEPT_SECONDS)
    assert nowhere.get_many(["a", "b", "c"]) == {"a": b"1", "b": b"2"}
    assert nowhere.add("lock", 1, 60)
    assert not nowhere.add("lock", 1, 60)
    nowhere.delete_many(["a", "b"])
    assert nowhere.get_many(["a", "b"]) == {}
    nowhere.clear()
    assert not nowhere.has_key("lock")


def test_dead_redis_is_asked_once_in_a_while(nowhere: RedisCache, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(self: object, *args: object, **kwargs: object) -> None:
        asked.append("asked")
        raise redis.ConnectionError

    monkeypatch.setattr(KeptClient, "get_client", refuse)
    for _ in range(20):
        nowhere.get("a")
    assert asked == ["asked"]


def test_recovery_forgets_what_only_this_process_knew(tmp_path: Path) -> None:
    guard = Guard()
    server = start_valkey(tmp_path, {}, guard)
    if server is None:
        # without a Redis on this machine there is nothing that could recover
        guard.close()
        return
    try:
        own = RedisCache(cache_url(server.url), {})
        own.set("kept", b"1", 60)
        voxys_cache._outage.begins(redis.ConnectionError())
        own.set("lost", b"1", 60)
        assert own.get("lost") == b"1"
        voxys_cache._outage.recheck_at = 0.0
        assert own.get("kept") == b"1"
        assert not own.is_down
        assert own.get("lost") is None
        assert voxys_cache._stand_in.get("lost") is None
    finally:
        _stop(server)
        guard.close()


def _stop(server: Valkey) -> None:
    server.child.kill()
    server.remove_folder()


def test_cache_that_cannot_be_down_is_not() -> None:
    assert cache_is_down() is False


@pytest.mark.parametrize(
    ("given", "for_cache", "for_broker"),
    [
        ("redis://h:6379/1", "redis://h:6379/1", "redis://h:6379/1"),
        ("unix:///run/x.sock", "unix:///run/x.sock", "redis+socket:///run/x.sock"),
        ("redis+socket:///run/x.sock", "unix:///run/x.sock", "redis+socket:///run/x.sock"),
    ],
)
def test_one_url_for_both(given: str, for_cache: str, for_broker: str) -> None:
    assert (cache_url(given), broker_url(given)) == (for_cache, for_broker)
