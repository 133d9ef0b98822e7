"""The Redis cache: one kept client per thread, msgpack values, and a stand-in while Redis is away."""

import logging
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, cast

import msgspec
import redis
from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache as DjangoRedisCache
from django.core.cache.backends.redis import RedisCacheClient
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

# After a failure Redis is left alone for so long, so that a dead one costs one time-out, not hundreds.
RECHECK_SECONDS = 2.0
_KEYS_AT_ONCE = 1_000
_OUTAGE = (redis.RedisError, OSError)
_FIRST_BYTES_OF_INTEGERS = frozenset(b"-0123456789")


class MsgpackSerializer:
    """Values as msgpack; integers as they are, so that Redis can count them."""

    def dumps(self, value: Any) -> int | bytes:
        return value if type(value) is int else msgspec.msgpack.encode(value)

    def loads(self, data: bytes) -> Any:
        return int(data) if data[0] in _FIRST_BYTES_OF_INTEGERS else msgspec.msgpack.decode(data)


_serializer = MsgpackSerializer()


class KeptClient(RedisCacheClient):
    """Django's client, keeping redis-py's: making one per call costs as much as the call."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(
            servers,
            serializer=_serializer,  # type: ignore[arg-type]  # integers are sent as they are, as by Django's own
            socket_connect_timeout=0.5,
            socket_timeout=1.0,
            # Once more at once: a restarted Redis closes the connection that we keep.
            retry=Retry(NoBackoff(), 1),
            **options,
        )
        self._kept: redis.Redis | None = None

    def get_client(self, key: object = None, *, write: bool = False) -> redis.Redis:
        if self._kept is None:
            # Django has one cache per thread, so the one connection needs no pool around it.
            pool = self._get_connection_pool(write)  # type: ignore[attr-defined]  # missing in the stubs
            self._kept = redis.Redis(connection_pool=pool, single_connection_client=True)
        return self._kept

    def get(self, key: Any, default: Any) -> Any:
        value = self._ask("GET", key)
        return default if value is None else _serializer.loads(value)

    def get_many(self, keys: Iterable[Any]) -> dict[Any, Any]:
        asked = list(keys)
        values = self._ask("MGET", *asked) if asked else []
        return {key: _serializer.loads(value) for key, value in zip(asked, values, strict=True) if value is not None}

    def _ask(self, *command: Any) -> Any:
        return self.ask(Command(*command))

    def ask(self, command: "Command") -> Any:
        """Return Redis' answer, past redis-py's hooks and metrics, which cost as much CPU as the trip."""
        client = self.get_client()
        connection = client.connection
        if connection is not None:
            with client.single_connection_lock:
                try:
                    if command.packed is None:
                        command.packed = connection.pack_command(*command.parts)  # type: ignore[no-untyped-call]
                    connection.send_packed_command(command.packed)  # type: ignore[no-untyped-call]
                    return connection.read_response()
                except (redis.ConnectionError, redis.TimeoutError):
                    connection.disconnect()  # type: ignore[no-untyped-call]
        return client.execute_command(*command.parts)  # type: ignore[no-untyped-call]


class Command:
    """A command to Redis. One that is kept is packed once, however often it is sent. Keys are whole: `redis_key`."""

    __slots__ = ("packed", "parts")

    def __init__(self, *parts: Any) -> None:
        self.parts = parts
        self.packed: Any = None


class _Outage:
    """Whether Redis is away, known to all threads of the process."""

    def __init__(self) -> None:
        self.recheck_at = 0.0
        self.is_on = False

    def begins(self, error: Exception) -> None:
        if not self.is_on:
            logger.warning("cache: Redis does not answer (%s); this process keeps its own", type(error).__name__)
        self.is_on = True
        self.recheck_at = time.monotonic() + RECHECK_SECONDS

    def ends(self) -> None:
        logger.warning("cache: Redis answers again")
        self.is_on = False
        # What was written in the meantime is in no other process and would be old at the next outage.
        _stand_in.clear()


_outage = _Outage()
_stand_in = LocMemCache("voxys-stand-in", {"OPTIONS": {"MAX_ENTRIES": 2_000}})


class _OwnKeysCache(DjangoRedisCache):
    """Django's, but for clearing: it would empty all of a Redis, which the queue and others keep things in, too."""

    def clear(self) -> None:
        """Forget what this cache has kept."""
        client = self._cache.get_client(write=True)
        prefix = re.sub(r"[\\*?\[\]^-]", r"\\\g<0>", f"{self.key_prefix}:{self.version}:")
        keys = list(client.scan_iter(match=f"{prefix}*", count=_KEYS_AT_ONCE))
        for begin in range(0, len(keys), _KEYS_AT_ONCE):
            client.unlink(*keys[begin : begin + _KEYS_AT_ONCE])


