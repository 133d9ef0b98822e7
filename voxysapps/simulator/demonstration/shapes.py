"""What an account of the host is made of, in few words; `records` turns it into the host's shapes."""

from dataclasses import dataclass, field
from typing import Any, Literal

# The shape of the conversation in the host's store: as its REST API answered, after a live update of
# it, as an old host had it, and as the oldest had it.
Shape = Literal["rest", "live", "old", "oldest"]
Author = int | Literal["contact", "bot", "activity", "template"]


@dataclass(frozen=True)
class Agent:
    id: int
    name: str
    email: str
    role: Literal["administrator", "agent"] = "agent"
    availability: Literal["online", "busy", "offline"] = "online"


@dataclass(frozen=True)
class Team:
    id: int
    name: str


@dataclass(frozen=True)
class Inbox:
    """An inbox. `members` are its agents' ids; None: every agent of the account."""

    id: int
    name: str
    channel: str
    members: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Note:
    """What an agent wrote down about a contact, so many minutes ago. `author` is the agent's id."""

    minutes: float
    author: int
    content: str


@dataclass(frozen=True)
class Person:
    """A contact. `known` is false for one the host's store has lost: it then posts `contact: {}`."""

    id: int
    name: str
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    city: str = ""
    country: str = ""
    country_code: str = ""
    company: str = ""
    about: str = ""
    online: bool = False
    blocked: bool = False
    known: bool = True
    custom_attributes: dict[str, Any] = field(default_factory=dict)
    days_known: int = 40
    notes: tuple[Note, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One message. `author` is an agent's id, or who else wrote it; `minutes` is its age.

    `id` is the host's number of a message that was sent later; the others are counted.
    """

    minutes: float
    author: Author
    content: str | None
    private: bool = False
    content_type: str = "text"
    content_attributes: dict[str, Any] = field(default_factory=dict)
    attachments: tuple[dict[str, Any], ...] = ()
    status: str = "sent"
    id: int | None = None


@dataclass(frozen=True)
class Talk:
    """One conversation. `assignee` is an agent's id, `bot`, or nobody."""

    id: int
    person: Person
    inbox: int
    lines: tuple[Line, ...]
    status: Literal["open", "resolved", "pending", "snoozed"] = "open"
    assignee: int | Literal["bot"] | None = None
    team: int | None = None
    labels: tuple[str, ...] = ()
    priority: str | None = None
    unread: int = 0
    hmac_verified: bool | None = None
    can_reply: bool = True
    custom_attributes: dict[str, Any] = field(default_factory=dict)
    additional_attributes: dict[str, Any] = field(default_factory=dict)
    shape: Shape = "rest"


@dataclass(frozen=True)
class DemonstrationAccount:
    """An account of the host. What the platform has of it, if it is connected from the start, is in accounts.yaml."""

    host_account_id: int
    name: str
    agents: tuple[Agent, ...]
    teams: tuple[Team, ...]
    inboxes: tuple[Inbox, ...]
    talks: tuple[Talk, ...]
    definitions: tuple[dict[str, Any], ...]
