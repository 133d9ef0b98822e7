"""Which accounts webhooks are received for: found by the address's key, kept in the process for a minute."""

import time
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from tenants.models import Account
from tenants.secrets import HOOK_SECRET, get_live_secrets, live_rows
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
    read_at: float


_receivers: dict[str, Receiver | None] = {}
_read_at: dict[str, float] = {}


def get_receiver(hook_key: str) -> Receiver | None:
    """Return the active, proved account that the key names, or None. A burst costs one query."""
    if not APP_KEY.fullmatch(hook_key):
        return None
    now = time.monotonic()
    if now - _read_at.get(hook_key, -_KEPT_SECONDS) < _KEPT_SECONDS:
        return _receivers.get(hook_key)
    receiver = _read(hook_key, now)
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


def _read(hook_key: str, now: float) -> Receiver | None:
    key = Q(hook_key=hook_key) | Q(previous_hook_key=hook_key, previous_hook_key_ends_at__gt=timezone.now())
    account = Account.objects.filter(key, is_active=True, host_proved_at__isnull=False).first()
    if account is None:
        return None
    secrets = tuple(get_live_secrets(account, HOOK_SECRET))
    # Where a secret is stored, and be it one that does not open any longer, the host can sign.
    accepts_unsigned = account.accepts_unsigned_hooks and not live_rows(account, HOOK_SECRET)
    return Receiver(account.pk, secrets, accepts_unsigned, now)
