"""Leases: what one may hold at a time, wherever in the installation, and no longer than its process lives.

A key in the cache that ends by itself within seconds, and that a thread of the holder's process renews. So
a killed process holds up nobody for long, and a long call may take its time.
"""

import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.cache import cache

# After a kill; above what a busy machine lets a thread wait.
LEASE_SECONDS = 10
RENEWED_EVERY_SECONDS = 2.5


class _Keeper:
    """Renews what this process holds, in a thread that begins with the first lease."""

    def __init__(self) -> None:
        self._held: dict[str, str] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def keep(self, key: str, token: str) -> None:
        self._held[key] = token
        with self._lock:
            # After a fork there is no thread either.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._renew_for_ever, name="leases", daemon=True)
                self._thread.start()

    def forget(self, key: str, token: str) -> None:
        if self._held.get(key) == token:
            del self._held[key]

    def renew(self) -> None:
        """Renew what is still ours: a cache that was away may have forgotten it, and somebody else have it now."""
        held = self._held.copy()
        found = cache.get_many(held) if held else {}
        for key, token in held.items():
            if found.get(key) == token:
                cache.touch(key, LEASE_SECONDS)

    def _renew_for_ever(self) -> None:
        while True:
            time.sleep(RENEWED_EVERY_SECONDS)
            self.renew()


_keeper = _Keeper()


@contextmanager
def lease(*keys: str) -> Iterator[bool]:
    """Hold the first of the keys that nobody holds; yield whether there was one."""
    token = secrets.token_hex(8)
    key = _take(keys, token)
    if key is None:
        yield False
        return
    _keeper.keep(key, token)
    try:
        yield True
    finally:
        _keeper.forget(key, token)
        if cache.get(key) == token:
            cache.delete(key)


def _take(keys: Iterable[str], token: str) -> str | None:
    return next((key for key in keys if cache.add(key, token, LEASE_SECONDS)), None)
