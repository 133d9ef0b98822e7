"""What the stand-in host's REST API answers (host-contract 2.5 to 2.7 and 3)."""

from collections.abc import Sequence

from voxysapps.simulator.demonstration.records import (
    Record,
    agent_record,
    as_old_host,
    contact_inboxes,
    contact_record,
    iso,
    last_seen,
    message_id,
    message_record,
    rest_conversation,
)
from voxysapps.simulator.demonstration.shapes import Agent, Inbox, Person, Talk
from voxysapps.simulator.host.state import HostAccount
from voxysapps.simulator.host.tokens import agent_token
from voxysapps.simulator.models import RegisteredApp, Webhook


def profile(host: HostAccount, agent: Agent) -> Record:
    """Return whose token it is."""
    record = agent_record(host.seed, agent)
    return {
        "id": agent.id,
        "access_token": agent_token(host.seed.host_account_id, agent.id),
        "account_id": host.seed.host_account_id,
        "available_name": record["available_name"],
        "avatar_url": "",
        "confirmed": True,
        "display_name": None,
        "email": agent.email,
        "name": agent.name,
        "provider": "email",
        "role": agent.role,
        "type": None,
        "uid": agent.email,
        "accounts": [
            {
                "id": host.seed.host_account_id,
                "name": host.seed.name,
                "status": "active",
                "role": agent.role,
                "permissions": [agent.role],
                "availability": agent.availability,
                "availability_status": agent.availability,
                "auto_offline": True,
                "custom_role_id": None,
            }
        ],
    }


def inbox(one: Inbox) -> Record:
    """Return an inbox."""
    return {
        "id": one.id,
        "avatar_url": "",
        "channel_id": one.id,
        "name": one.name,
        "channel_type": f"Channel::{one.channel}",
        "hmac_mandatory": False,
    }


def contact(host: HostAccount, person: Person, *, with_inboxes: bool = True) -> Record:
    """Return a contact."""
    (talk, *_others) = host.talks_of(person)
    record = contact_record(person, now=host.now, seen=last_seen(talk, host.now))
    return {**record, **contact_inboxes(host.seed, talk)} if with_inboxes else record


def notes(host: HostAccount, person: Person) -> list[Record]:
    """Return what agents wrote down about the contact, the newest first. Who left the account is not named."""
    records = []
    for number, note in enumerate(sorted(person.notes, key=lambda one: one.minutes)):
        written = host.now - round(note.minutes * 60)
        author = host.agent(note.author)
        record: Record = {
            "id": person.id * 100 + len(person.notes) - number,
            "content": note.content,
            "account_id": host.seed.host_account_id,
            "contact_id": person.id,
            **({"user": agent_record(host.seed, author)} if author else {}),
            "created_at": written,
            "updated_at": written,
        }
        records.append(record)
    return records


def conversation(host: HostAccount, talk: Talk) -> Record:
    """Return a conversation with its newest message, as lists and single answers have it."""
    record = rest_conversation(host.seed, talk, now=host.now)
    record["messages"] = record["messages"][-1:]
    if host.is_old or talk.shape in ("old", "oldest"):
        return as_old_host(record, oldest=talk.shape == "oldest")
    return record


def messages(host: HostAccount, talk: Talk, indexes: Sequence[int]) -> Record:
    """Return some of the conversation's messages, the oldest first."""
    record = rest_conversation(host.seed, talk, now=host.now)
    return {
        "meta": {
            "labels": list(talk.labels),
            "additional_attributes": talk.additional_attributes,
            "contact": contact(host, talk.person, with_inboxes=False),
            "assignee": record["meta"].get("assignee"),
            "agent_last_seen_at": record["agent_last_seen_at"],
            "assignee_last_seen_at": record["assignee_last_seen_at"],
        },
        "payload": [message(host, talk, index) for index in indexes],
    }


def news(host: HostAccount, talk: Talk) -> Record:
    """Return what the host's own window is told of a conversation while it is open, by its live connection."""
    record = rest_conversation(host.seed, talk, now=host.now)
    newest = range(max(0, len(talk.lines) - 20), len(talk.lines))
    return {
        "id": talk.id,
        "status": talk.status,
        "meta": record["meta"],
        "messages": [message_record(host.seed, talk, index, now=host.now, pushed=True) for index in newest],
    }


def message(host: HostAccount, talk: Talk, index: int) -> Record:
    """Return one message."""
    return message_record(host.seed, talk, index, now=host.now, pushed=False)


def message_index(talk: Talk, id_: int) -> int | None:
    """Return where in the conversation the message of this number stands."""
    return next((index for index in range(len(talk.lines)) if message_id(talk, index) == id_), None)


def dashboard_app(row: RegisteredApp) -> Record:
    """Return a dashboard app."""
    return {
        "id": row.pk,
        "title": row.title,
        "content": row.content,
        "created_at": iso(row.created_at.timestamp()),
    }


def webhook(host: HostAccount, row: Webhook) -> Record:
    """Return a webhook. Hosts that sign show the secret on every read."""
    record = {
        "id": row.pk,
        "name": row.name or None,
        "url": row.url,
        "account_id": host.seed.host_account_id,
        "subscriptions": row.subscriptions,
    }
    return record if host.is_old else {**record, "secret": row.secret}
