"""An account as it is now in the stand-in host: what it began with, and all that has happened since."""

import time
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from voxysapps.simulator.demonstration import HOST_ACCOUNTS
from voxysapps.simulator.demonstration.shapes import Agent, Author, DemonstrationAccount, Inbox, Line, Person, Talk
from voxysapps.simulator.host.faults import Fault
from voxysapps.simulator.models import Change, Kind, SentMessage, StartedConversation

# Above every number that an account begins with.
FIRST_SENT_MESSAGE = 10_000_000
FIRST_STARTED_CONVERSATION = 100_000

DELETED_MESSAGE = "This message was deleted"  # the host leaves this in its place


@dataclass(frozen=True)
class HostAccount:
    """An account in the stand-in host. `seed` has people, conversations and messages as they are at `now`."""

    seed: DemonstrationAccount
    fault: Fault
    now: int

    @property
    def id(self) -> int:
        return self.seed.host_account_id

    @property
    def is_old(self) -> bool:
        return self.fault is Fault.OLD

    @property
    def people(self) -> list[Person]:
        return list({talk.person.id: talk.person for talk in self.seed.talks}.values())

    def talk(self, id_: int) -> Talk | None:
        return next((talk for talk in self.seed.talks if talk.id == id_), None)

    def talks_of(self, person: Person) -> list[Talk]:
        """Return the person's conversations, the newest first."""
        return [talk for talk in reversed(self.seed.talks) if talk.person.id == person.id]

    def person(self, id_: int) -> Person | None:
        return next((person for person in self.people if person.id == id_), None)

    def inbox(self, id_: int) -> Inbox | None:
        return next((inbox for inbox in self.seed.inboxes if inbox.id == id_), None)

    def agent(self, id_: object) -> Agent | None:
        return next((agent for agent in self.seed.agents if agent.id == id_), None)

    def members_of(self, inbox: Inbox) -> list[Agent]:
        return [agent for agent in self.seed.agents if inbox.members is None or agent.id in inbox.members]

    def may_see(self, agent: Agent, inbox_id: int) -> bool:
        """Return whether the agent works in the inbox: as its member, or as an administrator."""
        inbox = self.inbox(inbox_id)
        return inbox is not None and (agent.role == "administrator" or agent in self.members_of(inbox))


def seed_of(host_account_id: int) -> DemonstrationAccount | None:
    """Return what the account began with; None for one that the host does not have."""
    return next((seed for seed in HOST_ACCOUNTS if seed.host_account_id == host_account_id), None)


def load(host_account_id: int) -> HostAccount | None:
    """Return the account as it is now; None for one that the host does not have."""
    seed = seed_of(host_account_id)
    if seed is None:
        return None
    now = int(time.time())
    changes: dict[tuple[str, int], dict[str, Any]] = {
        (change.kind, change.host_id): change.values
        for change in Change.objects.filter(host_account_id=host_account_id)
    }
    sent: dict[int, list[SentMessage]] = defaultdict(list)
    for message in SentMessage.objects.filter(host_account_id=host_account_id):
        sent[message.conversation_id].append(message)
    talks = [*seed.talks, *_started(seed)]
    talks = [_talk_now(talk, changes, sent[talk.id], now) for talk in talks]
    kept = tuple(talk for talk in talks if not changes.get((Kind.CONTACT, talk.person.id), {}).get("deleted"))
    fault = Fault(changes.get((Kind.HOST, host_account_id), {}).get("fault", Fault.NONE))
    return HostAccount(seed=replace(seed, talks=kept), fault=fault, now=now)


def seeded_message_key(talk: Talk, index: int) -> int:
    """Return under which number a change of one of the account's first messages is kept."""
    return talk.id * 1000 + index


def _started(seed: DemonstrationAccount) -> list[Talk]:
    talks = {talk.person.id: talk for talk in seed.talks}
    return [
        Talk(
            id=FIRST_STARTED_CONVERSATION + row.pk,
            person=talks[row.contact_id].person,
            inbox=row.inbox_id,
            lines=(),
            # The same visitor of the same widget is as well known as before.
            hmac_verified=talks[row.contact_id].hmac_verified,
        )
        for row in StartedConversation.objects.filter(host_account_id=seed.host_account_id)
    ]


def _talk_now(talk: Talk, changes: dict[tuple[str, int], dict[str, Any]], sent: list[SentMessage], now: int) -> Talk:
    person = replace(talk.person, **_fields(changes.get((Kind.CONTACT, talk.person.id), {})))
    later = tuple(_line_of(message, now) for message in sent)
    # What an account began with is always as old as it says; what was sent later must stay later.
    older = later[0].minutes if later else 0.0
    earlier = tuple(
        replace(
            _deleted(line) if (Kind.MESSAGE, seeded_message_key(talk, index)) in changes else line,
            minutes=line.minutes + older,
        )
        for index, line in enumerate(talk.lines)
    )
    unread = talk.unread
    for message in sent:
        unread = unread + 1 if message.author == "contact" else 0 if message.author.isdecimal() else unread
    return replace(
        talk,
        person=person,
        lines=(*earlier, *later),
        unread=unread,
        **changes.get((Kind.CONVERSATION, talk.id), {}),
    )


def _line_of(message: SentMessage, now: int) -> Line:
    author: Author = int(message.author) if message.author.isdecimal() else message.author  # type: ignore[assignment]
    return Line(
        minutes=(now - int(message.sent_at.timestamp())) / 60,
        author=author,
        content=message.content,
        private=message.private,
        content_attributes=message.content_attributes,
        id=FIRST_SENT_MESSAGE + message.pk,
    )


def _deleted(line: Line) -> Line:
    return replace(line, content=DELETED_MESSAGE, content_attributes={"deleted": True}, attachments=())


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "deleted"}
