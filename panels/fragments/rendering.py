"""Rendering a placement from its data, in the panel's own place: what it raises stays there."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_noop
from msgspec import Struct

from panels import snapshots
from panels.base import PanelContext
from panels.capabilities import CAPABILITIES, Answer
from panels.capabilities.words import MatchWord
from panels.configuration import AppPlan, PlacementPlan
from panels.containment import RenderFailed, render_contained, render_part_contained
from panels.fragments.keys import Viewed
from panels.markup import check_markup
from panels.redaction import mask_data, mask_identity, redaction_of
from panels.sights import SIGHT_UNKNOWN, Sights, SightUnknown
from panels.snapshots import Failure, Head, Source
from tenants.models import Trust
from tenants.trust.confirmation import ConfirmedContext
from voxysapps.observing import rendering
from voxysapps.problems import explained, new_trace_id, place_of

logger = logging.getLogger(__name__)

_INDENTATION = re.compile(r"\s*\n\s*")
# In these, white space shows.
_VERBATIM = re.compile(r"<(pre|textarea)\b", re.IGNORECASE)

Permit = Callable[[], None]


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


def versions_of(placement: PlacementPlan, heads: Mapping[Source, Head | None]) -> tuple[str | None, ...]:
    return tuple(head.version if (head := heads[source]) else None for source in placement.sources)


def render(
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
            versions = versions_of(placement, heads)
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
