"""Getting new data: asked for by requests, done once by whoever holds the lock.

Usually a worker does it. Where none can be reached, or none has begun in time, the request itself does,
so that a dead broker or worker costs the agent time and not the data.
"""

import logging
import threading
import time
from collections.abc import Iterable
from typing import Protocol

from django.core.cache import cache
from django.db import DatabaseError
from django.utils.translation import gettext_noop
from kombu.exceptions import OperationalError
from msgspec import MsgspecError, msgpack

from panels import snapshots
from panels.calls import prepare
from panels.errors import PanelUnavailable, TemporaryError
from panels.guard import Busy, jitter
from panels.snapshots import Failure, Head, Source
from tenants.trust.confirmation import ConfirmedContext
from tenants.trust.identity import Identity
from voxysapps.cache import cache_is_down
from voxysapps.leases import lease
from voxysapps.observing import asking
from voxysapps.problems import explained, new_trace_id, place_of

logger = logging.getLogger(__name__)

# A refresh in the queue is not queued again for so long.
QUEUED_SECONDS = 30
# A worker that has not begun by then is taken for gone.
WORKER_GRACE_SECONDS = 3.0
# After a failure nobody asks again before: by itself soon and then ever later, by a person's hand at any time.
RETRY_SECONDS = 15.0
RETRY_PERMANENT_SECONDS = 300.0
# Fetches that web threads may do at a time; the others' pages go on waiting.
_inline = threading.BoundedSemaphore(2)


class Enqueue(Protocol):
    """Puts one refresh into the queue; `panels.tasks` has it. Raises OperationalError without a broker."""

    def __call__(self, account_id: int, source: Source, customer: str, trace_id: str, wanted_at: float) -> None: ...


def request_refresh(
    account_id: int, identity: Identity, sources: Iterable[Source], *, enqueue: Enqueue, force: bool = False
) -> bool:
    """See to it that the sources are asked about the customer, each once however many want it.

    Returns at once where a worker is there; else fetches and returns True when there may be new data.
    Never raises for failures of the outside.
    """
    customer = identity.digest()
    now = time.time()
    wanted_at = now if force else 0.0
    fetched = False
    for source in sources:
        marker = _key(account_id, "queued", source, customer)
        if cache.add(marker, now, QUEUED_SECONDS):
            fetched |= not _enqueue(account_id, identity, source, wanted_at, enqueue) and _fetch_here(
                account_id, identity, source, wanted_at
            )
        elif _worker_is_gone(account_id, source, customer, marker, now):
            fetched |= _fetch_here(account_id, identity, source, wanted_at)
    return fetched


def refresh_source(
    account_id: int, source: Source, identity: Identity, *, trace_id: str, wanted_at: float
) -> Head | None:
    """Ask the source and store its answer or failure; return the new head.

    Does nothing and returns None when another one is at it, or when the source was asked lately and
    after `wanted_at` (seconds since the epoch; 0: whenever it was). Raises `Busy` when the connection
    has no call to spare.
    """
    customer = identity.digest()
    started = time.time()
    before = snapshots.read_head(account_id, source, customer)
    changed_at = snapshots.read_changed(account_id, source, identity.contact_id)
    if _is_recent(before, started, wanted_at, changed_at):
        _leave_queue(account_id, source, customer)
        return None
    try:
        call = prepare(account_id, source, identity, trace_id)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - a plugin's settings or constructor may raise anything, too
        return _note_failure(account_id, source, customer, error, trace_id=trace_id, before=before)
    # Single flight.
    with lease(_key(account_id, "lock", source, customer)) as got_lock:
        if not got_lock:
            return None
        # Somebody may have finished between the first look and the lock.
        before = snapshots.read_head(account_id, source, customer)
        head = None
        if not _is_recent(before, started, wanted_at, changed_at):
            try:
                with call.enter():
                    with asking(account_id, source.key, customer, trace_id):
                        answer = call.ask()
                    if snapshots.was_forgotten(account_id, customer, since=started):
                        # It was asked about whom an agent has meanwhile said it is not, or who is no more.
                        _leave_queue(account_id, source, customer)
                        return None
                    head = snapshots.write_answer(
                        account_id, source, customer, answer, now=started, fresh_for=call.fresh_for
                    )
            except Busy:
                raise  # it stays in the queue
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; it stays in its place
                head = _note_failure(account_id, source, customer, error, trace_id=trace_id, before=before)
            else:
                call.answered()
        _leave_queue(account_id, source, customer)
        return head


