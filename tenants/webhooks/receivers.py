"""Which accounts webhooks are received for: found by the address's key, kept in the process for a minute."""

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from tenants.models import Account, AccountSecret
from tenants.secrets import HOOK_SECRET, live_rows, opened
from tenants.validators import APP_KEY

_KEPT_SECONDS = 60.0
_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Receiver:
    """An account as its webhooks need it. The secret stays in this process."""

    account_id: int
    # The newest first; two of them during a rotation.
    secrets: tuple[str, ...]
    accepts_unsigned: bool
    # Where the secrets are stored.
    rows: tuple[AccountSecret, ...] = ()
    # When an address or a secret of before ends.
    ends_at: dt.datetime | None = None


_receivers: dict[str, Receiver | None] = {}
_read_at: dict[str, float] = {}


def get_receiver(hook_key: str) -> Receiver | None:
    """Return the active, proved account that the key names, or None. A burst costs one query."""
    if not APP_KEY.fullmatch(hook_key):
        return None
    now = time.monotonic()
    if now - _read_at.get(hook_key, -_KEPT_SECONDS) < _KEPT_SECONDS:
        receiver = _receivers.get(hook_key)
        if receiver is None or receiver.ends_at is None or timezone.now() < receiver.ends_at:
            return receiver
    receiver = _read(hook_key)
    if len(_receivers) >= _MAX:
        forget()
    _receivers[hook_key], _read_at[hook_key] = receiver, now
    return receiver


def forget() -> None:
    """Drop what this process has read."""
    _receivers.clear()
    _read_at.clear()


def account_changed(**_kwargs: Any) -> None:
    """An account was saved or deleted here; other processes notice within a minute."""
    forget()


def _read(hook_key: str) -> Receiver | None:
    key = Q(hook_key=hook_key) | Q(previous_hook_key=hook_key, previous_hook_key_ends_at__gt=timezone.now())
    account = Account.objects.filter(key, is_active=True, host_proved_at__isnull=False).first()
    if account is None:
        return None
    live: list[Any] = live_rows(account, HOOK_SECRET)
    opening = [(row, secret) for row in live if (secret := opened(account, row)) is not None]
    ends = [row.ends_at for row in live if row.ends_at]
    if hook_key != account.hook_key and account.previous_hook_key_ends_at:
        ends.append(account.previous_hook_key_ends_at)
    return Receiver(
        account.pk,
        tuple(secret for _row, secret in opening),
        # Where a secret is stored, and be it one that does not open any longer, the host can sign.
        accepts_unsigned=account.accepts_unsigned_hooks and not live,
        rows=tuple(row for row, _secret in opening),
        ends_at=min(ends, default=None),
    )
