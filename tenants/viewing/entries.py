"""What a request leaves in the journal when it has shown a customer's data."""

from msgspec import MsgspecError, Struct, msgpack

from tenants.trust.confirmation import ConfirmedContext
from tenants.trust.identity import identifier_digests

JOURNAL = "views"


class ViewEntry(Struct, frozen=True, array_like=True):
    """One view; the journal knows when. Ids and keyed digests: no name and no address of anybody."""

    account_id: int
    trust: str
    agent_id: int | None
    session_id: int | None
    conversation_id: int | None
    contact_id: int | None
    customer: str
    identifiers: tuple[str, ...]
    app_id: int
    panels: tuple[str, ...]
    identifiers_edited: bool


def make_entry(context: ConfirmedContext, panels: tuple[str, ...]) -> bytes:
    """Return the journal's entry for panels that have shown something to the context's agent."""
    identity = context.identity
    entry = ViewEntry(
        account_id=context.account_id,
        trust=context.trust,
        agent_id=context.agent_id,
        session_id=context.session_id,
        conversation_id=context.conversation_id,
        contact_id=identity.contact_id,
        customer=identity.digest(),
        identifiers=identifier_digests(context.account_id, *identity.emails, *identity.phones, identity.identifier),
        app_id=context.app_id,
        panels=panels,
        identifiers_edited=context.identifiers_edited,
    )
    return msgpack.encode(entry)


def read_entry(entry: bytes) -> ViewEntry | None:
    """Return the entry, or None for one that another version of the code wrote."""
    try:
        return msgpack.decode(entry, type=ViewEntry)
    except MsgspecError:
        return None
