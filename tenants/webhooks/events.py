"""What a webhook says, as little of it as is needed: ids, and what kind of thing happened (host-contract 4)."""

from typing import Any

import msgspec
from msgspec import Struct, msgpack

JOURNAL = "hooks"

# Others are accepted and forgotten.
KNOWN = frozenset(
    {
        "conversation_created",
        "conversation_updated",
        "conversation_status_changed",
        "message_created",
        "message_updated",
        "contact_created",
        "contact_updated",
    }
)


class HostEvent(Struct, frozen=True, array_like=True):
    """Something happened in the host. Ids are the host's; anything but the name may be missing.

    `is_incoming`: the customer wrote. `status`: the conversation's, where the event is about it.
    """

    account_id: int
    name: str
    conversation_id: int | None = None
    contact_id: int | None = None
    message_id: int | None = None
    is_incoming: bool = False
    status: str | None = None


class Unreadable(Exception):
    """The body is no event."""


def read_event(account_id: int, body: bytes) -> HostEvent | None:
    """Return the event of a delivery, or None for one that is of no concern. Raises `Unreadable`."""
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Unreadable from None
    if not isinstance(raw, dict) or not isinstance(name := raw.get("event"), str):
        raise Unreadable
    if name not in KNOWN:
        return None
    if name.startswith("contact_"):
        return HostEvent(account_id, name, contact_id=_id(raw))
    is_message = name.startswith("message_")
    conversation = _record(raw.get("conversation")) if is_message else raw
    sender = _record(_record(conversation.get("meta")).get("sender"))
    status = conversation.get("status")
    return HostEvent(
        account_id=account_id,
        name=name,
        conversation_id=_id(conversation),
        contact_id=_id(sender),
        message_id=_id(raw) if is_message else None,
        # As a number where the message is nested (host-contract 2.6), as a word at the top.
        is_incoming=is_message and raw.get("message_type") in {"incoming", 0},
        status=status if isinstance(status, str) else None,
    )


def pack(event: HostEvent) -> bytes:
    return msgpack.encode(event)


def unpack(entry: bytes) -> HostEvent | None:
    """Return the event, or None for one that another version of the code wrote."""
    try:
        return msgpack.decode(entry, type=HostEvent)
    except msgspec.MsgspecError:
        return None


def _record(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(record: dict[str, Any]) -> int | None:
    id_ = record.get("id")
    return id_ if isinstance(id_, int) and not isinstance(id_, bool) and 0 < id_ < 2**63 else None
