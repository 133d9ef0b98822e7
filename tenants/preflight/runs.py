"""A pre-flight that somebody watches: a worker runs it, and tells after each check how far it is.

How far it is stands in the cache, so it is for looking at only: the result is `Preflight`, as ever. An account has
one run at a time. Where no worker can be asked, the request runs it; where one is asked and none begins, or ends, the
run says so by its age, and may be begun anew.
"""

import logging
import secrets
import time
from typing import Any, Protocol

import msgspec
from django.core.cache import cache
from django.utils import translation
from kombu.exceptions import OperationalError

from tenants.models import Account
from tenants.preflight.services import run_preflight
from voxysapps.cache import cache_is_down
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

# A worker that has not begun by then is taken for gone, though it may be busy only: the run still waits for it.
GRACE_SECONDS = 10.0
# Whoever has not begun by then will not: the task is dropped from the queue.
EXPIRES_SECONDS = 60
# Above the longest run: a worker that was killed does not tell.
LONGEST_SECONDS = 75.0
# What became of a run is told for so long to whoever comes back.
_KEPT_SECONDS = 600


class Enqueue(Protocol):
    """Puts a run into the queue; `tenants.preflight.tasks` has it. Raises OperationalError without a broker."""

    def __call__(self, account_id: int, token: str, language: str) -> None: ...


class Run(msgspec.Struct):
    """How far a run is. Times are seconds since the epoch."""

    token: str
    asked_at: float
    begun_at: float | None = None
    # The check it is at, how many are done, and how many there are.
    doing: str = ""
    done: int = 0
    total: int = 0
    lights: list[dict[str, Any]] = []
    has_failed: bool = False

    @property
    def is_late(self) -> bool:
        """Whether it should have begun, and may yet."""
        return self.begun_at is None and time.time() - self.asked_at > GRACE_SECONDS

    @property
    def is_lost(self) -> bool:
        """Whether nothing will come of it any longer."""
        if self.begun_at is None:
            return self.has_failed or time.time() - self.asked_at > EXPIRES_SECONDS
        return self.has_failed or time.time() - self.begun_at > LONGEST_SECONDS


class Replaced(Exception):
    """Another run of the account was begun instead of this one."""


def current_run(account: Account) -> Run | None:
    """Return the account's run: one that is on its way, or one that nothing came of."""
    stored = cache.get(_key(account.pk))
    try:
        return None if stored is None else msgspec.msgpack.decode(stored, type=Run)
    except msgspec.MsgspecError:  # of another version
        return None


def start(account: Account, *, enqueue: Enqueue) -> bool:
    """Have a worker check the account, in the current language, unless one is at it; return True.

    Where no worker can be asked, check it here and return False.
    """
    run = Run(secrets.token_hex(8), time.time())
    if not _take_place(account, run):
        return True
    if not cache_is_down():  # else nobody could see how far a worker is
        try:
            enqueue(account.pk, run.token, translation.get_language() or "en")
        except (OperationalError, OSError) as error:
            logger.warning("pre-flight: no broker (%s); checking in the request", type(error).__name__)
        else:
            return True
    carry_out(account, run.token)
    return False


def run_here(account: Account) -> None:
    """Check the account in this thread, unless a worker has begun to."""
    found = current_run(account)
    if found is not None and found.begun_at is not None and not found.is_lost:
        return
    run = Run(secrets.token_hex(8), time.time())
    _write(account.pk, run)
    carry_out(account, run.token)


def carry_out(account: Account, token: str) -> None:
    """Do the run of this token, telling how far it is; nothing if it is over or another one took its place."""
    run = current_run(account)
    if run is None or run.token != token or run.has_failed:
        return
    run.begun_at = time.time()

    def report(lights: list[dict[str, Any]], doing: str, done: int, total: int) -> None:
        found = current_run(account)
        if found is not None and found.token != token:
            raise Replaced
        run.lights, run.doing, run.done, run.total = lights, doing, done, total
        _write(account.pk, run)

    try:
        run_preflight(account, report=report)
    except Replaced:
        return
    except Exception as error:
        logger.error("pre-flight broke off: account=%s: %s", account.pk, place_of(error))  # noqa: TRY400 - no texts
        run.has_failed = True
        _write(account.pk, run)
        raise
    found = current_run(account)
    if found is not None and found.token == token:
        cache.delete(_key(account.pk))


def _take_place(account: Account, run: Run) -> bool:
    """Return whether the run is the account's from now on: there is none, or nothing comes of it."""
    if cache.add(_key(account.pk), msgspec.msgpack.encode(run), _KEPT_SECONDS):
        return True
    found = current_run(account)
    if found is not None and not (found.is_late or found.is_lost):
        return False
    _write(account.pk, run)
    return True


def _write(account_id: int, run: Run) -> None:
    cache.set(_key(account_id), msgspec.msgpack.encode(run), _KEPT_SECONDS)


def _key(account_id: int) -> str:
    return f"{account_id}:preflight"
