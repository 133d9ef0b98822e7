"""Journals: what was accepted now and is dealt with a moment later, in order and not lost in between.

A Redis stream each; rows of the database where there is no Redis, or it is away. A reader takes entries,
deals with them, and only then says that they are done: after a crash they are read again.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

import redis
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from voxysapps.cache import Command, RedisAway, ask_redis, redis_key
from voxysapps.models import JournalEntry

# Past this the oldest are lost: nobody has read them for days.
MAX_LENGTH = 1_000_000
_ONCE_SCRIPT = f"""
if KEYS[3] and redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
if redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) then
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', {MAX_LENGTH}, '*', 'e', ARGV[2])
  return 1
end
return 0
"""
_ONCE_DIGEST = hashlib.sha1(_ONCE_SCRIPT.encode(), usedforsecurity=False).hexdigest()
# Names of entries that have been dealt with are kept for so long in the database.
_NAMES_KEPT = timedelta(hours=1)


class Entry(NamedTuple):
    """What was appended, and when, in seconds since the epoch."""

    id: str
    at: float
    body: bytes


class JournalUnavailable(Exception):
    """Neither Redis nor the database took the entry."""


def stream_key(journal: str) -> str:
    return redis_key(f"journal:{journal}")


def append(journal: str, entry: bytes) -> None:
    """Append the entry, or raise `JournalUnavailable`."""
    try:
        ask_redis(Command("XADD", stream_key(journal), "MAXLEN", "~", MAX_LENGTH, "*", "e", entry))
    except RedisAway:
        _append_row(journal, entry, None)


def append_once(journal: str, entry: bytes, *, name: str, seconds: int, unless: str | None = None) -> bool:
    """Append the entry unless one of this name was appended within `seconds`; return whether it was.

    Nor is it where the cache has the key `unless`. One trip to Redis. Raises `JournalUnavailable`.
    """
    keys = [redis_key(f"journal-name:{name}"), stream_key(journal), *([redis_key(unless)] if unless else [])]
    arguments = (len(keys), *keys, seconds, entry)
    try:
        try:
            return bool(ask_redis(Command("EVALSHA", _ONCE_DIGEST, *arguments)))
        except redis.exceptions.NoScriptError:
            return bool(ask_redis(Command("EVAL", _ONCE_SCRIPT, *arguments)))
    except RedisAway:
        if unless and cache.get(unless) is not None:
            return False
        return _append_row(journal, entry, name[:120])


def read(journal: str, limit: int) -> list[Entry]:
    """Return up to `limit` of the oldest entries. Whoever reads holds a lock, or deals with them twice."""
    found: list[Entry] = []
    with suppress(RedisAway):
        for id_, fields in ask_redis(Command("XRANGE", stream_key(journal), "-", "+", "COUNT", limit)) or ():
            milliseconds = int(id_.partition(b"-")[0])
            found.append(Entry(id_.decode(), milliseconds / 1000, fields[1]))
    rows = JournalEntry.objects.filter(journal=journal).exclude(entry=b"")[: limit - len(found)]
    return found + [Entry(f"row:{row.pk}", row.created_at.timestamp(), bytes(row.entry)) for row in rows]


def done(journal: str, ids: Iterable[str]) -> None:
    """Forget entries that have been dealt with."""
    rows, entries = [], []
    for id_ in ids:
        kind, _colon, number = id_.partition(":")
        if number:
            rows.append(int(number))
        else:
            entries.append(kind)
    if entries:
        with suppress(RedisAway):  # they are read again
            ask_redis(Command("XDEL", stream_key(journal), *entries))
    if rows:
        dealt_with = JournalEntry.objects.filter(pk__in=rows)
        dealt_with.filter(name=None).delete()
        # The name stays for a while: the same may be delivered again.
        dealt_with.update(entry=b"")
        JournalEntry.objects.filter(journal=journal, entry=b"", created_at__lt=timezone.now() - _NAMES_KEPT).delete()


def _append_row(journal: str, entry: bytes, name: str | None) -> bool:
    try:
        with transaction.atomic():
            JournalEntry.objects.create(journal=journal, entry=entry, name=name)
    except IntegrityError:
        return False
    except DatabaseError:
        raise JournalUnavailable from None
    return True
