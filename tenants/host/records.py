"""What the host's API answers, as far as it is used (host-contract 2.5 to 2.7, 3.4 to 3.6).

Each `of` takes the host's own record, of an old or a new host, and tolerates what may be missing.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from msgspec import Struct, field

Raw = Mapping[str, Any]


class HostAgent(Struct, frozen=True, kw_only=True):
    """An agent of the account. `role` is `administrator` or `agent`; `confirmed`: has accepted the invitation."""

    id: int
    name: str = ""
    email: str = ""
    role: str | None = None
    confirmed: bool = False
    custom_role_id: int | None = None

    @classmethod
    def of(cls, raw: Raw) -> Self:
        return cls(
            id=integer(raw.get("id")) or 0,
            name=text(raw.get("name")) or "",
            email=text(raw.get("email")) or "",
            role=text(raw.get("role")),
            confirmed=raw.get("confirmed") is True,
            custom_role_id=integer(raw.get("custom_role_id")),
        )


class HostInbox(Struct, frozen=True, kw_only=True):
    id: int
    name: str = ""
    channel: str | None = None

    @classmethod
    def of(cls, raw: Raw) -> Self:
        return cls(
            id=integer(raw.get("id")) or 0, name=text(raw.get("name")) or "", channel=text(raw.get("channel_type"))
        )


class HostTeam(Struct, frozen=True, kw_only=True):
    """A team of the account."""

    id: int
    name: str = ""

    @classmethod
    def of(cls, raw: Raw) -> Self:
        return cls(id=integer(raw.get("id")) or 0, name=text(raw.get("name")) or "")


class HostContact(Struct, frozen=True, kw_only=True):
    """A contact. Anything but the id may be missing."""

    id: int
    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    custom_attributes: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Raw) -> Self:
        attributes = raw.get("custom_attributes")
        return cls(
            id=integer(raw.get("id")) or 0,
            name=text(raw.get("name")),
            email=text(raw.get("email")),
            phone_number=text(raw.get("phone_number")),
            identifier=text(raw.get("identifier")),
            custom_attributes=attributes if isinstance(attributes, dict) else {},
        )


class HostMessage(Struct, frozen=True, kw_only=True):
    """A message. `sender_type` is `user`, `contact` or `agent_bot`; ids of the three overlap.

    `kind` is one of `KINDS`, None for what the host calls otherwise. Of a deleted message its row is left.
    `tells_private` is false where the host does not say whether it is a private note: then it may be one.
    """

    id: int
    content: str = ""
    private: bool = False
    sender_type: str | None = None
    sender_id: int | None = None
    created_at: float | None = None
    conversation_id: int | None = None
    kind: str | None = None
    sender_name: str | None = None
    is_deleted: bool = False
    attachments: int = 0
    tells_private: bool = True

    # As the host numbers them (host-contract 2.6); in some places it names them.
    KINDS: ClassVar = ("incoming", "outgoing", "activity", "template")

    @classmethod
    def of(cls, raw: Raw) -> Self:
        sender = record(raw.get("sender"))
        kind = text(sender.get("type")) or (text(raw.get("sender_type")) or "").lower()
        attachments = raw.get("attachments")
        return cls(
            id=integer(raw.get("id")) or 0,
            content=text(raw.get("content")) or "",
            private=raw.get("private") is True,
            sender_type={"agentbot": "agent_bot"}.get(kind, kind) or None,
            sender_id=integer(sender.get("id")) or integer(raw.get("sender_id")),
            created_at=moment(raw.get("created_at")),
            conversation_id=integer(raw.get("conversation_id")),
            kind=_message_kind(raw.get("message_type")),
            sender_name=text(sender.get("available_name")) or text(sender.get("name")),
            is_deleted=record(raw.get("content_attributes")).get("deleted") is True,
            attachments=len(attachments) if isinstance(attachments, list) else 0,
            tells_private=isinstance(raw.get("private"), bool),
        )


class HostConversation(Struct, frozen=True, kw_only=True):
    """A conversation by its display id. `contact` is None where the host has deleted it; `uuid` on old hosts.

    `messages` are those few that the host sends along, the newest among them. Times are seconds since the epoch.
    """

    id: int
    uuid: str | None = None
    account_id: int | None = None
    inbox_id: int | None = None
    contact: HostContact | None = None
    channel: str | None = None
    hmac_verified: bool | None = None
    assignee_id: int | None = None
    team_id: int | None = None
    status: str | None = None
    assignee_name: str | None = None
    created_at: float | None = None
    last_activity_at: float | None = None
    labels: tuple[str, ...] = ()
    messages: tuple[HostMessage, ...] = ()

    @classmethod
    def of(cls, raw: Raw) -> Self:
        meta = record(raw.get("meta"))
        sender = record(meta.get("sender"))
        assignee = record(meta.get("assignee"))
        is_user = meta.get("assignee_type") in {None, "User"} and assignee.get("type") != "agent_bot"
        verified = meta.get("hmac_verified")
        return cls(
            id=integer(raw.get("id")) or 0,
            uuid=text(raw.get("uuid")),
            account_id=integer(raw.get("account_id")),
            inbox_id=integer(raw.get("inbox_id")),
            contact=HostContact.of(sender) if integer(sender.get("id")) else None,
            channel=text(meta.get("channel")) or text(raw.get("channel")),
            hmac_verified=verified if isinstance(verified, bool) else None,
            assignee_id=integer(assignee.get("id")) if is_user else None,
            team_id=integer(record(meta.get("team")).get("id")),
            status=text(raw.get("status")),
            assignee_name=text(assignee.get("available_name")) or text(assignee.get("name")),
            created_at=moment(raw.get("created_at")),
            last_activity_at=moment(raw.get("last_activity_at")) or moment(raw.get("timestamp")),
            labels=texts(raw.get("labels")),
            messages=_sent_along(raw),
        )


class HostNote(Struct, frozen=True, kw_only=True):
    """A note that an agent wrote about a contact. `author_name` is None where the host has deleted the agent."""

    id: int
    content: str = ""
    author_name: str | None = None
    created_at: float | None = None

    @classmethod
    def of(cls, raw: Raw) -> Self:
        author = record(raw.get("user"))
        return cls(
            id=integer(raw.get("id")) or 0,
            content=text(raw.get("content")) or "",
            author_name=text(author.get("available_name")) or text(author.get("name")),
            created_at=moment(raw.get("created_at")),
        )


class HostDashboardApp(Struct, frozen=True, kw_only=True):
    id: int
    title: str = ""
    urls: tuple[str, ...] = ()

    @classmethod
    def of(cls, raw: Raw) -> Self:
        content = raw.get("content")
        items = [record(item) for item in content] if isinstance(content, list) else []
        return cls(
            id=integer(raw.get("id")) or 0,
            title=text(raw.get("title")) or "",
            urls=tuple(url for item in items if (url := text(item.get("url")))),
        )


class HostWebhook(Struct, frozen=True, kw_only=True):
    """A webhook of the account. `secret` signs its deliveries; None on hosts that cannot sign."""

    id: int
    url: str = ""
    subscriptions: tuple[str, ...] = ()
    secret: str | None = None

    @classmethod
    def of(cls, raw: Raw) -> Self:
        subscriptions = raw.get("subscriptions")
        names = subscriptions if isinstance(subscriptions, list) else []
        return cls(
            id=integer(raw.get("id")) or 0,
            url=text(raw.get("url")) or "",
            subscriptions=tuple(name for name in names if isinstance(name, str)),
            secret=text(raw.get("secret")),
        )


class HostProfile(Struct, frozen=True, kw_only=True):
    """Whose token it is: the user's roles by account id."""

    id: int
    roles: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Raw) -> Self:
        accounts = raw.get("accounts")
        rows = [record(row) for row in accounts] if isinstance(accounts, list) else []
        roles = {integer(row.get("id")) or 0: text(row.get("role")) or "" for row in rows}
        return cls(id=integer(raw.get("id")) or 0, roles=roles)


def record(value: Any) -> Raw:
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def integer(value: Any) -> int | None:
    """Return a number as a database has them; None for anything else."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and -_END_OF_NUMBERS <= value < _END_OF_NUMBERS else None


def texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str) and one) if isinstance(value, list) else ()


def moment(value: Any) -> float | None:
    """Return a time the host gives in seconds; None for none (0) and for what is no time a calendar has."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value < _END_OF_TIME else None


_END_OF_NUMBERS = 2**63
# Year 9999: what is later is no time but a mistake.
_END_OF_TIME = 253_402_300_800


def _message_kind(value: Any) -> str | None:
    number = integer(value)
    if number is not None:
        return HostMessage.KINDS[number] if 0 <= number < len(HostMessage.KINDS) else None
    return value if value in HostMessage.KINDS else None


def _sent_along(raw: Raw) -> tuple[HostMessage, ...]:
    sent = raw.get("messages")
    rows = [*(sent if isinstance(sent, list) else ()), raw.get("last_non_activity_message")]
    return tuple(HostMessage.of(row) for row in rows if isinstance(row, dict))
