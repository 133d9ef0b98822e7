"""From the journal to view records, and from view records to nothing once their time is over."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.core.cache import cache
from django.utils import timezone
from msgspec import structs

from tenants.host.client import HostClient
from tenants.host.errors import HostError, HostNotFound
from tenants.models import Account, AgentSession, DashboardApp, ViewRecord
from tenants.signals import contact_deleted
from tenants.trust.records import drop_contact
from tenants.viewing.entries import JOURNAL, ViewEntry, read_entry
from voxysapps import journal

BATCH = 1_000
# The same agent looking at the same customer again so soon is the same look.
SAME_LOOK_SECONDS = 60
# Contacts that are looked for in the host in one night, for one account.
CONTACTS_A_NIGHT = 200
_LOCK_SECONDS = 120
_CHECKED_SECONDS = 14 * 24 * 3600

Timed = tuple[float, ViewEntry]


def drain_views() -> int:
    """Turn what waits in the journal into records; return how many entries that were. One at a time.

    An entry is forgotten once its record is stored. After a crash in between it is recorded twice, which is
    better than not at all.
    """
    if not cache.add("views:drain", 1, _LOCK_SECONDS):
        return 0
    total = 0
    try:
        while batch := journal.read(JOURNAL, BATCH):
            views = [(entry.at, view) for entry in batch if (view := read_entry(entry.body))]
            store(merge(views))
            journal.done(JOURNAL, [entry.id for entry in batch])
            total += len(batch)
    finally:
        cache.delete("views:drain")
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
    ViewRecord.objects.bulk_create(
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
    )


def purge_views() -> int:
    """Delete the records that have been kept for as long as their account says; return how many."""
    deleted = 0
    for account in Account.objects.only("pk", "view_records_kept_days"):
        before = timezone.now() - dt.timedelta(days=account.view_records_kept_days)
        old = ViewRecord.objects.for_account(account).filter(seen_at__lt=before)
        while chunk := list(old.values_list("pk", flat=True)[:BATCH]):
            deleted += ViewRecord.objects.filter(pk__in=chunk).delete()[0]
    return deleted


def purge_deleted_contacts() -> int:
    """Forget what belongs to contacts that the hosts have deleted; return how many contacts that were.

    Some a night for each account; a host that is away is asked the next night.
    """
    return sum(
        _purge_contacts_of(account)
        for account in Account.objects.filter(is_active=True, host_proved_at__isnull=False).exclude(trust="link")
    )


def _purge_contacts_of(account: Account) -> int:
    client, deleted = HostClient(account), 0
    for contact_id in _contacts_to_check(account):
        try:
            client.contact(contact_id)
        except HostNotFound:
            forget_contact(account, contact_id)
            deleted += 1
        except HostError:
            break
        cache.set(f"{account.pk}:contact-checked:{contact_id}", 1, _CHECKED_SECONDS)
    return deleted


def forget_contact(account: Account, contact_id: int) -> None:
    """Remove what would tell the customer again: digests in records, and all that is cached."""
    records = ViewRecord.objects.for_account(account).filter(contact_id=contact_id)
    customers = set(records.exclude(customer="").values_list("customer", flat=True))
    records.update(customer="", identifiers="")
    drop_contact(account.pk, contact_id)
    contact_deleted.send_robust(sender=Account, account_id=account.pk, contact_id=contact_id, customers=customers)


def _contacts_to_check(account: Account) -> list[int]:
    seen = ViewRecord.objects.for_account(account).exclude(customer="").exclude(contact_id=None)
    ids = seen.order_by("contact_id").values_list("contact_id", flat=True).distinct()
    unchecked = (id_ for id_ in ids if not cache.has_key(f"{account.pk}:contact-checked:{id_}"))
    return [id_ for _number, id_ in zip(range(CONTACTS_A_NIGHT), unchecked, strict=False) if id_ is not None]


def _existing(model: type[Account | DashboardApp | AgentSession], ids: set[int]) -> set[int]:
    return set(model.objects.filter(pk__in=ids).values_list("pk", flat=True))
