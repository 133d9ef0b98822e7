"""Limits on requests, and what each request leaves in a journal: both in one trip to Redis.

The last of a warm request's round trips. A script counts, and appends the entry only if no limit was
passed: a refused request shows nothing, so there is nothing to record. While Redis is away each process
counts for itself, and the entry goes where journals go then.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import redis
from django.core.cache import cache

from voxysapps import journal as journals
from voxysapps.cache import Command, RedisAway, ask_redis, redis_key

# KEYS: the counters, then the journal. ARGV: limit and seconds of each counter, then the entry.
_SCRIPT = f"""
local counters = #KEYS - 1
for i = 1, counters do
  local count = redis.call('INCR', KEYS[i])
  if count == 1 then redis.call('EXPIRE', KEYS[i], ARGV[2 * i]) end
  if count > tonumber(ARGV[2 * i - 1]) then return math.max(redis.call('TTL', KEYS[i]), 1) end
end
local entry = ARGV[2 * counters + 1]
if entry ~= '' then redis.call('XADD', KEYS[#KEYS], 'MAXLEN', '~', {journals.MAX_LENGTH}, '*', 'e', entry) end
return 0
"""
_DIGEST = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()


class Counter(NamedTuple):
    """How often something may happen within `seconds`, which begin with the first time.

    `key` begins with the account's id.
    """

    key: str
    limit: int
    seconds: int


class Tally:
    """Counters to count with, and an entry to append, together; to be used again and again."""

    __slots__ = ("_arguments", "_command", "_counters", "_entry", "_journal")

    def __init__(self, counters: Sequence[Counter], journal: str, entry: bytes = b"") -> None:
        self._counters, self._journal, self._entry = counters, journal, entry
        keys = [redis_key(counter.key) for counter in counters]
        numbers = [number for counter in counters for number in (counter.limit, counter.seconds)]
        self._arguments = (len(keys) + 1, *keys, journals.stream_key(journal), *numbers, entry)
        self._command = Command("EVALSHA", _DIGEST, *self._arguments)

    def count(self) -> int:
        """Count once with every counter and append the entry, if there is one; return 0.

        Where a limit is passed, nothing is appended, and the seconds to wait are returned.
        """
        try:
            try:
                return int(ask_redis(self._command))
            except redis.exceptions.NoScriptError:
                return int(ask_redis(Command("EVAL", _SCRIPT, *self._arguments)))
        except RedisAway:
            return _count_here(self._counters, self._journal, self._entry)


def count_and_append(counters: Sequence[Counter], journal: str, entry: bytes = b"") -> int:
    """Count and append once; see `Tally.count`."""
    return Tally(counters, journal, entry).count()


def _count_here(counters: Sequence[Counter], journal: str, entry: bytes) -> int:
    for counter in counters:
        if cache.add(counter.key, 1, counter.seconds):
            continue
        try:
            count = cache.incr(counter.key)
        except ValueError:  # it ran out between the two
            continue
        if count > counter.limit:
            return counter.seconds
    if entry:
        journals.append(journal, entry)
    return 0
