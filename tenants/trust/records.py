"""What the host says about agents, inboxes, conversations and contacts, kept for minutes.

The host's API is the truth; these are its answers, in the cache, each with the time it was read. One
that is older than `FRESH_SECONDS` is read again before it is used; while the host is down it goes on
being used until `KEPT_SECONDS`, and nothing outlives that. Shortly before it gets old, it is read again
behind the request that noticed.
"""

import time
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.core.cache import cache
from msgspec import MsgspecError, Struct, msgpack, structs

from tenants.host.client import HostClient
from tenants.host.errors import HostError, HostNotFound
from tenants.host.records import HostContact
from tenants.models import Account
from tenants.trust.attributes import identifying
from tenants.trust.identity import identifier_digests

# The role that sees all of an account; the others' is `agent`.
ADMINISTRATOR = "administrator"
FRESH_SECONDS = 300
KEPT_SECONDS = 900
# From this age on a record is read again behind the request, so that no request waits for it.
AHEAD_SECONDS = 240
# An agent, conversation or contact that the host does not know is asked for again after this.
UNKNOWN_SECONDS = 30
# Longer than a call to the host may take.
_LOCK_SECONDS = 10
_WAIT_SECONDS = 4.0
_DROPPED_SECONDS = 60
# An address edited in the host is remembered for so long, to tell apart edits from first sights.
_IDENTIFIERS_SECONDS = 30 * 24 * 3600


class AgentRecord(Struct, frozen=True, array_like=True):
    """An agent of the account's list. `role` is None for an id that is not in it."""

    read_at: float
    id: int
    role: str | None = None
    has_custom_role: bool = False
    confirmed: bool = False


class InboxRecord(Struct, frozen=True, array_like=True):
    """The agents who are members of an inbox; administrators see it without being one."""

    read_at: float
    id: int
    members: frozenset[int] = frozenset()


class ContactRecord(Struct, frozen=True, array_like=True):
    """A contact. `edited_at` is when e-mail, phone or identifier were last seen to change; 0: never."""

    read_at: float
    id: int
    known: bool = False
    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    edited_at: float = 0.0
    # The custom attributes that identify the contact elsewhere; see `tenants.trust.attributes`.
    attributes: tuple[tuple[str, str], ...] = ()


class ConversationRecord(Struct, frozen=True, array_like=True):
    """A conversation, by its display id, with its contact. `known` is false for one the host does not have."""

    read_at: float
    id: int
    known: bool = False
    uuid: str | None = None
    inbox_id: int | None = None
    channel: str | None = None
    hmac_verified: bool | None = None
    assignee_id: int | None = None
    contact: ContactRecord | None = None
    team_id: int | None = None


Record = TypeVar("Record", AgentRecord, InboxRecord, ContactRecord, ConversationRecord)


def agent_key(account_id: int, agent_id: int) -> str:
    return f"{account_id}:agent:{agent_id}"


def inbox_key(account_id: int, inbox_id: int) -> str:
    return f"{account_id}:inbox:{inbox_id}"


def conversation_key(account_id: int, conversation_id: int) -> str:
    return f"{account_id}:conversation:{conversation_id}"


def contact_key(account_id: int, contact_id: int) -> str:
    return f"{account_id}:contact:{contact_id}"


def contact_dropped_key(account_id: int, contact_id: int) -> str:
    """Return the key of the moment until which nothing read about the contact counts any longer."""
    return f"{account_id}:contact-dropped:{contact_id}"


