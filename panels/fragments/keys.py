"""Where the cache has what placements show, and what tells two viewers of the same data apart."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec import msgpack

from panels import snapshots
from panels.capabilities import CAPABILITIES
from panels.configuration import AppPlan, PlacementPlan
from panels.redaction import Redaction, redaction_of
from panels.snapshots import Source
from tenants.trust.confirmation import ConfirmedContext, ForeseenContext

Viewed = ConfirmedContext | ForeseenContext


@dataclass(frozen=True, slots=True)
class SectionKeys:
    """Where the cache has what placements show to one viewer, and what it said if it was asked already."""

    customer: str
    heads: Mapping[Source, str]
    fragments: Sequence[str]
    # Whether the same viewer's next request has the same keys: no panel reads what is posted.
    are_lasting: bool
    # Of a customer whom a source knows by the host's number: when the host said that something went on.
    changed: str | None = None

    def __iter__(self) -> Iterator[str]:
        yield from self.heads.values()
        yield from self.fragments
        if self.changed:
            yield self.changed


def section_keys(plan: AppPlan, placements: Sequence[PlacementPlan], context: Viewed, locale: str) -> SectionKeys:
    """Return where the cache has what the placements show."""
    account_id, customer = context.account_id, context.identity.digest()
    redaction = redaction_of(plan.account, context)
    contact_id = context.identity.contact_id
    asks_host = any(source.connector for placement in placements for source in placement.sources)
    return SectionKeys(
        customer=customer,
        heads={
            source: snapshots.head_key(account_id, source, customer)
            for placement in placements
            for source in placement.sources
        },
        fragments=[
            _fragment_key(account_id, placement, context, customer, locale, redaction) for placement in placements
        ],
        are_lasting=not any(placement.panel and placement.panel.needs for placement in placements),
        changed=snapshots.changed_key(account_id, contact_id) if asks_host and contact_id is not None else None,
    )


def is_restricted(placement: PlacementPlan) -> bool:
    """Return whether the panel shows what in the host only some agents may see."""
    capability = placement.panel.capability if placement.panel else None
    return capability is not None and CAPABILITIES[capability].IS_RESTRICTED


def is_the_same_for_all(placement: PlacementPlan) -> bool:
    """Return whether language, role and what is hidden decide alone how the customer's data are shown."""
    panel = placement.panel
    return panel is not None and not (panel.vary or panel.needs or is_restricted(placement))


def _fragment_key(
    account_id: int,
    placement: PlacementPlan,
    context: Viewed,
    customer: str,
    locale: str,
    redaction: Redaction,
) -> str:
    verified = {True: "v", False: "u", None: "-"}[context.identity_verified]
    vary = placement.panel.vary if placement.panel else ()
    agent = context.agent_id if "agent" in vary or is_restricted(placement) else ""
    conversation = context.conversation_id if "conversation" in vary else ""
    return (
        f"{account_id}:html:{placement.id}:{placement.revision}:{customer}:{locale}:{context.role or '-'}:"
        f"{verified}:{redaction}:{agent}:{conversation}:{_posted_digest(placement, context)}"
    )


def _posted_digest(placement: PlacementPlan, context: Viewed) -> str:
    """Return what tells apart posted values that the panel reads."""
    posted = context.posted
    needs = placement.panel.needs if placement.panel else ()
    if not needs or posted is None:
        return ""
    conversation = posted.conversation
    parts = {
        "messages": conversation and conversation.messages,
        "attributes": (conversation and conversation.custom_attributes, posted.contact.custom_attributes),
        "definitions": posted.definitions,
    }
    read = msgpack.encode([parts[need] for need in needs])
    return hashlib.blake2b(read, digest_size=8).hexdigest()
