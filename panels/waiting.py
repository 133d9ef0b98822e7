"""Holding a follow-up request until its source has answered, so that the page need not guess when to ask again.

A held request keeps a thread and looks into the cache. Only so many are held at a time, so that others find a
thread; who finds no place is answered at once, and asks again a moment later.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.cache import cache

from panels import snapshots
from panels.snapshots import Source
from voxysapps.cache import cache_is_down

# Half of the threads that a web process should have at least (docs/performance.md).
PLACES = 4
# No longer: a worker that has not begun by then may be gone, and the request has to fetch by itself.
MAX_SECONDS = 2.0
LOOK_EVERY_SECONDS = 0.01

_places = threading.BoundedSemaphore(PLACES)


def wait_for_answer(account_id: int, sources: Sequence[Source], customer: str) -> None:
    """Return once one of the sources has data of the customer, all have failed, or it has taken too long."""
    if cache_is_down():
        return
    with place() as is_ours:
        give_up = time.monotonic() + MAX_SECONDS
        keys = [snapshots.head_key(account_id, source, customer) for source in sources]
        while is_ours and not _has_answer(keys) and time.monotonic() < give_up:
            time.sleep(LOOK_EVERY_SECONDS)


@contextmanager
def place() -> Iterator[bool]:
    """Hold one of the places for requests that wait; yield whether there was one."""
    is_ours = _places.acquire(blocking=False)
    try:
        yield is_ours
    finally:
        if is_ours:
            _places.release()


def _has_answer(keys: Sequence[str]) -> bool:
    found = cache.get_many(keys)
    heads = [snapshots.to_head(found.get(key)) for key in keys]
    return all(heads) or any(head and head.version for head in heads)
