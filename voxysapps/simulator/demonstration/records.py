"""Builds the host's own record shapes: its REST API's, its live events', and those of old hosts."""

import uuid
from datetime import UTC, datetime
from typing import Any

from voxysapps.simulator.demonstration.shapes import Agent, DemonstrationAccount, Inbox, Line, Person, Talk, Team

Record = dict[str, Any]

_NAMESPACE = uuid.UUID("6f0e3f0c-6a52-4a9e-9d0e-6d0f5b1f7a11")
_BOT: Record = {"id": 5, "name": "Trail bot", "avatar_url": "", "type": "agent_bot"}
_MESSAGE_TYPES = {"contact": 0, "activity": 2, "template": 3}
_OLD_CONVERSATION = (
    *("id", "messages", "inbox_id", "status", "muted", "can_reply", "timestamp", "contact_last_seen_at"),
    *("agent_last_seen_at", "unread_count", "additional_attributes", "account_id", "labels"),
)
_OLD_MESSAGE = (
    *("id", "content", "inbox_id", "conversation_id", "message_type", "content_type", "content_attributes"),
    *("created_at", "private", "source_id", "sender", "attachments"),
)
_SOCIAL = ("github", "twitter", "facebook", "linkedin", "instagram")


def account_record(account: DemonstrationAccount, *, now: int) -> Record:
    """Return everything the host would have loaded for the account, times relative to `now`."""
    return {
        "id": account.host_account_id,
        "name": account.name,
        "agents": [agent_record(account, agent) for agent in account.agents],
        "inboxes": [
            {"id": inbox.id, "name": inbox.name, "channel_type": f"Channel::{inbox.channel}"}
            for inbox in account.inboxes
        ],
        "teams": [team_record(account, team) for team in account.teams],
        "definitions": list(account.definitions),
        "conversations": [conversation_record(account, talk, now=now) for talk in account.talks],
        "contacts": [
            {**contact_record(talk.person, now=now, seen=last_seen(talk, now)), **contact_inboxes(account, talk)}
            for talk in {talk.person.id: talk for talk in account.talks}.values()
            if talk.person.known
        ],
    }


def agent_record(account: DemonstrationAccount, agent: Agent) -> Record:
    """Return an agent as the host's REST API answers it."""
    return {
        "id": agent.id,
        "account_id": account.host_account_id,
        "availability_status": agent.availability,
        "auto_offline": True,
        "confirmed": True,
        "email": agent.email,
        "provider": "email",
        "available_name": agent.name.split()[0],
        "name": agent.name,
        "role": agent.role,
        "thumbnail": "",
        "custom_role_id": None,
    }


def team_record(account: DemonstrationAccount, team: Team) -> Record:
    """Return a team as the host's REST API answers it."""
    return {
        "id": team.id,
        "name": team.name,
        "description": "",
        "allow_auto_assign": True,
        "account_id": account.host_account_id,
        "is_member": True,
    }


def contact_record(person: Person, *, now: int, seen: int | None) -> Record:
    """Return a contact as the host's REST API answers it; times that are empty are absent."""
    record = {
        "additional_attributes": _additional_attributes(person),
        "availability_status": "online" if person.online else "offline",
        "email": person.email,
        "id": person.id,
        "name": person.name,
        "phone_number": person.phone_number,
        "blocked": person.blocked,
        "identifier": person.identifier,
        "thumbnail": "",
        "custom_attributes": person.custom_attributes,
        "created_at": now - person.days_known * 86_400,
    }
    if seen is not None:
        record["last_activity_at"] = seen
    return record


def contact_push(person: Person) -> Record:
    """Return a contact as live events and the senders of messages carry it."""
    return {
        "additional_attributes": _additional_attributes(person),
        "custom_attributes": person.custom_attributes,
        "email": person.email,
        "id": person.id,
        "identifier": person.identifier,
        "name": person.name,
        "phone_number": person.phone_number,
        "thumbnail": "",
        "blocked": person.blocked,
        "type": "contact",
    }


def conversation_record(account: DemonstrationAccount, talk: Talk, *, now: int) -> Record:
    """Return the conversation as it lies in the host's store once an agent has opened it."""
    record = {
        **rest_conversation(account, talk, now=now),
        "allMessagesLoaded": True,
        "dataFetched": True,
    }
    if talk.shape == "live":
        return pushed_conversation(record, account, talk, now=now)
    if talk.shape in ("old", "oldest"):
        return as_old_host(record, oldest=talk.shape == "oldest")
    return record