def _guarded(name: str) -> Callable[..., Any]:
    in_redis = getattr(_OwnKeysCache, name)
    in_process = getattr(_stand_in, name)

    def method(self: "RedisCache", *args: Any, **kwargs: Any) -> Any:
        if _outage.is_on and time.monotonic() < _outage.recheck_at:
            return in_process(*args, **kwargs)
        try:
            answer = in_redis(self, *args, **kwargs)
        except _OUTAGE as error:
            _outage.begins(error)
            return in_process(*args, **kwargs)
        if _outage.is_on:
            _outage.ends()
        return answer

    method.__name__ = name
    return method


class RedisCache(_OwnKeysCache):
    """Redis, and while it is away a small cache in this process: slower and not shared, never an error."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient

    def make_and_validate_key(self, key: str, version: int | None = None) -> str:
        """Return the key in Redis. Django's own also warns of what only memcached refuses, at a price."""
        return f"{self.key_prefix}:{self.version if version is None else version}:{key}"

    @property
    def client(self) -> KeptClient:
        """The thread's own client."""
        return cast("KeptClient", self._cache)

    @property
    def is_down(self) -> bool:
        """Whether the stand-in answers at the moment."""
        return _outage.is_on

    add = _guarded("add")
    get = _guarded("get")
    set = _guarded("set")
    touch = _guarded("touch")
    delete = _guarded("delete")
    get_many = _guarded("get_many")
    set_many = _guarded("set_many")
    delete_many = _guarded("delete_many")
    has_key = _guarded("has_key")
    incr = _guarded("incr")
    clear = _guarded("clear")


class RedisAway(Exception):
    """There is no Redis, or it does not answer at the moment."""


def ask_redis(command: Command) -> Any:
    """Return Redis' answer in one trip, or raise `RedisAway`. Errors that Redis itself answers are raised."""
    backend = caches["default"]
    if not isinstance(backend, RedisCache) or (_outage.is_on and time.monotonic() < _outage.recheck_at):
        raise RedisAway
    try:
        answer = backend.client.ask(command)
    except redis.ResponseError:
        raise
    except _OUTAGE as error:
        _outage.begins(error)
        raise RedisAway from None
    if _outage.is_on:
        _outage.ends()
    return answer


class Lookup:
    """Keys of the cache that are asked for together, again and again."""

    __slots__ = ("_command", "keys")

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = tuple(keys)
        self._command = Command("MGET", *map(redis_key, self.keys))

    def ask(self) -> dict[str, Any]:
        """Return what there is, by key, in one trip."""
        try:
            values = ask_redis(self._command)
        except RedisAway:
            return cache.get_many(self.keys)
        return {
            key: _serializer.loads(value) for key, value in zip(self.keys, values, strict=True) if value is not None
        }


def redis_key(name: str) -> str:
    """Return the key in Redis under which this installation keeps `name`."""
    return f"{settings.CACHES['default'].get('KEY_PREFIX', '')}:1:{name}"


def cache_is_down() -> bool:
    """Return whether the shared cache is away, so that other processes see nothing of what is written."""
    return bool(getattr(cache, "is_down", False))
