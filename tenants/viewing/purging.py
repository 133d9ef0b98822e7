"""From view records to nothing: once their time is over, or the host has deleted the contact."""

import datetime as dt
import time

from django.utils import timezone

from tenants.host.client import HostClient
from tenants.host.errors import HostError, HostNotFound
from tenants.models import Account, Trust, ViewRecord
from tenants.signals import contact_deleted
from tenants.trust.records import drop_contact

BATCH = 1_000
# Contacts that are looked for in the host in one night, for one account, and how long that may take.
CONTACTS_A_NIGHT = 200
_CHECKING_SECONDS = 25.0


def purge_views(account: Account) -> int:
    """Delete the records that have been kept for as long as the account says; return how many."""
    deleted = 0
    before = timezone.now() - dt.timedelta(days=account.view_records_kept_days)
    old = ViewRecord.objects.for_account(account).filter(seen_at__lt=before).order_by("seen_at")
    while chunk := list(old.values_list("pk", flat=True)[:BATCH]):
        deleted += ViewRecord.objects.filter(pk__in=chunk).delete()[0]
    return deleted


def purge_deleted_contacts(account: Account) -> int:
    """Forget what belongs to contacts that the host has deleted; return how many contacts that were.

    The host is asked about so many a night, in turn: the next night goes on behind the last one. A host that
    is away is asked the next night.
    """
    if not account.is_active or not account.is_proved or account.trust == Trust.LINK:
        return 0
    client, deleted, until = HostClient(account), 0, time.monotonic() + _CHECKING_SECONDS
    for contact_id in _contacts_in_turn(account):
        is_there = _is_there(client, contact_id)
        # Whatever came of it: a contact about whom the host only ever fails must not keep us from the others.
        Account.objects.filter(pk=account.pk).update(contact_checked=contact_id)
        if is_there is False:
            forget_contact(account, contact_id)
            deleted += 1
        if is_there is None or time.monotonic() > until:
            break
    return deleted


def forget_contact(account: Account, contact_id: int) -> None:
    """Remove what would tell the customer again: digests in records, and all that is cached."""
    records = ViewRecord.objects.for_account(account).filter(contact_id=contact_id)
    customers = set(records.exclude(customer="").values_list("customer", flat=True))
    records.update(customer="", identifiers="")
    drop_contact(account.pk, contact_id)
    contact_deleted.send_robust(sender=Account, account_id=account.pk, contact_id=contact_id, customers=customers)


def _is_there(client: HostClient, contact_id: int) -> bool | None:
    """Return whether the host has the contact; None where it does not tell."""
    try:
        client.contact(contact_id)
    except HostNotFound:
        return False if _answers(client) else None
    except HostError:
        return None
    return True


def _answers(client: HostClient) -> bool:
    """Return whether the host answers at all: a proxy that is astray has nothing of anything."""
    try:
        return bool(client.agents())
    except HostError:
        return False


def _contacts_in_turn(account: Account) -> list[int]:
    """Return whom to ask about tonight: those whose last time is the longest ago."""
    seen = ViewRecord.objects.for_account(account).exclude(customer="").exclude(contact_id=None)
    ids = seen.order_by("contact_id").values_list("contact_id", flat=True).distinct()
    behind = [id_ for id_ in ids.filter(contact_id__gt=account.contact_checked)[:CONTACTS_A_NIGHT] if id_]
    before = ids.filter(contact_id__lte=account.contact_checked)[: CONTACTS_A_NIGHT - len(behind)]
    return [*behind, *(id_ for id_ in before if id_)]
