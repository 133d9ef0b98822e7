"""What the host posts into a frame, typed: every documented field, in every spelling the host uses.

Sources: host-contract 2.4 to 2.9 and the host's public page on dashboard apps. Fields the host does
not send are None, or empty for containers; unknown fields are ignored. All of it is as posted, that
is, a hint: `tenants.trust` says what is true. Secrets (`contact_inbox.pubsub_token`) have no field.
"""

from typing import Any

from msgspec import Struct, field
from msgspec.structs import force_setattr

from voxysapps.context.values import Attributes, Id, Texts, Time, settle, settle_time

_ATTRIBUTES: tuple[tuple[str, Any], ...] = (("additional_attributes", {}), ("custom_attributes", {}))


class Agent(Struct, frozen=True, kw_only=True):
    """The agent at the browser, `data.currentAgent` (host-contract 2.4). Unauthenticated."""

    id: Id | None = None
    name: str | None = None
    email: str | None = None


class Contact(Struct, frozen=True, kw_only=True):
    """The customer as the host knows them (host-contract 2.7). `phone_number` is E.164 with "+"."""

    id: Id | None = None
    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    thumbnail: str | None = None
    availability_status: str | None = None
    blocked: bool | None = None
    type: str | None = None
    additional_attributes: Attributes = field(default_factory=dict)
    custom_attributes: Attributes = field(default_factory=dict)
    contact_inboxes: tuple[dict[str, Any], ...] | None = None
    last_activity_at: Time = None
    created_at: Time = None

    def __post_init__(self) -> None:
        settle(self, times=("last_activity_at", "created_at"), empties=_ATTRIBUTES)


class Assignee(Struct, frozen=True, kw_only=True):
    """The agent or bot a conversation is assigned to; live updates drop e-mail and role (2.5)."""

    id: Id | None = None
    account_id: Id | None = None
    name: str | None = None
    available_name: str | None = None
    email: str | None = None
    role: str | None = None
    availability_status: str | None = None
    auto_offline: bool | None = None
    confirmed: bool | None = None
    provider: str | None = None
    thumbnail: str | None = None
    avatar_url: str | None = None
    custom_role_id: Id | None = None
    type: str | None = None


class Team(Struct, frozen=True, kw_only=True):
    """The team a conversation is assigned to."""

    id: Id | None = None
    name: str | None = None
    description: str | None = None
    allow_auto_assign: bool | None = None
    account_id: Id | None = None


class ConversationMeta(Struct, frozen=True, kw_only=True):
    """`conversation.meta`. `hmac_verified` is true when a website visitor's identity was verified."""

    sender: Contact | None = None
    channel: str | None = None
    assignee: Assignee | None = None
    assignee_type: str | None = None
    team: Team | None = None
    hmac_verified: bool | None = None


class Sender(Struct, frozen=True, kw_only=True):
    """Who sent a message: `type` is user, contact or agent_bot. Ids of the three kinds overlap (2.6)."""

    id: Id | None = None
    type: str | None = None
    name: str | None = None
    available_name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    avatar_url: str | None = None
    thumbnail: str | None = None
    availability_status: str | None = None
    blocked: bool | None = None
    additional_attributes: Attributes = field(default_factory=dict)
    custom_attributes: Attributes = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Here and in Message written out: they run for every message of every context.
        if self.additional_attributes is None:
            force_setattr(self, "additional_attributes", {})
        if self.custom_attributes is None:
            force_setattr(self, "custom_attributes", {})


class Attachment(Struct, frozen=True, kw_only=True):
    """A file, place, contact card or link of a message. Its URLs open without signing in (2.6)."""

    id: Id | None = None
    message_id: Id | None = None
    account_id: Id | None = None
    file_type: str | None = None
    extension: str | None = None
    content_type: str | None = None
    data_url: str | None = None
    thumb_url: str | None = None
    file_size: int | None = None
    width: int | None = None
    height: int | None = None
    transcribed_text: str | None = None
    coordinates_lat: float | None = None
    coordinates_long: float | None = None
    fallback_title: str | None = None
    meta: dict[str, Any] | None = None


