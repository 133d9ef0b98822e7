"""From the journal to view records."""

import datetime as dt
import logging
import time
from collections.abc import Iterable, Sequence

from django.db import DataError, IntegrityError, transaction
from msgspec import structs

from tenants.models import Account, AgentSession, DashboardApp, ViewRecord
from tenants.viewing.entries import JOURNAL, ViewEntry, read_entry
from voxysapps import journal
from voxysapps.leases import lease
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

BATCH = 1_000
# The same agent looking at the same customer again so soon is the same look.
SAME_LOOK_SECONDS = 60
# Others have something to do, too.
_DRAINING_SECONDS = 30
# What the database says of values that it does not take, however often they are offered.
_REFUSED = (DataError, IntegrityError, OverflowError, ValueError)

Timed = tuple[float, ViewEntry]


def drain_views() -> int:
    """Turn what waits in the journal into records; return how many entries that were. One at a time.

    An entry is forgotten once its record is stored. After a crash in between it is recorded twice, which is
    better than not at all.
    """
    total, until = 0, time.monotonic() + _DRAINING_SECONDS
    with lease("views:drain") as is_ours:
        while is_ours and time.monotonic() < until and (batch := journal.read(JOURNAL, BATCH)):
            views = [(entry.at, view) for entry in batch if (view := read_entry(entry.body))]
            if lost := len(batch) - len(views):
                logger.error("view records: %d entries of another version are lost", lost)
            store(merge(views))
            journal.done(JOURNAL, [entry.id for entry in batch])
            total += len(batch)
    return total


def merge(views: Iterable[Timed]) -> list[Timed]:
    """Return one view for all of one agent, customer and app within a minute, with the panels of all."""
    looks: dict[tuple[object, ...], Timed] = {}
    done: list[Timed] = []
    for at, view in views:
        key = structs.astuple(structs.replace(view, panels=()))
        before = looks.get(key)
        if before and at - before[0] <= SAME_LOOK_SECONDS:
            panels = dict.fromkeys((*before[1].panels, *view.panels))
            looks[key] = (before[0], structs.replace(view, panels=tuple(panels)))
            continue
        if before:
            done.append(before)
        looks[key] = (at, view)
    return sorted((*done, *looks.values()), key=lambda look: look[0])


def store(views: Sequence[Timed]) -> None:
    """Store the views (4 queries). An account that is gone takes its records with it; apps and sessions do not."""
    accounts = _existing(Account, {view.account_id for _at, view in views})
    apps = _existing(DashboardApp, {view.app_id for _at, view in views})
    sessions = _existing(AgentSession, {view.session_id for _at, view in views if view.session_id})
    records = [
        ViewRecord(
            account_id=view.account_id,
            seen_at=dt.datetime.fromtimestamp(at, dt.UTC),
            trust=view.trust,
            agent_id=view.agent_id,
            session_id=view.session_id if view.session_id in sessions else None,
            conversation_id=view.conversation_id,
            contact_id=view.contact_id,
            customer=view.customer,
            identifiers=f" {' '.join(view.identifiers)} "[:200],
            dashboard_app_id=view.app_id if view.app_id in apps else None,
            panels=list(view.panels),
            identifiers_edited=view.identifiers_edited,
        )
        for at, view in views
        if view.account_id in accounts
    ]
    try:
        _insert(records)
    except _REFUSED:
        # Ids come from the accounts' hosts: an odd one must not stop everybody's records for good.
        for record in records:
            _insert_alone(record)


def _insert(records: Sequence[ViewRecord]) -> None:
    with transaction.atomic():
        ViewRecord.objects.bulk_create(records)


def _insert_alone(record: ViewRecord) -> None:
    account_id = record.account_id
    try:
        _insert([record])
    except _REFUSED as error:
        logger.error("view record not stored: account=%s: %s", account_id, place_of(error))  # noqa: TRY400


def _existing(model: type[Account | DashboardApp | AgentSession], ids: set[int]) -> set[int]:
    return set(model.objects.filter(pk__in=ids).values_list("pk", flat=True))