class Evidence:
    """The records about one request: from the cache where it has them, else from the host.

    `look_up` returns what the cache has under a key. `renew` is called with (account id, kind, id) for a
    record that should be read again soon. `permit` is called before the host is asked, and may raise: there
    are only so many questions that anybody's forged contexts may cause. Afterwards `used` has what the
    cache said, by key; `is_warm` tells that this was all there was to know; `oldest` is when the oldest of
    the records was read.
    """

    def __init__(
        self,
        account: Account,
        look_up: Callable[[str], Any] | None = None,
        renew: Callable[[int, str, int], None] | None = None,
        permit: Callable[[], None] | None = None,
    ) -> None:
        self._account = account
        self._look_up = look_up or cache.get
        self._renew = renew
        self._permit = permit
        self.used: dict[str, Any] = {}
        self.is_warm = True
        self.oldest = time.time()

    def agent(self, agent_id: int) -> AgentRecord:
        key = agent_key(self._account.pk, agent_id)
        return self._get(AgentRecord, key, "agent", agent_id, lambda: read_agent(self._account, agent_id))

    def inbox(self, inbox_id: int) -> InboxRecord:
        key = inbox_key(self._account.pk, inbox_id)
        return self._get(InboxRecord, key, "inbox", inbox_id, lambda: read_inbox(self._account, inbox_id))

    def conversation(self, conversation_id: int) -> ConversationRecord:
        key = conversation_key(self._account.pk, conversation_id)
        record = self._get(
            ConversationRecord,
            key,
            "conversation",
            conversation_id,
            lambda: read_conversation(self._account, conversation_id),
        )
        if record.contact and self._was_dropped(record.contact.id, record.read_at):
            return self._read_once(key, ConversationRecord, lambda: read_conversation(self._account, conversation_id))
        return record

    def contact(self, contact_id: int) -> ContactRecord:
        key = contact_key(self._account.pk, contact_id)

        def read() -> ContactRecord:
            return read_contact(self._account, contact_id)

        record = self._get(ContactRecord, key, "contact", contact_id, read)
        if self._was_dropped(contact_id, record.read_at):
            return self._read_once(key, ContactRecord, read)
        return record

    def conversation_again(self, record: ConversationRecord) -> ConversationRecord:
        """Return the conversation as the host has it now, at most every ten seconds: something posted differs."""
        key = conversation_key(self._account.pk, record.id)
        self.is_warm = False
        if time.time() - record.read_at < UNKNOWN_SECONDS / 3 or not cache.add(f"{key}:again", 1, _LOCK_SECONDS):
            return record
        if self._permit is not None:
            self._permit()
        try:
            return read_conversation(self._account, record.id)
        except HostError as error:
            if error.temporary:
                return record
            raise

    def _was_dropped(self, contact_id: int, read_at: float) -> bool:
        dropped = self._value(contact_dropped_key(self._account.pk, contact_id))
        return dropped is not None and read_at <= float(dropped)

    def _get(self, kind: type[Record], key: str, name: str, id_: int, read: Callable[[], Record]) -> Record:
        record = decode(kind, self._value(key))
        if record is None:
            return self._read_once(key, kind, read)
        age = time.time() - record.read_at
        if age > FRESH_SECONDS:
            try:
                return self._read_once(key, kind, read, older_than=record.read_at)
            except HostError as error:
                if not error.temporary or age > KEPT_SECONDS:
                    raise
                return record
        self.oldest = min(self.oldest, record.read_at)
        if age > AHEAD_SECONDS and self._renew is not None and cache.add(f"{key}:ahead", 1, _DROPPED_SECONDS):
            self._renew(self._account.pk, name, id_)
        return record

    def _value(self, key: str) -> Any:
        value = self.used[key] = self._look_up(key)
        return value

    def _read_once(
        self, key: str, kind: type[Record], read: Callable[[], Record], *, older_than: float = 0.0
    ) -> Record:
        """Ask the host, once for all who want the same at the same time."""
        self.is_warm = False
        if self._permit is not None:
            self._permit()
        lock = f"{key}:lock"
        give_up = time.monotonic() + _WAIT_SECONDS
        while not cache.add(lock, 1, _LOCK_SECONDS):
            time.sleep(0.05)
            record = decode(kind, cache.get(key))
            if record is not None and record.read_at > older_than:
                return record
            if time.monotonic() > give_up:
                return read()
        try:
            return read()
        finally:
            cache.delete(lock)


def decode(kind: type[Record], value: bytes | None) -> Record | None:
    """Return the record as stored, or None for none and for one that another version of the code wrote."""
    try:
        return None if value is None else msgpack.decode(value, type=kind)
    except MsgspecError:
        return None


def read_agent(account: Account, agent_id: int) -> AgentRecord:
    """Return the agent as the host has them now; the list brings all others with it."""
    now = time.time()
    records = {
        agent.id: AgentRecord(now, agent.id, agent.role, agent.custom_role_id is not None, agent.confirmed)
        for agent in HostClient(account).agents()
    }
    # An id that is not in the list costs the host one call now and then, not one for every forged context.
    asked = records.setdefault(agent_id, AgentRecord(now - FRESH_SECONDS + UNKNOWN_SECONDS, agent_id))
    cache.set_many({agent_key(account.pk, id_): msgpack.encode(one) for id_, one in records.items()}, KEPT_SECONDS)
    return asked


