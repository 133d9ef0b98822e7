"""Which accounts webhooks are received for: found by the address's key, kept in the process for a minute."""

import time
from dataclasses import dataclass
from typing import Any

from tenants.models import Account
from tenants.secrets import get_hook_secret
from tenants.validators import APP_KEY
from voxysapps.sealing import SealBroken

_KEPT_SECONDS = 60.0
_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Receiver:
    """An account as its webhooks need it. The secret stays in this process."""

    account_id: int
    secret: str | None
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
    account = Account.objects.filter(hook_key=hook_key, is_active=True, host_proved_at__isnull=False).first()
    if account is None:
        return None
    try:
        secret = get_hook_secret(account)
    except SealBroken:
        secret = None
    return Receiver(account.pk, secret, account.accepts_unsigned_hooks, now)
