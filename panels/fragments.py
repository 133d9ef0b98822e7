"""Fragments: the HTML of each placement, rendered once per data and kept."""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_noop
from msgspec import MsgspecError, Struct, msgpack

from panels import snapshots
from panels.base import PanelContext
from panels.capabilities import CAPABILITIES, Answer
from panels.capabilities.words import MatchWord
from panels.configuration import AppPlan, PlacementPlan
from panels.containment import RenderFailed, render_contained, render_part_contained
from panels.markup import check_markup
from panels.redaction import Redaction, mask_data, mask_identity, redaction_of
from panels.sights import SIGHT_UNKNOWN, Sights, SightUnknown
from panels.snapshots import Failure, Head, Source
from tenants.models import Trust
from tenants.trust.confirmation import ConfirmedContext, ForeseenContext
from voxysapps.observing import rendering
from voxysapps.problems import explained, new_trace_id, place_of

logger = logging.getLogger(__name__)

_INDENTATION = re.compile(r"\s*\n\s*")
# In these, white space shows.
_VERBATIM = re.compile(r"<(pre|textarea)\b", re.IGNORECASE)

State = Literal["ready", "stale", "loading", "empty", "error"]
Viewed = ConfirmedContext | ForeseenContext
Permit = Callable[[], None]
# What was rendered ahead and nobody has asked for by then is in the way.
AHEAD_SECONDS = 3600


class Fragment(Struct, frozen=True, array_like=True):
    """A placement's rendered body and the versions of the data it was rendered from."""

    versions: tuple[str | None, ...]
    html: bytes
    is_empty: bool
    # Whether the host vouches for what the data were found by, where it vouches at all.
    is_vouched: bool = True
    # Of a restricted answer: the host's inboxes it tells of, and what of them the agent saw (`Sight.name`).
    inboxes: tuple[int, ...] = ()
    sight: str = ""


@dataclass(slots=True)
class Section:
    """What one placement shows: the shell is made from it for each request."""

    placement: PlacementPlan
    state: State
    body: bytes = b""
    fetched_at: float | None = None
    failures: tuple[Failure, ...] = ()
    # How many of the placement's sources answered, for "2 of 3 stores answered".
    answered: int = 0
    # The sources to be asked behind this answer.
    due: list[Source] = field(default_factory=list)
    # Seconds after which to look again; None when nothing will have changed by itself.
    retry_in: float | None = None
    # Whether it rests on what a website visitor typed.
    is_unverified: bool = False


class Moment(NamedTuple):
    """When a request is answered, and when the host last said that something went on with the customer."""

    now: float
    changed_at: float


_decode_fragment = msgpack.Decoder(Fragment).decode


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


def build_sections(
    plan: AppPlan,
    placements: Sequence[PlacementPlan],
    context: ConfirmedContext,
    locale: str,
    keys: SectionKeys | None = None,
    found: Mapping[str, Any] | None = None,
    permit: Permit | None = None,
) -> list[Section]:
    """Return what each placement shows now.

    `found` is what the cache has under `keys`, where a request has asked for them with other things; else
    this takes one trip. `permit` is called before the host is asked what the agent may see; it may raise `TooMany`.
    """
    if keys is None:
        keys = section_keys(plan, placements, context, locale)
    if found is None:
        found = cache.get_many(keys)
    heads = _heads(keys, found)
    fragments = [_to_fragment(found.get(key)) for key in keys.fragments]

    changed_at = float(found.get(keys.changed or "") or 0.0)
    sights = Sights(plan.account, context, found, permit)

    outdated = [
        placement
        for placement, fragment in zip(placements, fragments, strict=True)
        if not _is_current(fragment, placement, heads, sights)
    ]
    rendered = _render(plan, outdated, context, keys.customer, locale, heads, sights) if outdated else {}
    _keep(rendered, placements, keys, snapshots.KEPT_SECONDS)
    moment = Moment(time.time(), changed_at)
    return [
        _section(placement, rendered.get(placement.id, fragment), heads, moment, context.identity_verified is False)
        for placement, fragment in zip(placements, fragments, strict=True)
    ]


