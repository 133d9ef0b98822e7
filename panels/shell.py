"""The section around a fragment: state, age and what went wrong, made anew for each request.

Written by string formatting: a template costs more than everything else in the request, and this runs
for every placement every time. Texts and attributes that do not change are made once per placement.
"""

import datetime as dt
import math
import time
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from panels.configuration import PlacementPlan
from panels.formats import format_ago
from panels.fragments import Section


def render_sections(sections: list[Section], locale: str) -> bytes:
    """Return the HTML of the sections, one after the other (DESIGN: markup of a placement)."""
    return b"\n".join(_section(section, locale) for section in sections)


def _section(section: Section, locale: str) -> bytes:
    placement = section.placement
    shell = _shell(placement.id, placement.slug, placement.title(locale), _skeleton_lines(placement), locale)
    age = _age(int(section.fetched_at), locale) if section.fetched_at else ""
    busy = "true" if section.state == "loading" else "false"
    retry = "" if section.retry_in is None else f' data-retry="{math.ceil(section.retry_in)}"'
    unverified = shell.unverified if section.is_unverified else b""
    opening = shell.opening.format(state=section.state, busy=busy, retry=retry, age=age)
    notice = _notice(section, locale).encode() if section.failures else b""
    above, body = (b"", notice) if section.state == "error" else (notice, section.body)
    if section.state == "loading":
        body = shell.skeleton
    return b"".join((opening.encode(), unverified, above, b'<div class="vx-panel__body">', body, b"</div></section>"))


class _Shell:
    """What of a placement's section is the same in every request."""

    __slots__ = ("opening", "skeleton", "unverified")

    def __init__(self, opening: str, skeleton: bytes, unverified: bytes) -> None:
        self.opening = opening
        self.skeleton = skeleton
        self.unverified = unverified


@lru_cache(maxsize=4_000)
def _shell(placement_id: int, slug: str, title: str, skeleton_lines: int, locale: str) -> _Shell:
    with translation.override(locale):
        refresh = _("Refresh %(panel)s") % {"panel": title}
        waiting = _("Fetching the data …")
        unverified = render_to_string("panels/components/unverified.html")
    safe_title, safe_refresh = (escape(text).replace("{", "{{").replace("}", "}}") for text in (title, refresh))
    opening = (
        f'<section class="vx-panel" data-panel="{slug}" data-placement="{placement_id}" '
        f'data-state="{{state}}"{{retry}} aria-labelledby="vx-title-{placement_id}" aria-busy="{{busy}}">'
        f'<header class="vx-panel__head"><h2 class="vx-panel__title" id="vx-title-{placement_id}">{safe_title}</h2>'
        f'<p class="vx-panel__age">{{age}}</p>'
        f'<button class="vx-icon-button" type="button" data-refresh aria-label="{safe_refresh}" title="{safe_refresh}">'
        "↻</button></header>"
    )
    lines = "<i></i>" * skeleton_lines
    skeleton = (
        f'<p class="vx-visually-hidden">{escape(waiting)}</p><div class="vx-skeleton" aria-hidden="true">{lines}</div>'
    )
    return _Shell(opening, skeleton.encode(), unverified.strip().encode())


def _skeleton_lines(placement: PlacementPlan) -> int:
    return placement.panel.skeleton_lines if placement.panel else 1


def _age(fetched_at: int, locale: str) -> str:
    """Return when the data were fetched; the bridge goes on telling it in the same words."""
    return f"{_time_of(fetched_at)}{escape(format_ago(time.time() - fetched_at, locale))}</time>"


@lru_cache(maxsize=10_000)
def _time_of(fetched_at: int) -> str:
    moment = dt.datetime.fromtimestamp(fetched_at, dt.UTC).isoformat()
    return f'<time data-fetched-at="{moment}" datetime="{moment}">'


def _notice(section: Section, locale: str) -> str:
    """Say what went wrong: above the old data where there are some, in their place where not."""
    failure = max(section.failures, key=lambda failure: failure.at)
    with translation.override(locale):
        sentences = [failure.sentence]
        total = len(section.placement.sources)
        if 0 < section.answered < total:
            sentences.append(_("%(answered)d of %(total)d answered.") % {"answered": section.answered, "total": total})
        retry = _("Try again")
        trace = _("Reference %(id)s") % {"id": failure.trace_id} if failure.trace_id else ""
    text = escape(" ".join(sentences))
    button = (
        "" if section.state == "error" and not section.placement.sources
        else f' <button type="button" class="vx-button" data-refresh>{escape(retry)}</button>'
    )  # fmt: skip
    small = f' <small class="vx-trace">{escape(trace)}</small>' if trace else ""
    if section.state == "error":
        return f'<div class="vx-notice vx-notice--error" role="status"><p>{text}</p>{button}{small}</div>'
    return f'<p class="vx-banner vx-banner--look" role="status">{text}{button}{small}</p>'
