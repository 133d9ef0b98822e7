"""Counts trips to the cache."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from unittest.mock import patch

from django.core.cache import caches

from voxysapps.cache import Lookup
from voxysapps.limits import Tally

NAMES = ("add", "get", "get_many", "set", "set_many", "delete", "delete_many", "incr", "touch", "has_key")

_inside: ContextVar[bool] = ContextVar("_inside", default=False)


@contextmanager
def counted_trips() -> Iterator[list[str]]:
    """Yield a list that gets the name of every cache call, each one trip to Redis."""
    trips: list[str] = []
    backend = caches["default"]
    kinds: list[tuple[type, str]] = [*((type(backend), name) for name in NAMES), (Lookup, "ask"), (Tally, "count")]
    patches = [patch.object(kind, name, _counting(kind, name, trips)) for kind, name in kinds]
    for one in patches:
        one.start()
    try:
        yield trips
    finally:
        for one in patches:
            one.stop()


def _counting(kind: type, name: str, trips: list[str]) -> object:
    real = getattr(kind, name)

    def method(self: object, *args: object, **kwargs: object) -> object:
        # In the process get_many is made of gets; in Redis it is one command.
        if _inside.get():
            return real(self, *args, **kwargs)
        trips.append(name)
        token = _inside.set(True)
        try:
            return real(self, *args, **kwargs)
        finally:
            _inside.reset(token)

    return method