def render_ahead(plan: AppPlan, context: ForeseenContext, locale: str, *, at_most: int) -> int:
    """Render what the app will show in this context, and keep it where the request will look for it.

    Left alone are what is there already, what has not been asked for yet, and panels which show something else
    to each agent, in each conversation or for what is posted. Returns how many were rendered, `at_most` so many.
    """
    placements = [placement for placement in plan.placements if _is_the_same_for_all(placement)]
    keys = section_keys(plan, placements, context, locale)
    found = cache.get_many(keys)
    heads, sights = _heads(keys, found), Sights(plan.account, context, found)
    missing = [
        placement
        for placement, key in zip(placements, keys.fragments, strict=True)
        if all(heads[source] for source in placement.sources)
        and not _is_current(_to_fragment(found.get(key)), placement, heads, sights)
    ]
    if not missing:
        return 0
    rendered = _render(plan, missing[:at_most], context, keys.customer, locale, heads, sights)
    _keep(rendered, placements, keys, AHEAD_SECONDS)
    return len(rendered)


def render_part(
    plan: AppPlan,
    placement: PlacementPlan,
    context: ConfirmedContext,
    locale: str,
    part: str,
    params: Mapping[str, str],
    permit: Permit | None = None,
) -> str:
    """Return the HTML of one of the panel's parts, from the data there are.

    Raises LookupError when the panel has no such part, or has no data for it any longer, `RenderFailed`, and
    `SightUnknown` when it cannot be confirmed what the agent may see. `permit` as in `build_sections`.
    """
    panel = placement.panel
    template = panel.parts.get(part) if panel else None
    if panel is None or template is None:
        raise LookupError(part)
    ctx = read_panel_context(plan, placement, context, locale, permit)

    def work() -> str:
        with translation.override(locale):
            html = render_to_string(template, {**panel.get_part_context(ctx, part, params), "ctx": ctx})
        check_markup(html, panel=placement.slug)
        return html

    place, of = (placement.id, placement.revision), (part, *sorted(params.items()))
    return render_part_contained(panel, work, account_id=plan.account.pk, place=place, of=of)


def read_panel_context(
    plan: AppPlan,
    placement: PlacementPlan,
    context: ConfirmedContext,
    locale: str,
    permit: Callable[[], None] | None = None,
) -> PanelContext:
    """Return what the panel shows this viewer, as it renders it.

    Raises LookupError where there are no data (any longer), and `SightUnknown` as `render_part` does.
    """
    data = snapshots.read_data(plan.account.pk, placement.sources, context.identity.digest())
    if placement.panel is None or not data:
        raise LookupError(placement.slug)
    sights = Sights(plan.account, context, permit=permit)
    ctx, _restricted = _panel_context(plan, placement, context, locale, data, sights)
    return ctx


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
    agent = context.agent_id if "agent" in vary or _is_restricted(placement) else ""
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


def _heads(keys: SectionKeys, found: Mapping[str, Any]) -> dict[Source, Head | None]:
    return {source: snapshots.to_head(found.get(key)) for source, key in keys.heads.items()}


def _to_fragment(stored: bytes | None) -> Fragment | None:
    try:
        return None if stored is None else _decode_fragment(stored)
    except MsgspecError:
        return None


def _versions(placement: PlacementPlan, heads: Mapping[Source, Head | None]) -> tuple[str | None, ...]:
    return tuple(head.version if (head := heads[source]) else None for source in placement.sources)


def _is_current(
    fragment: Fragment | None, placement: PlacementPlan, heads: Mapping[Source, Head | None], sights: Sights
) -> bool:
    versions = _versions(placement, heads)
    if not any(versions):
        return True  # nothing to render yet
    if fragment is None or fragment.versions != versions:
        return False
    try:
        return not _is_restricted(placement) or sights.of(fragment.inboxes).name == fragment.sight
    except SightUnknown:
        return False  # rendering says what is wrong


def _is_restricted(placement: PlacementPlan) -> bool:
    """Return whether the panel shows what in the host only some agents may see."""
    capability = placement.panel.capability if placement.panel else None
    return capability is not None and CAPABILITIES[capability].IS_RESTRICTED


