"""What an account's operator should look at."""

from typing import Literal, get_args

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from tenants import audit
from tenants.models import Account, Notice

Kind = Literal["app-address-drifted", "host-refuses", "mail-failing", "note-not-deleted", "preflight", "too-many-mails"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# The same notice is not written again for so long, however often its cause is met.
QUIET_SECONDS = 60


def raise_notice(account: Account, kind: Kind, text: str) -> None:
    """Note something about the account; the same kind again only counts up until it is resolved."""
    if not cache.add(_quiet_key(account.pk, kind), 1, QUIET_SECONDS):
        return
    open_notices = Notice.objects.for_account(account).filter(kind=kind, is_resolved=False)
    if open_notices.update(times=F("times") + 1, text=text[:500], last_at=timezone.now()):
        return
    try:
        with transaction.atomic():
            Notice.objects.create(account=account, kind=kind, text=text[:500])
    except IntegrityError:  # another process was first
        return


def resolve_notice(account: Account, kind: Kind) -> None:
    """Close the account's open notice of this kind, if there is one."""
    Notice.objects.for_account(account).filter(kind=kind, is_resolved=False).update(is_resolved=True)
    cache.delete(_quiet_key(account.pk, kind))


def close_notice(notice: Notice) -> None:
    """Close one notice by hand, and write that down; the same thing again opens another."""
    with transaction.atomic():
        if Notice.objects.filter(pk=notice.pk, is_resolved=False).update(is_resolved=True):
            audit.record("change", notice, before={"is_resolved": False}, after={"is_resolved": True})
    cache.delete(_quiet_key(notice.account_id, notice.kind))


def _quiet_key(account_id: int, kind: str) -> str:
    return f"{account_id}:notice:{kind}"
