"""What the stand-in host's webhooks carry (host-contract 4). Built when something happens, not when it is sent."""

from dataclasses import dataclass
from typing import Any

from voxysapps.simulator.demonstration.records import (
    Record,
    contact_push,
    inbox_of,
    iso,
    message_record,
    pushed_conversation,
    rest_conversation,
)
from voxysapps.simulator.demonstration.shapes import Person, Talk
from voxysapps.simulator.host.state import HostAccount

EVENTS_OF_OLD_HOSTS = (
    *("conversation_created", "conversation_updated", "conversation_status_changed"),
    *("message_created", "message_updated", "contact_created", "contact_updated", "webwidget_triggered"),
)
EVENTS = (
    *EVENTS_OF_OLD_HOSTS,
    *("conversation_typing_on", "conversation_typing_off", "inbox_created", "inbox_updated"),
)
_MESSAGE_TYPES = {0: "incoming", 1: "outgoing", 2: "activity", 3: "template"}
_NOT_PUSHED = ("account_id", "uuid", "assignee_last_seen_at", "last_non_activity_message", "muted", "sla_policy_id")

Changes = list[dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Event:
    name: str
    body: Record


def conversation(host: HostAccount, talk: Talk, name: str, changed: Changes | None = None) -> Event:
    """Return an event of a conversation."""
    body = _conversation(host, talk) | {"event": name}
    # Older hosts do not name the account here.
    body |= {} if host.is_old else {"account": _account(host)}
    return Event(name, body if name == "conversation_created" else body | {"changed_attributes": changed})


def message(host: HostAccount, talk: Talk, index: int, name: str) -> Event:
    """Return an event of a message."""
    record = message_record(host.seed, talk, index, now=host.now, pushed=True)
    inbox = inbox_of(host.seed, talk)
    body = {
        "account": _account(host),
        "additional_attributes": {},
        "content_attributes": record["content_attributes"],
        "content_type": record["content_type"],
        "content": record["content"],
        "conversation": _conversation(host, talk),
        "created_at": iso(record["created_at"]),
        "id": record["id"],
        "inbox": {"id": inbox.id, "name": inbox.name},
        "message_type": _MESSAGE_TYPES[record["message_type"]],
        "private": record["private"],
        "sender": _sender(host, talk, index),
        "source_id": record["source_id"],
        "event": name,
    }
    return Event(name, body | {key: record[key] for key in ("attachments",) if key in record})


def contact(host: HostAccount, person: Person, name: str, changed: Changes | None = None) -> Event:
    """Return an event of a contact."""
    body = _contact(host, person) | {"event": name}
    return Event(name, body if changed is None else body | {"changed_attributes": changed})


def _conversation(host: HostAccount, talk: Talk) -> Record:
    record = rest_conversation(host.seed, talk, now=host.now)
    record = pushed_conversation(record, host.seed, talk, now=host.now)
    spoken = [index for index, line in enumerate(talk.lines) if line.author != "activity" and not line.private]
    newest = [message_record(host.seed, talk, index, now=host.now, pushed=True) for index in spoken[-1:]]
    return {key: value for key, value in record.items() if key not in _NOT_PUSHED} | {"messages": newest}


def _sender(host: HostAccount, talk: Talk, index: int) -> Record | None:
    author = talk.lines[index].author
    if author == "contact":
        # The only sender without a type.
        return _contact(host, talk.person)
    agent = host.agent(author)
    return {"id": agent.id, "name": agent.name, "email": agent.email, "type": "user"} if agent else None


def _contact(host: HostAccount, person: Person) -> Record:
    record = {key: value for key, value in contact_push(person).items() if key != "type"}
    return {"account": _account(host), "avatar": "", **record}


def _account(host: HostAccount) -> Record:
    return {"id": host.seed.host_account_id, "name": host.seed.name}
