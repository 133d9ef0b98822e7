"""From the bytes an iframe posts to an `AppContext`. Pure: no settings, no I/O."""

import re
from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct, field

from voxysapps.context.structs import Agent, AppContext, Contact, Conversation, Definition

# host-contract 2.10
MAX_BYTES = 5_000_000
MAX_DEPTH = 64

Code = Literal["not_json", "wrong_event", "wrong_type", "too_deep", "too_large"]


class BadContext(Exception):
    """What was posted is no context. `code` is the HTTP contract's, `detail` a plain sentence.

    Neither holds anything of what was posted.
    """

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(detail)
        self.code: Code = code
        self.detail = detail


class _Envelope(Struct):
    event: Any = None
    data: Raw = field(default_factory=lambda: Raw(b"null"))


class _Data(Struct, rename={"current_agent_camel": "currentAgent", "definitions_camel": "customAttributes"}):
    conversation: Conversation | None = None
    contact: Raw = field(default_factory=lambda: Raw(b"null"))
    theme: str | None = None
    # The mobile app snake-cases every key (host-contract 2.9).
    current_agent: Agent | None = None
    current_agent_camel: Agent | None = None
    custom_attributes: tuple[Definition, ...] | None = None
    definitions_camel: tuple[Definition, ...] | None = None


_envelope = msgspec.json.Decoder(_Envelope)
_data = msgspec.json.Decoder(_Data)
_contact = msgspec.json.Decoder(Contact | None)
_fields = msgspec.json.Decoder(dict[str, Raw] | None)

_NO_CONVERSATION = Conversation()
_NO_AGENT = Agent()

# Half of a character outside the basic plane, left where text was cut: JSON.stringify escapes it.
_LONE_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)"
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_WHOLE_PAIR_LENGTH = 12


def parse_app_context(raw: bytes) -> AppContext:
    """Return the context that the host posted, given its JSON text as UTF-8.

    Accepts every generation of the host and its mobile app, whole or trimmed by the bridge
    (host-contract 2). Raises `BadContext` for everything else.
    """
    if len(raw) > MAX_BYTES:
        raise BadContext("too_large", f"The context is larger than {MAX_BYTES // 1_000_000} MB.")
    try:
        return _parse(raw)
    except msgspec.ValidationError as error:
        raise BadContext("wrong_type", f"A part of the context has a wrong type: {error}.") from None
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadContext("not_json", "The request's body is not JSON. Send the host's message as it is.") from None


def _parse(raw: bytes) -> AppContext:
    if not raw.isascii():
        raw.decode()  # the decoder does not look into text that it skips
    try:
        envelope = _envelope.decode(raw)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        # A lone surrogate is real: the host cuts previews by length, through an emoji.
        raw = _LONE_SURROGATE.sub(_replace_lone, raw)
        envelope = _envelope.decode(raw)
    if envelope.event != "appContext":
        raise BadContext("wrong_event", "The message is none of the host's appContext events.")
    if _is_deep(raw):
        raise _too_deep()
    data = _data.decode(envelope.data)
    return AppContext(
        account_id=data.conversation.account_id if data.conversation else None,
        conversation=_settled_conversation(data.conversation),
        contact=_merged_contact(data.contact, data.conversation),
        agent=_known_agent(data.current_agent_camel or data.current_agent),
        theme=data.theme,
        definitions=data.definitions_camel or data.custom_attributes or (),
    )


def _too_deep() -> BadContext:
    return BadContext("too_deep", f"The context is nested more than {MAX_DEPTH} levels deep.")


def _replace_lone(match: re.Match[bytes]) -> bytes:
    whole = len(match[2]) == _WHOLE_PAIR_LENGTH
    return match[0] if whole else match[1] + rb"\ufffd"


_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'{}[]"')
_AS_BRACES = bytes.maketrans(b"[]", b"{}")


def _is_deep(raw: bytes) -> bool:
    """Return whether valid JSON nests deeper than `MAX_DEPTH`, without a loop over its characters."""
    if raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH:
        return False
    if b'\\"' in raw:
        # Escapes go first, pairs of backslashes before quotes, so that what is left are the real quotes.
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    left = raw.translate(_AS_BRACES, _NOT_STRUCTURE).replace(b'""', b"")
    if b'"' in left:  # a bracket inside of a text
        left = b"".join(left.split(b'"')[::2])
    for _ in range(MAX_DEPTH):
        if not left:
            return False
        # Every pass takes away exactly the innermost level.
        left = left.replace(b"{}", b"")
    return bool(left)


def _settled_conversation(conversation: Conversation | None) -> Conversation | None:
    if conversation is None or conversation == _NO_CONVERSATION:
        return None
    if conversation.id is None:
        raise msgspec.ValidationError("Object missing required field `id` - at `$.conversation`")
    return conversation


def _known_agent(agent: Agent | None) -> Agent | None:
    # {} until the host has loaded its user (host-contract 2.4)
    return None if agent is None or agent == _NO_AGENT else agent


def _merged_contact(raw: Raw, conversation: Conversation | None) -> Contact:
    """Return the contact, with the fields it lacks taken from the conversation's sender.

    A field that is there but null stays null: the host emptied it. Two different people are never
    mixed; then the contact counts.
    """
    contact = _contact.decode(raw) or Contact()
    sender = conversation.meta.sender if conversation else None
    if sender is None or (contact.id is not None and sender.id is not None and contact.id != sender.id):
        return contact
    present = _fields.decode(raw) or {}
    lacking = {name: getattr(sender, name) for name in Contact.__struct_fields__ if name not in present}
    return msgspec.structs.replace(contact, **lacking) if present else sender
