"""What can happen in the stand-in host. Each is kept in the database and told to the account's webhooks."""

import re
from typing import Any

from django.db import transaction

from voxysapps.simulator.demonstration.shapes import Agent, Person, Talk
from voxysapps.simulator.host import events
from voxysapps.simulator.host.deliveries import announce
from voxysapps.simulator.host.faults import Fault
from voxysapps.simulator.host.state import (
    DELETED_MESSAGE,
    FIRST_SENT_MESSAGE,
    FIRST_STARTED_CONVERSATION,
    HostAccount,
    load,
    seeded_message_key,
)
from voxysapps.simulator.models import Change, Kind, RegisteredApp, SentMessage, StartedConversation, Webhook

MAX_CONTENT = 150_000
MAX_MESSAGES_A_MINUTE = 200
CONTACT_FIELDS = ("name", "email", "phone_number", "identifier", "blocked")
STATUSES = ("open", "resolved", "pending", "snoozed")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"\+[1-9]\d{1,14}")


class Invalid(Exception):
    """The host refuses a value. `attribute` is the one that is wrong."""

    def __init__(self, message: str, attribute: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.attribute = attribute


@transaction.atomic
def send_message(
    host: HostAccount,
    talk: Talk,
    author: Agent | None,
    content: str,
    *,
    private: bool = False,
    content_attributes: dict[str, Any] | None = None,
) -> tuple[HostAccount, Talk]:
    """Add a message of an agent, or of the customer where there is no author; return both as they are then.

    A customer who writes opens the conversation again.
    """
    if len(content) > MAX_CONTENT:
        raise Invalid(f"Content is too long (maximum is {MAX_CONTENT} characters)", "content")
    just_now = sum(line.minutes < 1 and line.id is not None for line in talk.lines)
    if just_now >= MAX_MESSAGES_A_MINUTE:
        raise Invalid("Too many messages", "base")
    SentMessage.objects.create(
        host_account_id=host.id,
        conversation_id=talk.id,
        author=str(author.id) if author else "contact",
        content=content,
        private=private,
        content_attributes=content_attributes or {},
    )
    host, talk = _again(host, talk)
    announce(host, events.message(host, talk, len(talk.lines) - 1, "message_created"))
    if author is None and talk.status in ("resolved", "snoozed"):
        host, talk = set_status(host, talk, "open")
    return host, talk


@transaction.atomic
def delete_message(host: HostAccount, talk: Talk, index: int) -> None:
    """Delete a message. As in the host its place stays, with words that say so."""
    line = talk.lines[index]
    if line.id is None:
        _change(host.id, Kind.MESSAGE, seeded_message_key(talk, index), {"deleted": True})
    else:
        SentMessage.objects.filter(host_account_id=host.id, pk=line.id - FIRST_SENT_MESSAGE).update(
            content=DELETED_MESSAGE, content_attributes={"deleted": True}
        )
    host, talk = _again(host, talk)
    announce(host, events.message(host, talk, index, "message_updated"))


@transaction.atomic
def set_status(host: HostAccount, talk: Talk, status: str, by: Agent | None = None) -> tuple[HostAccount, Talk]:
    """Resolve, reopen, … the conversation."""
    before = talk.status
    if status == before:
        return host, talk
    _change(host.id, Kind.CONVERSATION, talk.id, {"status": status})
    words = {"open": "reopened", "resolved": "marked resolved"}.get(status, f"marked {status}")
    who = by.name if by else "system due to a new message"
    _note_activity(host, talk, f"Conversation was {words} by {who}")
    host, talk = _again(host, talk)
    changed = [{"status": {"previous_value": before, "current_value": status}}]
    for event in ("conversation_status_changed", "conversation_updated"):
        announce(host, events.conversation(host, talk, event, changed))
    return host, talk


@transaction.atomic
def assign(host: HostAccount, talk: Talk, assignee: Agent | None, by: Agent) -> tuple[HostAccount, Talk]:
    """Give the conversation to an agent, or to nobody."""
    before = talk.assignee
    after = assignee.id if assignee else None
    if after == before:
        return host, talk
    _change(host.id, Kind.CONVERSATION, talk.id, {"assignee": after})
    words = f"Assigned to {assignee.name}" if assignee else "Conversation unassigned"
    _note_activity(host, talk, f"{words} by {by.name}")
    host, talk = _again(host, talk)
    changed = [{"assignee_id": {"previous_value": before, "current_value": after}}]
    announce(host, events.conversation(host, talk, "conversation_updated", changed))
    return host, talk


@transaction.atomic
def start_conversation(host: HostAccount, person: Person, inbox_id: int, content: str) -> tuple[HostAccount, Talk]:
    """Let a contact begin a conversation."""
    row = StartedConversation.objects.create(host_account_id=host.id, contact_id=person.id, inbox_id=inbox_id)
    id_ = FIRST_STARTED_CONVERSATION + row.pk
    SentMessage.objects.create(host_account_id=host.id, conversation_id=id_, author="contact", content=content)
    host = _reload(host)
    talk = host.talk(id_)
    assert talk is not None  # noqa: S101 - just created
    announce(host, events.conversation(host, talk, "conversation_created"))
    announce(host, events.message(host, talk, 0, "message_created"))
    return host, talk


@transaction.atomic
def edit_contact(host: HostAccount, person: Person, fields: dict[str, Any]) -> tuple[HostAccount, Person]:
    """Change fields of the contact; attributes are merged, as the host does. Nothing changed, nothing told."""
    values = _valid(host, person, {name: fields[name] for name in CONTACT_FIELDS if name in fields})
    attributes = fields.get("custom_attributes")
    if isinstance(attributes, dict):
        values["custom_attributes"] = {**person.custom_attributes, **attributes}
    changed = {name: (getattr(person, name), value) for name, value in values.items() if getattr(person, name) != value}
    if not changed:
        return host, person
    _change(host.id, Kind.CONTACT, person.id, {name: after for name, (_before, after) in changed.items()})
    host = _reload(host)
    edited = host.person(person.id) or person
    said = [{name: {"previous_value": before, "current_value": after}} for name, (before, after) in changed.items()]
    announce(host, events.contact(host, edited, "contact_updated", said))
    return host, edited


@transaction.atomic
def delete_contact(host: HostAccount, person: Person) -> None:
    """Delete the contact, and with it all its conversations."""
    _change(host.id, Kind.CONTACT, person.id, {"deleted": True})


@transaction.atomic
def set_fault(host_account_id: int, fault: Fault) -> None:
    """Let something be wrong with the host from now on."""
    _change(host_account_id, Kind.HOST, host_account_id, {"fault": fault.value})


@transaction.atomic
def start_over(host_account_id: int) -> None:
    """Forget everything that has happened in the account, its tabs too."""
    for model in (Change, SentMessage, StartedConversation, RegisteredApp):
        model.objects.filter(host_account_id=host_account_id).delete()
    Webhook.objects.filter(host_account_id=host_account_id, is_seeded=False).delete()


def _valid(host: HostAccount, person: Person, values: dict[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        values[name] = (bool(value) if name == "blocked" else str(value).strip()) if value is not None else None
    for name in ("email", "phone_number", "identifier"):
        if name in values:
            values[name] = values[name] or None
    values |= {"email": values["email"].lower()} if values.get("email") else {}
    values |= {"name": ""} if values.get("name", "") is None else {}
    if values.get("email") and not _EMAIL.fullmatch(values["email"]):
        raise Invalid("Email Invalid email", "email")
    if values.get("phone_number") and not _PHONE.fullmatch(values["phone_number"]):
        raise Invalid("Phone number should be in e164 format", "phone_number")
    for name in ("email", "phone_number", "identifier"):
        taken = any(getattr(other, name) == values.get(name) for other in host.people if other.id != person.id)
        if values.get(name) and taken:
            raise Invalid(f"{name.capitalize().replace('_', ' ')} has already been taken", name)
    return values


def _change(host_account_id: int, kind: Kind, host_id: int, values: dict[str, Any]) -> None:
    changes = Change.objects.select_for_update()
    change, _created = changes.get_or_create(host_account_id=host_account_id, kind=kind, host_id=host_id)
    change.values = {**change.values, **values}
    change.save(update_fields=["values"])


def _note_activity(host: HostAccount, talk: Talk, words: str) -> None:
    SentMessage.objects.create(host_account_id=host.id, conversation_id=talk.id, author="activity", content=words)


def _again(host: HostAccount, talk: Talk) -> tuple[HostAccount, Talk]:
    host = _reload(host)
    return host, host.talk(talk.id) or talk


def _reload(host: HostAccount) -> HostAccount:
    return load(host.id) or host