def read_inbox(account: Account, inbox_id: int) -> InboxRecord:
    """Return the inbox' members as the host has them now."""
    now = time.time()
    try:
        record = InboxRecord(now, inbox_id, HostClient(account).inbox_members(inbox_id))
    except HostNotFound:
        record = InboxRecord(now - FRESH_SECONDS + UNKNOWN_SECONDS, inbox_id)
    cache.set(inbox_key(account.pk, inbox_id), msgpack.encode(record), KEPT_SECONDS)
    return record


def read_conversation(account: Account, conversation_id: int) -> ConversationRecord:
    """Return the conversation and its contact as the host has them now."""
    now = time.time()
    key = conversation_key(account.pk, conversation_id)
    try:
        answer = HostClient(account).conversation(conversation_id)
    except HostNotFound:
        record = ConversationRecord(now - FRESH_SECONDS + UNKNOWN_SECONDS, conversation_id)
    else:
        record = ConversationRecord(
            read_at=now,
            id=conversation_id,
            known=answer.id == conversation_id,
            uuid=answer.uuid,
            inbox_id=answer.inbox_id,
            channel=answer.channel,
            hmac_verified=answer.hmac_verified,
            assignee_id=answer.assignee_id,
            contact=_contact(account, answer.contact, now) if answer.contact else None,
            team_id=answer.team_id,
        )
    # What was dropped while it was being read is not kept.
    dropped = cache.get(f"{key}:dropped")
    if dropped is None or float(dropped) < now:
        cache.set(key, msgpack.encode(record), KEPT_SECONDS)
    return record


def read_contact(account: Account, contact_id: int) -> ContactRecord:
    """Return the contact as the host has it now."""
    now = time.time()
    try:
        record = _contact(account, HostClient(account).contact(contact_id), now)
    except HostNotFound:
        record = ContactRecord(now - FRESH_SECONDS + UNKNOWN_SECONDS, contact_id)
    cache.set(contact_key(account.pk, contact_id), msgpack.encode(record), KEPT_SECONDS)
    return record


def read_again(account: Account, name: str, id_: int) -> None:
    """Read one record again that is about to get old; `name` is what `Evidence` called it."""
    read: dict[str, Callable[[Account, int], object]] = {
        "agent": read_agent,
        "inbox": read_inbox,
        "conversation": read_conversation,
        "contact": read_contact,
    }
    try:
        read[name](account, id_)
    except HostError:
        return


def drop_conversation(account_id: int, conversation_id: int) -> None:
    """Forget the conversation: the host said that something about it changed."""
    key = conversation_key(account_id, conversation_id)
    cache.set(f"{key}:dropped", time.time(), _DROPPED_SECONDS)
    cache.delete(key)


def drop_contact(account_id: int, contact_id: int) -> None:
    """Forget the contact, and every conversation read with it."""
    cache.set(contact_dropped_key(account_id, contact_id), time.time(), KEPT_SECONDS)
    cache.delete(contact_key(account_id, contact_id))


def drop_agents(account_id: int, agent_ids: Collection[int]) -> None:
    """Forget what is known of the agents."""
    cache.delete_many([agent_key(account_id, agent_id) for agent_id in agent_ids])


def _contact(account: Account, contact: HostContact, now: float) -> ContactRecord:
    record = ContactRecord(
        read_at=now,
        id=contact.id,
        known=True,
        name=contact.name or None,
        email=contact.email or None,
        phone_number=contact.phone_number or None,
        identifier=contact.identifier or None,
        attributes=identifying(account.pk, contact.custom_attributes),
    )
    return structs.replace(record, edited_at=_note_identifiers(account.pk, record))


def _note_identifiers(account_id: int, contact: ContactRecord) -> float:
    """Return when the contact's identifiers were last seen to change.

    Whoever may edit a contact can type another customer's e-mail into it, and then see their data.
    """
    key = f"{account_id}:identifiers:{contact.id}"
    values = (contact.email, contact.phone_number, contact.identifier, *(value for _name, value in contact.attributes))
    digests = ",".join(identifier_digests(account_id, *values))
    before: list[Any] | None = cache.get(key)
    was_edited = before is not None and before[0] != digests
    edited_at = contact.read_at if was_edited else float(before[1]) if before else 0.0
    cache.set(key, [digests, edited_at], _IDENTIFIERS_SECONDS)
    return edited_at
