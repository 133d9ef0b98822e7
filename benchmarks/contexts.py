"""The contexts that are posted, made from one real conversation (`payload.json`, 20 kB, 18 messages)."""

import copy
import json
from pathlib import Path
from typing import Any

PAYLOAD = Path(__file__).parent / "payload.json"
# The conversation's account, as the host numbers it.
ACCOUNT_ID = 4
_PERSON = ("id", "name", "email", "phone_number", "identifier", "custom_attributes")
_CONVERSATION = ("id", "uuid", "account_id", "inbox_id", "status", "channel", "labels", "custom_attributes")
_MESSAGE = ("id", "content", "message_type", "content_type", "created_at")


def whole() -> bytes:
    """Return the context as the host posts it."""
    return PAYLOAD.read_bytes().strip()


def trimmed() -> bytes:
    """Return the context as the bridge uploads it for an app that asks for everything: messages, definitions."""
    data = _data()
    conversation = _pick(data["conversation"], _CONVERSATION)
    meta = data["conversation"]["meta"]
    conversation["meta"] = {**_pick(meta, ("channel", "hmac_verified")), "sender": _pick(meta["sender"], _PERSON)}
    public = [message for message in data["conversation"]["messages"] if not message["private"]]
    conversation["messages"] = [_trim_message(message) for message in public]
    return _event(
        {
            "conversation": conversation,
            "contact": _pick(data["contact"], _PERSON),
            "currentAgent": _pick(data["currentAgent"], ("id", "name", "email")),
        }
    )


def long(size: int) -> bytes:
    """Return the context of the conversation going on until the context has `size` bytes."""
    data = _data()
    messages: list[dict[str, Any]] = data["conversation"]["messages"]
    said = list(messages)
    while len(_event(data)) < size:
        again = copy.deepcopy(said[len(messages) % len(said)])
        again["id"] += 1000 + len(messages)
        again["created_at"] = messages[-1]["created_at"] + 60
        messages.append(again)
    return _event(data)


def of_customer(number: int) -> bytes:
    """Return the whole context of another conversation with another customer, as the host posts it."""
    data = _data()
    person = {
        "id": 100_000 + number,
        "name": f"Customer {number}",
        "email": f"customer{number}@example.com",
        "phone_number": None,
        "identifier": None,
    }
    data["contact"] = {**data["contact"], **person}
    data["conversation"]["id"] = number
    sender = data["conversation"]["meta"]["sender"]
    data["conversation"]["meta"]["sender"] = {**sender, **person}
    return _event(data)


def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(whole())["data"]
    return data


def _event(data: dict[str, Any]) -> bytes:
    event = {"event": "appContext", "data": data}
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def _trim_message(message: dict[str, Any]) -> dict[str, Any]:
    kept = _pick(message, _MESSAGE)
    if sender := message.get("sender"):
        kept["sender"] = _pick(sender, ("id", "type", "name"))
    return kept


def _pick(record: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: record[name] for name in names if name in record}
