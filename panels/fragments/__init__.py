"""Fragments: the HTML of each placement, rendered once per data and kept."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.cache import cache
from msgspec import MsgspecError, msgpack

from panels import snapshots
from panels.configuration import AppPlan, PlacementPlan
from panels.fragments.keys import SectionKeys, is_restricted, is_the_same_for_all, section_keys
from panels.fragments.rendering import Fragment, Permit, read_panel_context, render, render_part, versions_of
from panels.fragments.sections import Moment, Section, make_section
from panels.sights import Sights, SightUnknown
from panels.snapshots import Failure, Head, Source
from tenants.trust.confirmation import ConfirmedContext, ForeseenContext

__all__ = (
    "Fragment",
    "Section",
    "SectionKeys",
    "build_sections",
    "read_panel_context",
    "render_ahead",
    "render_part",
    "section_keys",
)

# What was rendered ahead and nobody has asked for by then is in the way.
AHEAD_SECONDS = 3600

_decode_fragment = msgpack.Decoder(Fragment).decode


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
    rendered = render(plan, outdated, context, keys.customer, locale, heads, sights) if outdated else {}
    _keep(rendered, placements, keys, snapshots.KEPT_SECONDS)
    moment = Moment(time.time(), changed_at)
    return [
        make_section(placement, rendered.get(placement.id, fragment), heads, moment, context.identity_verified is False)
        for placement, fragment in zip(placements, fragments, strict=True)
    ]


def render_ahead(plan: AppPlan, context: ForeseenContext, locale: str, *, at_most: int) -> int:
    """Render what the app will show in this context, and keep it where the request will look for it.

    Left alone are what is there already, what has not been asked for yet, and panels which show something else
    to each agent, in each conversation or for what is posted. Returns how many were rendered, `at_most` so many.
    """
    placements = [placement for placement in plan.placements if is_the_same_for_all(placement)]
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
    rendered = render(plan, missing[:at_most], context, keys.customer, locale, heads, sights)
    _keep(rendered, placements, keys, AHEAD_SECONDS)
    return len(rendered)


def _heads(keys: SectionKeys, found: Mapping[str, Any]) -> dict[Source, Head | None]:
    return {source: snapshots.to_head(found.get(key)) for source, key in keys.heads.items()}


def _to_fragment(stored: bytes | None) -> Fragment | None:
    try:
        return None if stored is None else _decode_fragment(stored)
    except MsgspecError:
        return None


def _is_current(
    fragment: Fragment | None, placement: PlacementPlan, heads: Mapping[Source, Head | None], sights: Sights
) -> bool:
    versions = versions_of(placement, heads)
    if not any(versions):
        return True  # nothing to render yet
    if fragment is None or fragment.versions != versions:
        return False
    try:
        return not is_restricted(placement) or sights.of(fragment.inboxes).name == fragment.sight
    except SightUnknown:
        return False  # rendering says what is wrong


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
