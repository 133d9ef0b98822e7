"""A host in memory: what `HostClient` would answer, with every call counted and failures on demand."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from tenants.host.errors import HostError, HostNotFound
from tenants.host.records import (
    HostAgent,
    HostContact,
    HostConversation,
    HostDashboardApp,
    HostInbox,
    HostMessage,
    HostNote,
    HostTeam,
)
from tenants.models import Account, DashboardApp
from tenants.trust.sessions import issue_session

# Where the client is used.
CLIENTS = (
    *("tenants.trust.records", "tenants.trust.sign_in.tasks", "tenants.trust.sign_in.views"),
    *("tenants.viewing.purging", "panels.prefetch.planning", "panels.host_reader", "tenants.host.choices"),
)

AGENT, ADMINISTRATOR, STRANGER = 5, 6, 99


class HostInMemory:
    """One account of a host: agents 5 and 6, inbox 1, conversation 7 with contact 70."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.failure: HostError | None = None
        self._agents = {
            AGENT: make_agent(AGENT),
            ADMINISTRATOR: make_agent(ADMINISTRATOR, role="administrator"),
        }
        self.members = {1: frozenset({AGENT})}
        self.contacts = {70: make_contact(70)}
        self._conversations = {7: make_conversation(7, self.contacts[70])}
        self.apps: list[HostDashboardApp] = []
        self.notes: list[HostMessage] = []
        self.spoken: dict[int, list[HostMessage]] = {}
        self.contact_words: list[HostNote] = []
        self.labels: tuple[str, ...] = ()

    def change_agent(self, id_: int, **values: Any) -> None:
        self._agents[id_] = make_agent(id_, **values)

    def remove_agent(self, id_: int) -> None:
        del self._agents[id_]

    def change_contact(self, id_: int, **values: Any) -> None:
        self.contacts[id_] = make_contact(id_, **values)

    def change_conversation(self, id_: int, contact: HostContact | None = None, **values: Any) -> None:
        self._conversations[id_] = make_conversation(id_, contact or self.contacts[70], **values)

    def write_note(self, content: str, **values: Any) -> None:
        defaults = {
            "private": True, "sender_type": "user", "sender_id": AGENT, "created_at": time.time(), "conversation_id": 7,
        }  # fmt: skip
        note = HostMessage(id=len(self.notes) + 1, content=content, **{**defaults, **values})
        self.notes.append(note)

    def has_tab(self, app: DashboardApp, url: str | None = None) -> None:
        url = url or f"https://testserver/a/{app.key}/"
        self.apps.append(HostDashboardApp(id=len(self.apps) + 1, title=app.title, urls=(url,)))

    # What the client has.

    def agents(self) -> list[HostAgent]:
        self._called("agents")
        return list(self._agents.values())

    def inbox_members(self, inbox_id: int) -> frozenset[int]:
        self._called("inbox_members")
        members: frozenset[int] = self._known(self.members, inbox_id)
        return members

    def conversation(self, display_id: int) -> HostConversation:
        self._called("conversation")
        conversation: HostConversation = self._known(self._conversations, display_id)
        return conversation

    def open_conversations(self, page: int = 1) -> list[HostConversation]:
        self._called("open_conversations")
        found = [one for one in self._conversations.values() if one.status == "open"]
        return found[(page - 1) * 25 : page * 25]

    def dashboard_apps(self) -> list[HostDashboardApp]:
        self._called("dashboard_apps")
        return self.apps

    def messages(self, conversation_id: int) -> list[HostMessage]:
        self._called("messages")
        notes = [note for note in self.notes if note.conversation_id == conversation_id]
        return [*self.spoken.get(conversation_id, ()), *notes]

    def contact_conversations(self, contact_id: int) -> list[HostConversation]:
        self._called("contact_conversations")
        self._known(self.contacts, contact_id)
        found = [one for one in self._conversations.values() if one.contact and one.contact.id == contact_id]
        return sorted(found, key=lambda one: -one.id)[:20]

    def contact_notes(self, contact_id: int) -> list[HostNote]:
        self._called("contact_notes")
        return self.contact_words

    def contact_labels(self, contact_id: int) -> tuple[str, ...]:
        self._called("contact_labels")
        return self.labels

    def inboxes(self) -> list[HostInbox]:
        self._called("inboxes")
        return [HostInbox(id=id_, name=f"Inbox {id_}") for id_ in self.members]

    def teams(self) -> list[HostTeam]:
        self._called("teams")
        return []

    def delete_message(self, conversation_id: int, message_id: int) -> None:
        self._called("delete_message")
        self.notes = [note for note in self.notes if note.id != message_id]

    def contact(self, id_: int) -> HostContact:
        self._called("contact")
        contact: HostContact = self._known(self.contacts, id_)
        return contact

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.failure:
            raise self.failure

    def _known(self, rows: dict[int, Any], id_: int) -> Any:
        if id_ not in rows:
            raise HostNotFound("Not there.")
        return rows[id_]


@contextmanager
def host_answers(hosts: dict[int, HostInMemory]) -> Iterator[None]:
    """Let the given hosts, by account id, answer all that confirmation asks."""

    def client(account: Account, **_options: Any) -> HostInMemory:
        return hosts[account.pk]

    with ExitStack() as stack:
        for place in CLIENTS:
            stack.enter_context(patch(f"{place}.HostClient", client))
        yield


@pytest.fixture
def hosts() -> Iterator[dict[int, HostInMemory]]:
    """Hosts by account id, to be filled; they answer all that confirmation asks."""
    answering: dict[int, HostInMemory] = {}
    with host_answers(answering):
        yield answering


def sign_in(account: Account, agent: int = AGENT) -> dict[str, str]:
    """Return the headers of an agent who has signed in."""
    _session, token = issue_session(
        account, agent_id=agent, agent_name="", agent_email="", method="mail", browser="a test"
    )
    return {"Authorization": f"Bearer {token}"}


def make_agent(id_: int, **values: Any) -> HostAgent:
    defaults = {
        "name": f"Agent {id_}", "email": f"agent{id_}@example.com", "role": "agent", "confirmed": True,
        "custom_role_id": None,
    }  # fmt: skip
    return HostAgent(id=id_, **{**defaults, **values})


def make_contact(id_: int, **values: Any) -> HostContact:
    defaults = {"name": "Ada Byron", "email": "ada@example.com", "phone_number": None, "identifier": None}
    return HostContact(id=id_, **{**defaults, **values})


def make_conversation(id_: int, contact: HostContact | None, **values: Any) -> HostConversation:
    defaults = {
        "uuid": f"uuid-of-{id_}", "inbox_id": 1, "channel": "Channel::Email", "hmac_verified": None,
        "assignee_id": None, "status": "open", "account_id": None,
    }  # fmt: skip
    return HostConversation(id=id_, contact=contact, **{**defaults, **values})