def rest_conversation(account: DemonstrationAccount, talk: Talk, *, now: int) -> Record:
    """Return the conversation as the host's REST API has it, with all its messages."""
    last = now - _seconds(talk.lines[-1].minutes)
    first = now - _seconds(talk.lines[0].minutes)
    replies = [line for line in talk.lines if isinstance(line.author, int) and not line.private]
    spoken = [index for index, line in enumerate(talk.lines) if line.author != "activity"]
    waiting = talk.lines[-1].author == "contact"
    messages = [message_record(account, talk, index, now=now, pushed=False) for index in range(len(talk.lines) - 1)]
    messages.append(message_record(account, talk, len(talk.lines) - 1, now=now, pushed=True))
    return {
        "meta": {
            "sender": contact_record(talk.person, now=now, seen=last_seen(talk, now)),
            "channel": f"Channel::{inbox_of(account, talk).channel}",
            **_assignee(account, talk),
            **_team(account, talk),
            "hmac_verified": talk.hmac_verified,
        },
        "id": talk.id,
        "messages": messages,
        "account_id": account.host_account_id,
        "uuid": conversation_uuid(account, talk),
        "additional_attributes": talk.additional_attributes,
        "agent_last_seen_at": 0 if talk.unread else last,
        "assignee_last_seen_at": 0 if talk.unread else last,
        "can_reply": talk.can_reply,
        "contact_last_seen_at": last,
        "custom_attributes": talk.custom_attributes,
        "inbox_id": talk.inbox,
        "labels": list(talk.labels),
        "muted": talk.person.blocked,
        "snoozed_until": iso(now + 64_800) if talk.status == "snoozed" else None,
        "status": talk.status,
        "created_at": first,
        "updated_at": last + 0.418236,
        "timestamp": last,
        "first_reply_created_at": now - _seconds(replies[0].minutes) if replies else 0,
        "unread_count": talk.unread,
        "last_non_activity_message": message_record(account, talk, spoken[-1], now=now, pushed=True)
        if spoken
        else None,
        "last_activity_at": last,
        "priority": talk.priority,
        "waiting_since": last if waiting else 0,
        "sla_policy_id": None,
    }


def conversation_uuid(account: DemonstrationAccount, talk: Talk) -> str:
    """Return the number of the conversation that nobody can guess."""
    return str(uuid.uuid5(_NAMESPACE, f"{account.host_account_id}/{talk.id}"))


def pushed_conversation(record: Record, account: DemonstrationAccount, talk: Talk, *, now: int) -> Record:
    """Return `record` as a `conversation.updated` event leaves it: other types, other places, a secret."""
    assignee = next((agent for agent in account.agents if agent.id == talk.assignee), None)
    first_reply = record["first_reply_created_at"]
    return {
        **record,
        "meta": {
            "sender": contact_push(talk.person),
            "assignee": user_push(assignee) if assignee else None,
            "assignee_type": "User" if assignee else None,
            "team": None,
            "hmac_verified": talk.hmac_verified,
        },
        "channel": f"Channel::{inbox_of(account, talk).channel}",
        "first_reply_created_at": iso(first_reply) if first_reply else None,
        "contact_inbox": {
            "id": talk.id + 7_000,
            "contact_id": talk.person.id,
            "inbox_id": talk.inbox,
            "source_id": _source_id(account, talk),
            "created_at": iso(now - talk.person.days_known * 86_400),
            "updated_at": iso(now - talk.person.days_known * 86_400),
            "hmac_verified": bool(talk.hmac_verified),
            "pubsub_token": f"demonstration-secret-{talk.id}",
        },
    }


def as_old_host(record: Record, *, oldest: bool) -> Record:
    """Return `record` without what old hosts did not send; the oldest did not even name the account."""
    sender = {key: value for key, value in record["meta"]["sender"].items() if key not in ("blocked", "created_at")}
    meta = {"sender": sender, "channel": record["meta"]["channel"]}
    old = {"meta": meta, **{key: record[key] for key in _OLD_CONVERSATION if not (oldest and key == "account_id")}}
    old["messages"] = [{key: message[key] for key in _OLD_MESSAGE if key in message} for message in record["messages"]]
    return old


def user_push(agent: Agent) -> Record:
    """Return an agent as live events and the senders of messages carry it: no address, no role."""
    return {
        "id": agent.id,
        "name": agent.name,
        "available_name": agent.name.split()[0],
        "avatar_url": "",
        "type": "user",
        "availability_status": agent.availability,
        "thumbnail": "",
    }


def message_id(talk: Talk, index: int) -> int:
    """Return the host's number of the conversation's message at `index`."""
    return talk.lines[index].id or talk.id * 100 + index


