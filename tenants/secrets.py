"""Secrets of accounts, connections and placements. They are written and used, never shown.

An owner is a model instance with `account_id` (an account: itself) and `secrets`, its `SealedSecret` rows. The
newest value of a name is the one in use; during a rotation an older one is live beside it until its end.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from tenants.models import Account, SealedSecret
from tenants.models.sealed import LAST_CHARACTERS
from voxysapps.sealing import Place, SealBroken, seal, unseal

HOST_TOKEN = "host_token"  # noqa: S105 - its name
HOOK_SECRET = "hook_secret"  # noqa: S105

# Of a shorter value the last characters would tell too much.
_LONG_ENOUGH = 3 * LAST_CHARACTERS
# When a secret was last used is written down so often only.
_USED_EVERY = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SecretInfo:
    """What may be told of one live value. `ends_at` is set for the older one of a rotation.

    `is_readable`: not so where it was sealed with a key that is gone; it has to be entered again.
    """

    name: str
    last4: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None
    ends_at: dt.datetime | None
    is_readable: bool


def set_secret(owner: Any, name: str, value: str, *, keep_old_for: dt.timedelta | None = None) -> None:
    """Seal a new value; the ones before end now, or after `keep_old_for`. An empty value removes the secret."""
    now = timezone.now()
    with transaction.atomic():
        rows = owner.secrets.filter(name=name)
        if value and keep_old_for:
            rows.filter(ends_at__isnull=False).delete()
            rows.update(ends_at=now + keep_old_for)
        else:
            rows.delete()
        if value:
            last4 = value[-LAST_CHARACTERS:] if len(value) >= _LONG_ENOUGH else ""
            owner.secrets.create(name=name, sealed=seal(value, place_of(owner, name)), last4=last4, created_at=now)
    _forget_prefetched(owner)


def get_secret(owner: Any, name: str) -> str | None:
    """Return the newest live value, or None. Raises `SealBroken`."""
    for row in live_rows(owner, name):
        return unseal(row.sealed, place_of(owner, name))
    return None


def get_live_secrets(owner: Any, name: str) -> list[str]:
    """Return all live values, the newest first; one whose seal is broken is left out."""
    return [value for row in live_rows(owner, name) if (value := opened(owner, row)) is not None]


def opened(owner: Any, row: SealedSecret) -> str | None:
    """Return the value of one of the owner's rows, or None where its seal is broken."""
    try:
        return unseal(row.sealed, place_of(owner, row.name))
    except SealBroken:
        return None


def describe_secrets(owner: Any) -> list[SecretInfo]:
    """Return what may be told of the owner's live secrets, by name, the newest value first."""
    rows = live_rows(owner) if owner.pk else []
    return [
        SecretInfo(row.name, row.last4, row.created_at, row.last_used_at, row.ends_at, opened(owner, row) is not None)
        for row in rows
    ]


def mark_used(*rows: SealedSecret) -> None:
    """Note that the values of these rows were accepted where they belong."""
    now = timezone.now()
    for row in rows:
        if was_used_lately(row):
            continue
        row.last_used_at = now
        type(row)._default_manager.filter(pk=row.pk).update(last_used_at=now)  # noqa: SLF001 - Django's own name for it


def was_used_lately(row: SealedSecret) -> bool:
    """Return whether it was written down lately that the value was used."""
    return row.last_used_at is not None and timezone.now() - row.last_used_at < _USED_EVERY


def live_rows(owner: Any, name: str | None = None) -> list[SealedSecret]:
    """Return the owner's live secrets, from what was prefetched where it was."""
    now = timezone.now()
    # An account with a new destination has none: those stored are for another.
    rows: Iterable[SealedSecret] = () if getattr(owner, "is_moving", False) else owner.secrets.all()
    live = [row for row in rows if row.ends_at is None or row.ends_at > now]
    return sorted(
        (row for row in live if name is None or row.name == name),
        key=lambda row: (row.name, row.ends_at is not None, -row.created_at.timestamp()),
    )


def place_of(owner: Any, name: str) -> Place:
    """Return where the owner's secret belongs: it opens nowhere else."""
    account_id = owner.pk if isinstance(owner, Account) else owner.account_id
    return Place(account_id, owner._meta.label_lower, owner.pk, name)  # noqa: SLF001 - Django's own name for it


def reseal(row: SealedSecret) -> None:
    """Seal one stored value with the newest key. Raises `SealBroken`, having changed nothing."""
    place = place_of(row.owner, row.name)
    anew = seal(unseal(row.sealed, place), place)
    # Unless it was replaced meanwhile.
    type(row)._default_manager.filter(pk=row.pk, sealed=row.sealed).update(sealed=anew)  # noqa: SLF001


def set_host_token(account: Account, token: str, *, keep_old_for: dt.timedelta | None = None) -> None:
    """Store the token of the host's API; an empty one removes it."""
    set_secret(account, HOST_TOKEN, token, keep_old_for=keep_old_for)


def get_host_token(account: Account) -> str | None:
    """Return the token of the host's API, or None when there is none for the account's destination."""
    return get_secret(account, HOST_TOKEN)


def set_hook_secret(account: Account, secret: str, *, keep_old_for: dt.timedelta | None = None) -> None:
    """Store the secret that the host signs its webhooks with; an empty one removes it."""
    set_secret(account, HOOK_SECRET, secret, keep_old_for=keep_old_for)


def get_hook_secret(account: Account) -> str | None:
    """Return the secret that the host signs its webhooks with, or None. Raises `SealBroken`."""
    return get_secret(account, HOOK_SECRET)


def _forget_prefetched(owner: Any) -> None:
    getattr(owner, "_prefetched_objects_cache", {}).pop("secrets", None)
