"""From deliveries to reads: drains the journal and tells whoever wants to know, once for many of the same."""

import datetime as dt
import logging
import time
from collections.abc import Iterable

from django.core.cache import cache

from tenants.signals import host_event
from tenants.trust import records
from tenants.webhooks.events import JOURNAL, HostEvent, unpack
from voxysapps import journal
from voxysapps.leases import lease
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

BATCH = 500
_ARRIVED_KEPT_SECONDS = 30 * 24 * 3600


def drain() -> int:
    """Deal with what waits in the journal; return how many deliveries that were. One planner at a time.

    What is dealt with is forgotten only afterwards: a killed planner's batch is dealt with again.
    """
    total = 0
    # Once more after letting go: whoever wrote something down meanwhile may have found the planner at work.
    while dealt_with := _drain():
        total += dealt_with
    return total


def _drain() -> int:
    total = 0
    with lease("webhooks:planner") as is_ours:
        while is_ours and (batch := journal.read(JOURNAL, BATCH)):
            events = merge(filter(None, (unpack(entry.body) for entry in batch)))
            for account_id in {event.account_id for event in events}:
                cache.set(_arrived_key(account_id), time.time(), _ARRIVED_KEPT_SECONDS)
            for event in events:
                deal_with(event)
            journal.done(JOURNAL, [entry.id for entry in batch])
            total += len(batch)
    return total


def arrived_at(account_id: int) -> dt.datetime | None:
    """Return when the account's host last sent something that was dealt with; None where that is not known."""
    at = cache.get(_arrived_key(account_id))
    return None if at is None else dt.datetime.fromtimestamp(at, dt.UTC)


def merge(events: Iterable[HostEvent]) -> list[HostEvent]:
    """Return one event for all of the same name about the same thing, the last of them, in order."""
    latest: dict[tuple[int, str, int | None, int | None, bool], HostEvent] = {}
    for event in events:
        key = (event.account_id, event.name, event.conversation_id, event.contact_id, event.is_incoming)
        latest.pop(key, None)
        latest[key] = event
    return list(latest.values())


def deal_with(event: HostEvent) -> None:
    """Drop what the event may have made wrong, and tell the others, who read ahead what will be looked at."""
    if event.name == "contact_updated" and event.contact_id is not None:
        records.drop_contact(event.account_id, event.contact_id)
    elif event.conversation_id is not None and event.name.startswith("conversation_"):
        records.drop_conversation(event.account_id, event.conversation_id)
    for receiver, answer in host_event.send_robust(sender=HostEvent, account_id=event.account_id, event=event):
        if isinstance(answer, Exception):
            name = getattr(receiver, "__name__", "a receiver")
            logger.error("%s failed on %s: %s", name, event.name, place_of(answer))


def _arrived_key(account_id: int) -> str:
    return f"{account_id}:hook-arrived"
