"""Every change is written down: who, what, when, from what to what.

The write services call this, and for users, who have no service of ours, `tenants.users_audit`. Nobody else does.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from tenants.models import Account, AuditEntry

_MAX_TEXT = 500
# Keys in addresses and digests say nothing to whoever reads the audit, and some of them guard something.
_UNTOLD = frozenset(
    {
        *("id", "created_at", "hook_key", "previous_hook_key", "previous_hook_key_ends_at", "contact_checked"),
        *("key", "previous_key", "previous_key_ends_at", "password", "last_login", "token_digest", "generation"),
    }
)
# Through what somebody is at work; `system`: nobody is.
VIAS = ("admin", "api", "command", "frame", "system")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is at work, and through what (`VIAS`)."""

    user: AbstractBaseUser | None
    name: str
    via: str


_SYSTEM = Actor(None, "system", "system")
_actor: ContextVar[Actor] = ContextVar("actor", default=_SYSTEM)


@contextmanager
def acting(user: Any, via: str, *, name: str = "") -> Iterator[None]:
    """Write down what is changed inside as done by this user."""
    is_known = user is not None and user.is_authenticated
    actor = Actor(user if is_known else None, name or (user.get_username() if is_known else via), via)
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def current_actor() -> Actor:
    """Return who is at work."""
    return _actor.get()


def values(instance: models.Model | None) -> dict[str, Any]:
    """Return the instance's fields as they may be told, JSON-able; of None, nothing."""
    if instance is None:
        return {}
    return {
        field.name: _plain(field.value_from_object(instance))
        for field in instance._meta.concrete_fields  # noqa: SLF001 - Django's own name for it
        if field.name not in _UNTOLD
    }


def stored_values(instance: models.Model) -> dict[str, Any]:
    """Return the fields of the instance as the database has them; of a new one, nothing."""
    if instance.pk is None:
        return {}
    return values(type(instance)._default_manager.filter(pk=instance.pk).first())  # noqa: SLF001


def record(
    action: str,
    instance: models.Model,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    secrets: Collection[str] = (),
) -> AuditEntry | None:
    """Write down what was done to the instance; return the entry, or None where nothing changed.

    `before` and `after` are `values`; `secrets` names those that were entered.
    """
    old, new = before or {}, after or {}
    changes = {name: [old.get(name), new.get(name)] for name in {**old, **new} if old.get(name) != new.get(name)}
    changes |= {name: [None, "entered"] for name in secrets}
    if action == "change" and not changes:
        return None
    actor = current_actor()
    account = instance if isinstance(instance, Account) else getattr(instance, "account", None)
    is_gone = action == "delete" and account is instance
    return AuditEntry.objects.create(
        user_id=actor.user.pk if actor.user else None,
        actor=actor.name[:200],
        via=actor.via,
        account=None if is_gone else account,
        action=action,
        object_type=instance._meta.label_lower,  # noqa: SLF001
        object_id=str(instance.pk),
        object_name=str(instance)[:200],
        changes=changes,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, dict | list):
        return value
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value)[:_MAX_TEXT]
