"""What is hidden from whom, before any panel sees it.

The data models say in `SENSITIVE` which of their fields tell where a customer lives, how they are reached
or how they pay. Masked, those are shortened beyond use or left out; everything else stays as it is.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from panels.base import Panel
from tenants.models import Account
from tenants.trust.confirmation import ConfirmedContext, ForeseenContext
from tenants.trust.identity import Identity
from tenants.trust.records import ADMINISTRATOR

Redaction = Literal["full", "masked"]
_SHOWN_DIGITS = 2


def redaction_of(account: Account, context: ConfirmedContext | ForeseenContext) -> Redaction:
    """Return what the context's agent is shown of the customer's sensitive fields."""
    is_hidden = (account.hides_from_unverified and context.identity_verified is False) or (
        account.hides_from_agents and context.role != ADMINISTRATOR
    )
    return "masked" if is_hidden else "full"


def mask_data(data: Any, panel: Panel) -> Any:
    """Return a capability's answer, or what `fetch` returned, with its sensitive fields masked."""
    if isinstance(data, Struct):
        return _mask_struct(data)
    if isinstance(data, Mapping):
        return {key: mask(value) if key in panel.sensitive else value for key, value in data.items()}
    return data


def mask_identity(identity: Identity) -> Identity:
    return structs.replace(identity, emails=mask(identity.emails), phones=mask(identity.phones))


def mask(value: Any) -> Any:
    """Return a masked value of the same kind, so that whoever shows it need not know: or nothing."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, tuple | list):
        return type(value)(masked for item in value if (masked := mask(item)) is not None)
    return None


def mask_text(text: str) -> str | None:
    """Return an address by its first letters, a number by its last digits; of any other text nothing."""
    name, at, domain = text.partition("@")
    if at and name and "." in domain:
        return f"{name[0]}•••@{domain[0]}•••"
    digits = [character for character in text if character.isdigit()]
    if text.startswith("+") and len(digits) > _SHOWN_DIGITS:
        return f"••• {''.join(digits[-_SHOWN_DIGITS:])}"
    return None


def _mask_struct(record: Struct) -> Struct:
    sensitive: tuple[str, ...] = getattr(type(record), "SENSITIVE", ())
    changed: dict[str, Any] = {}
    for name in record.__struct_fields__:
        value = getattr(record, name)
        new = mask(value) if name in sensitive else _mask_inside(value)
        if new is not value:
            changed[name] = new
    return msgspec.structs.replace(record, **changed) if changed else record


def _mask_inside(value: Any) -> Any:
    if isinstance(value, Struct):
        return _mask_struct(value)
    if isinstance(value, tuple) and any(isinstance(item, Struct) for item in value):
        return tuple(_mask_inside(item) for item in value)
    return value
