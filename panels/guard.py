"""Whether a connection may be asked now: paused, told to wait, given up for a while, or busy enough.

All of it is kept in the cache, so that all workers know what one has learnt; a cache that is away
forgets, and everybody may ask.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_noop

from panels.errors import TemporaryError
from voxysapps.leases import lease
from voxysapps.outgoing import seconds_left

# So many failures of the system itself, one after the other, and nobody asks for a while.
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 30.0
MAX_OPEN_SECONDS = 600.0
# The pause is the longest by then; 2 to the power of a week's failures is no number any more.
_MOST_DOUBLINGS = 10
# One call tries whether the system is back; longer than it may take, and the next one tries.
PROBE_SECONDS = 30
_KEPT_SECONDS = 24 * 3600


class Busy(Exception):
    """The connection, or its account, has as many calls under way as it may. Try again in a moment."""


class NotNow(TemporaryError):
    """The connection is not asked at the moment. This says nothing new about its system."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is known of failures one after the other. `open_until` in seconds since the epoch; 0: not open."""

    failures: int = 0
    opened: int = 0
    open_until: float = 0.0

    @property
    def is_open(self) -> bool:
        return self.opened > 0

    def is_probing(self, now: float) -> bool:
        """Whether it is time to try whether the system is back ("half-open")."""
        return self.is_open and now >= self.open_until


class Guard:
    """Guards one system of one account; see `panels.statistics.System`."""

    def __init__(self, account_id: int, system: int | str, *, name: str) -> None:
        self._account_id = account_id
        self._prefix = f"{account_id}:connection:{system}"
        self._name = name

    @contextmanager
    def enter(self, max_concurrency: int) -> Iterator[None]:
        """Hold one of the connection's calls, and one of its account's.

        So slow systems of one account leave workers for the others. Raises `Busy`, or `NotNow` with when to
        come back.
        """
        with (
            _slot(f"{self._account_id}:calls", settings.ACCOUNT_CONCURRENCY),
            _slot(f"{self._prefix}:slot", max_concurrency),
        ):
            self._require_open()
            yield

    def pacer(self, max_rate: tuple[int, int] | None, *, on_request: Callable[[], None]) -> Callable[[], None]:
        """Return what is called before every request: it keeps to `max_rate`, calls within so many seconds.

        It waits for its turn where the call's time allows that, and else raises `NotNow`.
        """

        def before_request() -> None:
            if max_rate is not None:
                self._wait_for_turn(*max_rate)
            on_request()

        return before_request

    @property
    def breaker_key(self) -> str:
        """Where the cache has the breaker; see `to_breaker`."""
        return f"{self._prefix}:breaker"

    @property
    def wait_key(self) -> str:
        """Where the cache has until when the system asked to be left alone."""
        return f"{self._prefix}:wait"

    def breaker(self) -> Breaker:
        """Return what is known of failures one after the other."""
        return to_breaker(cache.get(self.breaker_key))

    def waits_until(self) -> float:
        """Return until when the system asked to be left alone, in seconds since the epoch; 0: it did not."""
        return float(cache.get(self.wait_key) or 0.0)

    def succeeded(self) -> None:
        """Note an answer: whatever was given up is given up no longer."""
        cache.delete_many([self.breaker_key, f"{self._prefix}:probe"])

    def failed(self, *, retry_after: float | None = None) -> None:
        """Note a failure that may pass. A system that says when to come back is obeyed, for all customers."""
        now = time.time()
        if retry_after:
            cache.set(self.wait_key, now + retry_after, max(1, round(retry_after)))
            return
        before = self.breaker()
        failures, opened, until = before.failures + 1, before.opened, before.open_until
        if failures >= FAILURES_TO_OPEN and now >= until:
            until = now + min(OPEN_SECONDS * 2 ** min(opened, _MOST_DOUBLINGS), MAX_OPEN_SECONDS) * jitter()
            opened += 1
        cache.set(self.breaker_key, [failures, opened, until], _KEPT_SECONDS)
        cache.delete(f"{self._prefix}:probe")

    def learnt_nothing(self) -> None:
        """Note that a call told nothing of the system: another one may probe it."""
        cache.delete(f"{self._prefix}:probe")

    def reset(self) -> None:
        """Forget it all: an operator has mended something, or wants it tried now."""
        cache.delete_many([f"{self._prefix}:{what}" for what in ("breaker", "probe", "wait")])

    def _require_open(self) -> None:
        now = time.time()
        if (until := self.waits_until()) > now:
            raise self._not_now(gettext_noop("%(system)s asked us to wait a moment."), until - now)
        breaker = self.breaker()
        if not breaker.is_open:
            return
        if not breaker.is_probing(now):
            message = gettext_noop("%(system)s has not answered for a while. It is tried again by itself.")
            raise self._not_now(message, breaker.open_until - now)
        if not cache.add(f"{self._prefix}:probe", 1, PROBE_SECONDS):
            raise self._not_now(gettext_noop("%(system)s is being tried again at this moment."), 2.0)

    def _wait_for_turn(self, calls: int, seconds: int) -> None:
        while True:
            window, into = divmod(time.time(), seconds)
            key = f"{self._prefix}:rate:{window:.0f}"
            try:
                count = 1 if cache.add(key, 1, 2 * seconds) else cache.incr(key)
            except ValueError:  # it ran out between the two
                return
            if count <= calls:
                return
            rest = seconds - into
            if rest > seconds_left() / 2:
                raise self._not_now(gettext_noop("%(system)s gets too many requests at the moment."), rest)
            time.sleep(rest * (1 + random.random() / 10))  # noqa: S311 - not all at once

    def _not_now(self, message: str, seconds: float) -> NotNow:
        return NotNow(message, retry_after=max(seconds, 1.0), values={"system": self._name})


@contextmanager
def _slot(name: str, limit: int) -> Iterator[None]:
    """Hold one of so many, or raise `Busy`."""
    with lease(*(f"{name}:{number}" for number in range(limit))) as has_slot:
        if not has_slot:
            raise Busy
        yield


def to_breaker(stored: Any) -> Breaker:
    """Return the breaker as stored."""
    return Breaker(*stored) if stored else Breaker()


def jitter() -> float:
    """Return a factor around 1, so that what failed together is not tried again together."""
    return random.uniform(0.8, 1.2)  # noqa: S311 - nobody profits from guessing it
