"""What an account's operator should look at."""

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from tenants import audit
from tenants.models import Account, Notice

# The same notice is not written again for so long, however often its cause is met.
QUIET_SECONDS = 60


def raise_notice(account: Account, kind: str, text: str) -> None:
    """Note something about the account; the same kind again only counts up until it is resolved."""
    if not cache.add(f"{account.pk}:notice:{kind}", 1, QUIET_SECONDS):
        return
    open_notices = Notice.objects.for_account(account).filter(kind=kind, is_resolved=False)
    if open_notices.update(times=F("times") + 1, text=text[:500], last_at=timezone.now()):
        return
    try:
        with transaction.atomic():
            Notice.objects.create(account=account, kind=kind, text=text[:500])
    except IntegrityError:  # another process was first
        return


def resolve_notice(account: Account, kind: str) -> None:
    """Close the account's open notice of this kind, if there is one."""
    Notice.objects.for_account(account).filter(kind=kind, is_resolved=False).update(is_resolved=True)
    cache.delete(f"{account.pk}:notice:{kind}")


def has_open_twin(notice: Notice) -> bool:
    """Return whether there is another open notice of the same kind: there may be one only."""
    same = Notice.objects.for_account(notice.account_id).filter(kind=notice.kind, is_resolved=False)
    return same.exclude(pk=notice.pk).exists()


def mark_notice(notice: Notice, *, is_resolved: bool) -> None:
    """Write down what an operator says of the notice."""
    before = audit.stored_values(notice)
    notice.is_resolved = is_resolved
    with transaction.atomic():
        notice.save(update_fields=["is_resolved"])
        audit.record("change", notice, before=before, after=audit.values(notice))
    cache.delete(f"{notice.account_id}:notice:{notice.kind}")