class Message(Struct, frozen=True, kw_only=True):
    """One message in either of its two shapes (2.6).

    `id` is text for a message this agent is just sending. `message_type`: 0 incoming, 1 outgoing,
    2 activity, 3 template; webhooks spell it as a word. `private` marks an internal note.
    """

    id: Id | str | None = None
    content: str | None = None
    message_type: int | str | None = None
    content_type: str | None = None
    content_attributes: Attributes = field(default_factory=dict)
    additional_attributes: Attributes = field(default_factory=dict)
    private: bool | None = None
    status: str | None = None
    source_id: str | None = None
    echo_id: str | None = None
    account_id: Id | None = None
    inbox_id: Id | None = None
    conversation_id: Id | None = None
    sender_type: str | None = None
    sender_id: Id | None = None
    sender: Sender | None = None
    # Old hosts put null among them, for an attachment without a type.
    attachments: tuple[Attachment | None, ...] | None = ()
    external_source_ids: Attributes = field(default_factory=dict)
    processed_message_content: str | None = None
    sentiment: Any = None
    conversation: dict[str, Any] | None = None
    call: Any = None
    created_at: Time = None
    updated_at: Time = None

    def __post_init__(self) -> None:
        if self.created_at is not None:
            settle_time(self, "created_at", self.created_at)
        if self.updated_at is not None:
            settle_time(self, "updated_at", self.updated_at)
        if self.content_attributes is None:
            force_setattr(self, "content_attributes", {})
        if self.additional_attributes is None:
            force_setattr(self, "additional_attributes", {})
        if self.external_source_ids is None:
            force_setattr(self, "external_source_ids", {})
        if self.attachments is None:
            force_setattr(self, "attachments", ())


class ContactInbox(Struct, frozen=True, kw_only=True):
    """The contact's place in an inbox. Its `pubsub_token` is a secret and is not decoded."""

    id: Id | None = None
    contact_id: Id | None = None
    inbox_id: Id | None = None
    source_id: str | None = None
    hmac_verified: bool | None = None
    created_at: Time = None
    updated_at: Time = None

    def __post_init__(self) -> None:
        settle(self, times=("created_at", "updated_at"))


_CONVERSATION_TIMES = (
    "created_at",
    "timestamp",
    "last_activity_at",
    "updated_at",
    "first_reply_created_at",
    "waiting_since",
    "agent_last_seen_at",
    "contact_last_seen_at",
    "assignee_last_seen_at",
    "snoozed_until",
)


_CONVERSATION_EMPTIES = (*_ATTRIBUTES, ("labels", ()))


class Conversation(Struct, frozen=True, kw_only=True):
    """`data.conversation`: a REST record that live updates changed in place (2.5).

    `id` is the display id, unique in the account only. `channel` is where it is: in `meta` from
    REST, at the top after a live update. `messages` may be in any order and hold private notes.
    """

    # None only while decoding; the parser refuses a conversation without one.
    id: Id = None  # type: ignore[assignment]
    uuid: str | None = None
    account_id: Id | None = None
    inbox_id: Id | None = None
    status: str | None = None
    channel: str | None = None
    priority: str | None = None
    labels: Texts = ()
    messages: tuple[Message, ...] = ()
    meta: ConversationMeta = field(default_factory=ConversationMeta)
    additional_attributes: Attributes = field(default_factory=dict)
    custom_attributes: Attributes = field(default_factory=dict)
    contact_inbox: ContactInbox | None = None
    last_non_activity_message: Message | None = None
    unread_count: int | None = None
    can_reply: bool | None = None
    muted: bool | None = None
    sla_policy_id: Id | None = None
    applied_sla: Any = None
    sla_events: Any = None
    all_messages_loaded: bool | None = field(default=None, name="allMessagesLoaded")
    data_fetched: bool | None = field(default=None, name="dataFetched")
    # The mobile app snake-cases every key, these two included (2.9).
    all_messages_loaded_mobile: bool | None = field(default=None, name="all_messages_loaded")
    data_fetched_mobile: bool | None = field(default=None, name="data_fetched")
    created_at: Time = None
    timestamp: Time = None
    last_activity_at: Time = None
    updated_at: Time = None
    first_reply_created_at: Time = None
    waiting_since: Time = None
    agent_last_seen_at: Time = None
    contact_last_seen_at: Time = None
    assignee_last_seen_at: Time = None
    snoozed_until: Time = None

    def __post_init__(self) -> None:
        settle(self, times=_CONVERSATION_TIMES, empties=_CONVERSATION_EMPTIES)


class Definition(Struct, frozen=True, kw_only=True):
    """A custom attribute's definition, `data.customAttributes` (2.8): labels for attribute values."""

    id: Id | None = None
    attribute_key: str | None = None
    attribute_display_name: str | None = None
    attribute_display_type: str | None = None
    attribute_description: str | None = None
    attribute_model: str | None = None
    attribute_values: tuple[Any, ...] | None = None
    regex_pattern: str | None = None
    regex_cue: str | None = None
    default_value: Any = None
    created_at: Time = None
    updated_at: Time = None

    def __post_init__(self) -> None:
        settle(self, times=("created_at", "updated_at"))


class AppContext(Struct, frozen=True, kw_only=True):
    """One `appContext`, decoded.

    `contact` is the host's record, with what it lacks taken from the conversation's sender; it is
    empty when the host sent neither. `conversation` is None where an app is shown outside of one.
    `theme` is "dark" or "light" on hosts of generation 3, `definitions` are empty before it.
    """

    account_id: Id | None
    conversation: Conversation | None
    contact: Contact
    agent: Agent | None
    theme: str | None
    definitions: tuple[Definition, ...]