def message_record(account: DemonstrationAccount, talk: Talk, index: int, *, now: int, pushed: bool) -> Record:
    """Return the message as the host's REST API answers it, or, `pushed`, as live events carry it."""
    line = talk.lines[index]
    created = now - _seconds(line.minutes)
    sender = _sender(account, talk, line)
    message: Record = {
        "id": message_id(talk, index),
        "content": line.content,
        "inbox_id": talk.inbox,
        "conversation_id": talk.id,
        "message_type": 1 if line.author == "bot" or isinstance(line.author, int) else _MESSAGE_TYPES[line.author],
        "content_type": line.content_type,
        "status": line.status,
        "content_attributes": line.content_attributes,
        "created_at": created,
        "private": line.private,
        "source_id": None,
    }
    if sender:
        message["sender"] = sender
    if line.attachments:
        message["attachments"] = [
            {"id": message["id"] * 10 + place, "message_id": message["id"], "account_id": account.host_account_id}
            | item
            for place, item in enumerate(line.attachments)
        ]
    if pushed:
        message |= _pushed_fields(account, talk, line, created=created, sender=sender)
    return message


def _pushed_fields(
    account: DemonstrationAccount, talk: Talk, line: Line, *, created: int, sender: Record | None
) -> Record:
    kinds = {"contact": "Contact", "user": "User", "agent_bot": "AgentBot"}
    return {
        "account_id": account.host_account_id,
        "updated_at": iso(created + 1),
        "sender_type": kinds[sender["type"]] if sender else None,
        "sender_id": sender["id"] if sender else None,
        "external_source_ids": {},
        "additional_attributes": {},
        "processed_message_content": line.content,
        "sentiment": {},
        "conversation": {
            "assignee_id": talk.assignee if isinstance(talk.assignee, int) else None,
            "unread_count": talk.unread,
            "last_activity_at": created,
            "contact_inbox": {"source_id": _source_id(account, talk)},
        },
    }


def _sender(account: DemonstrationAccount, talk: Talk, line: Line) -> Record | None:
    if line.author == "contact":
        return contact_push(talk.person)
    if line.author == "bot":
        return _BOT
    return next((user_push(agent) for agent in account.agents if agent.id == line.author), None)


def _assignee(account: DemonstrationAccount, talk: Talk) -> Record:
    if talk.assignee == "bot":
        return {"assignee": _BOT, "assignee_type": "AgentBot"}
    agent = next((agent for agent in account.agents if agent.id == talk.assignee), None)
    return {"assignee": agent_record(account, agent), "assignee_type": "User"} if agent else {}


def _team(account: DemonstrationAccount, talk: Talk) -> Record:
    team = next((team for team in account.teams if team.id == talk.team), None)
    return {"team": team_record(account, team)} if team else {}


def inbox_of(account: DemonstrationAccount, talk: Talk) -> Inbox:
    return next(inbox for inbox in account.inboxes if inbox.id == talk.inbox)


def contact_inboxes(account: DemonstrationAccount, talk: Talk) -> Record:
    inbox = inbox_of(account, talk)
    details = {
        "id": inbox.id,
        "avatar_url": "",
        "channel_id": inbox.id,
        "name": inbox.name,
        "channel_type": f"Channel::{inbox.channel}",
    }
    return {"contact_inboxes": [{"source_id": _source_id(account, talk), "inbox": details}]}


def _source_id(account: DemonstrationAccount, talk: Talk) -> str:
    phone = talk.person.phone_number
    if phone and inbox_of(account, talk).channel in ("Whatsapp", "TwilioSms", "Sms", "Voice"):
        return phone.removeprefix("+")
    return str(uuid.uuid5(_NAMESPACE, f"{account.host_account_id}/contact/{talk.person.id}"))


def _additional_attributes(person: Person) -> Record:
    place = {"city": person.city, "country": person.country, "country_code": person.country_code}
    named = {key: value for key, value in place.items() if value}
    if person.company:
        named["company_name"] = person.company
    if person.about:
        named["description"] = person.about
    return {**named, "social_profiles": dict.fromkeys(_SOCIAL, "")} if named else {}


def last_seen(talk: Talk, now: int) -> int | None:
    ages = [line.minutes for line in talk.lines if line.author == "contact"]
    return now - _seconds(ages[-1]) if ages else None


def _seconds(minutes: float) -> int:
    return round(minutes * 60)


def iso(moment: float) -> str:
    """Return a moment as the host writes it where it writes no number."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