def take_quota(context: ConfirmedContext, placement_id: int, *, limit: int, seconds: int) -> bool:
    """Return whether the viewer may force one more refresh of the placement within `seconds`."""
    key = f"{context.account_id}:quota:{placement_id}:{context.agent_id}:{context.conversation_id}"
    if cache.add(key, 1, seconds):
        return True
    try:
        return bool(cache.incr(key) <= limit)
    except ValueError:  # it ran out between the two
        return True


def read_identity(account_id: int, customer: str) -> Identity | None:
    """Return whom a queued refresh is about, or None when that was forgotten."""
    stored = cache.get(snapshots.identity_key(account_id, customer))
    try:
        return None if stored is None else msgpack.decode(stored, type=Identity)
    except MsgspecError:
        return None


def _enqueue(account_id: int, identity: Identity, source: Source, wanted_at: float, enqueue: Enqueue) -> bool:
    """Return whether a worker has been asked."""
    if cache_is_down():
        # The worker could not read whom it is about, nor could we read what it fetched.
        return False
    customer = identity.digest()
    # Customer data stay out of the broker: the task names the customer by digest.
    cache.set(snapshots.identity_key(account_id, customer), msgpack.encode(identity), snapshots.KEPT_SECONDS)
    try:
        enqueue(account_id, source, customer, new_trace_id(), wanted_at)
    except (OperationalError, OSError) as error:
        logger.warning("refresh: no broker (%s); fetching in the request", type(error).__name__)
        return False
    return True


def _fetch_here(account_id: int, identity: Identity, source: Source, wanted_at: float) -> bool:
    """Fetch in this thread and return whether something was stored."""
    if not _inline.acquire(blocking=False):
        return False
    try:
        head = refresh_source(account_id, source, identity, trace_id=new_trace_id(), wanted_at=wanted_at)
    except Busy:
        return False
    finally:
        _inline.release()
    return head is not None


def _worker_is_gone(account_id: int, source: Source, customer: str, marker: str, now: float) -> bool:
    lock = _key(account_id, "lock", source, customer)
    found = cache.get_many([marker, lock])
    return lock not in found and now - float(found.get(marker, now)) > WORKER_GRACE_SECONDS


def _is_recent(head: Head | None, now: float, wanted_at: float, changed_at: float) -> bool:
    return head is not None and not head.is_due(now, changed_at) and (head.fetched_at or 0.0) >= wanted_at


def _note_failure(
    account_id: int, source: Source, customer: str, error: Exception, *, trace_id: str, before: Head | None
) -> Head:
    if isinstance(error, PanelUnavailable):
        message, values, permanent = error.message, error.values, error.permanent
        logger.warning("refresh failed: account=%s source=%s trace=%s: %s", account_id, source.key, trace_id, error)
    else:
        message = explained(error) or gettext_noop("Something went wrong while the data were fetched.")
        values, permanent = {}, False
        place = place_of(error)
        logger.error("refresh failed: account=%s source=%s trace=%s: %s", account_id, source.key, trace_id, place)
    tries = before.failure.tries + 1 if before and before.failure else 1
    if permanent:
        retry_in = RETRY_PERMANENT_SECONDS
    elif isinstance(error, TemporaryError) and error.retry_after is not None:
        retry_in = error.retry_after
    else:
        # No further doubling: after days of failures the number would be too large to be one.
        doublings = min(tries - 1, 10)
        retry_in = min(RETRY_SECONDS * 2**doublings, RETRY_PERMANENT_SECONDS) * jitter()
    failure = Failure(message, permanent, trace_id, time.time(), values, tries)
    return snapshots.write_failure(account_id, source, customer, failure, before=before, retry_in=retry_in)


def _leave_queue(account_id: int, source: Source, customer: str) -> None:
    cache.delete(_key(account_id, "queued", source, customer))


def _key(account_id: int, kind: str, source: Source, customer: str) -> str:
    return f"{account_id}:{kind}:{source.key}:{customer}"