def _is_the_same_for_all(placement: PlacementPlan) -> bool:
    """Return whether language, role and what is hidden decide alone how the customer's data are shown."""
    panel = placement.panel
    return panel is not None and not (panel.vary or panel.needs or _is_restricted(placement))


def _render(
    plan: AppPlan,
    placements: Iterable[PlacementPlan],
    context: Viewed,
    customer: str,
    locale: str,
    heads: dict[Source, Head | None],
    sights: Sights,
) -> dict[int, Fragment | Failure]:
    """Render what is outdated; a panel that raises gives a failure in its own place."""
    placements = list(placements)
    sources = {source for placement in placements for source in placement.sources}
    data = snapshots.read_data(plan.account.pk, sources, customer)
    for source in sources:
        head = heads[source]
        if head and head.version and source.key not in data:
            heads[source] = None  # the data were evicted before the head: ask again
    rendered: dict[int, Fragment | Failure] = {}
    for placement in placements:
        own = {source.key: data[source.key] for source in placement.sources if source.key in data}
        if not own:
            continue
        try:
            versions = _versions(placement, heads)
            with rendering(plan.account.pk, placement.id):
                rendered[placement.id] = _render_one(plan, placement, context, locale, own, versions, sights)
        except RenderFailed as error:
            rendered[placement.id] = error.failure
        except SightUnknown:
            rendered[placement.id] = Failure(SIGHT_UNKNOWN, False, new_trace_id(), time.time())
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; it stays in its place
            trace_id, place = new_trace_id(), place_of(error)
            logger.error(  # noqa: TRY400 - the exception's text may quote the customer
                "panel %s failed to render: account=%s trace=%s: %s", placement.slug, plan.account.pk, trace_id, place
            )
            message = explained(error) or gettext_noop("This panel could not be shown.")
            rendered[placement.id] = Failure(message, True, trace_id, time.time())
    return rendered


def _keep(
    rendered: Mapping[int, Fragment | Failure], placements: Sequence[PlacementPlan], keys: SectionKeys, seconds: int
) -> None:
    """Put what was rendered of the placements where `keys`, which are theirs, say; not what failed."""
    made = {
        key: msgpack.encode(fragment)
        for placement, key in zip(placements, keys.fragments, strict=True)
        if isinstance(fragment := rendered.get(placement.id), Fragment)
    }
    if made:
        cache.set_many(made, seconds)


def _render_one(
    plan: AppPlan,
    placement: PlacementPlan,
    context: Viewed,
    locale: str,
    data: Mapping[str, Any],
    versions: tuple[str | None, ...],
    sights: Sights,
) -> Fragment:
    panel = placement.panel
    if panel is None:
        raise LookupError(placement.slug)
    ctx, restricted = _panel_context(plan, placement, context, locale, data, sights)

    def work() -> tuple[bool, str]:
        is_empty = bool(panel.shows_nothing(ctx))
        with translation.override(locale):
            html = render_to_string(
                panel.empty_template if is_empty else panel.template, {**panel.get_context(ctx), "ctx": ctx}
            )
        check_markup(html, panel=placement.slug)
        return is_empty, html

    is_empty, html = render_contained(
        panel, work, account_id=plan.account.pk, place=(placement.id, placement.revision), of=versions
    )
    inboxes, sight = restricted
    body = _without_indentation(html).encode()
    return Fragment(versions, body, is_empty, _is_vouched(context, ctx.data), inboxes, sight)


def _is_vouched(context: Viewed, data: Any) -> bool:
    """Return whether nothing rests on what a website visitor typed.

    The host vouches for the visitor's identifier only: what was found by e-mail, phone or attribute may be
    another's (host-contract 2.5, `hmac_verified`). Where a channel addresses the customer, it is theirs.
    """
    if context.identity_verified is None:
        return True
    return context.identity_verified and getattr(data, "matched_by", None) in {MatchWord.IDENTIFIER, MatchWord.LINK}


def _without_indentation(html: str) -> str:
    """Return the HTML without its lines' indentation, half of many a fragment: it is sent every time."""
    return html if _VERBATIM.search(html) else _INDENTATION.sub("\n", html)


def _panel_context(
    plan: AppPlan,
    placement: PlacementPlan,
    context: Viewed,
    locale: str,
    data: Mapping[str, Any],
    sights: Sights,
) -> tuple[PanelContext, tuple[tuple[int, ...], str]]:
    """Return what the panel is given, and of a restricted answer its inboxes and what of them the agent sees."""
    panel = placement.panel
    vary = panel.vary if panel else ()
    names = dict(zip((source.key for source in placement.sources), placement.connection_names, strict=False))
    if panel and panel.capability:
        merged = CAPABILITIES[panel.capability].merge([(names[key], answer) for key, answer in data.items()])
    else:
        merged = next(iter(data.values()))
    restricted: tuple[tuple[int, ...], str] = ((), "")
    if isinstance(merged, Answer) and merged.IS_RESTRICTED:
        sight = sights.of(merged.inboxes)
        restricted = (tuple(sorted(merged.inboxes)), sight.name)
        merged = merged.seen_by(sight)
    masked = redaction_of(plan.account, context) == "masked"
    if masked and panel:
        merged = mask_data(merged, panel)
    ctx = PanelContext(
        data=merged,
        settings=placement.settings,
        identity=mask_identity(context.identity) if masked else context.identity,
        masked=masked,
        identity_verified=context.identity_verified,
        role=context.role,
        locale=locale,
        time_zone=plan.time_zone,
        placement_id=placement.id,
        connections=tuple(names[key] for key in data if key in names),
        agent_id=context.agent_id if "agent" in vary else None,
        conversation_id=context.conversation_id if "conversation" in vary else None,
        # What was posted holds it all once more, and what people wrote to each other.
        posted=context.posted if panel and panel.needs and not masked else None,
        actions=panel.actions if panel else (),
        can_act=plan.account.trust == Trust.SIGNED_IN,
    )
    return ctx, restricted


def _section(
    placement: PlacementPlan,
    made: Fragment | Failure | None,
    heads: Mapping[Source, Head | None],
    moment: Moment,
    is_unverified: bool,
) -> Section:
    now = moment.now
    if placement.panel is None or not placement.sources:
        return Section(placement, "error", failures=(placement.problem or _not_set_up(placement),))
    known = [head for source in placement.sources if (head := heads[source])]
    due = [source for source in placement.sources if _is_due(source, heads[source], moment)]
    section = Section(placement, "error", due=due, retry_in=_retry_in(due, known, now), is_unverified=is_unverified)
    section.failures = tuple(head.failure for head in known if head.failure)
    fetched = [head.fetched_at for head in known if head.fetched_at]
    section.fetched_at = min(fetched, default=None)
    section.answered = len(fetched)
    if isinstance(made, Failure):
        section.failures = (made,)
    elif made is not None and fetched:
        section.body = made.html
        section.is_unverified = not made.is_vouched
        section.state = "stale" if due or section.failures else "empty" if made.is_empty else "ready"
    elif len(known) < len(placement.sources) or not section.failures:
        section.state = "loading"
    return section


def _is_due(source: Source, head: Head | None, moment: Moment) -> bool:
    return head is None or head.is_due(moment.now, moment.changed_at if source.connector else 0.0)


def _retry_in(due: Sequence[Source], known: Iterable[Head], now: float) -> float | None:
    """Return when to look again: at once for what is fetched now, and when a passing failure may be over."""
    if due:
        return 0.0
    waits = [head.due_at - now for head in known if head.failure and not head.failure.permanent]
    return min(waits, default=None)


def _not_set_up(placement: PlacementPlan) -> Failure:
    if placement.panel is None:
        message = gettext_noop("This panel is not installed. Tell an operator.")
    elif _is_restricted(placement):
        message = gettext_noop("This is shown only where Voxys confirms who looks. Tell an operator.")
    else:
        message = gettext_noop("No connection can fill this panel yet. Tell an operator.")
    return Failure(message, True, "", 0.0)
