"""What is told about one record: fields, cards, columns, tables, what happened when."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated

from django.template import Context
from django.utils.html import format_html
from django.utils.translation import gettext

from panels import formats
from panels.api import Money, Tone
from panels.badges import draw_icon
from panels.kit.markup import NOTHING, attributes, join, wrap
from panels.kit.registry import Kit
from panels.kit.text import value
from panels.kit.times import moment

kit = Kit("Details")


@kit.block()
def fields(content: str) -> str:
    """A definition list: one `{% field %}` below the other."""
    return wrap("dl", content, "vx-fields")


@kit.block(inside="fields")
def field(content: str, label: Annotated[str, "what is told"]) -> str:
    """One of the `{% fields %}`; nothing without content, so no `{% if %}` is needed around it."""
    told = wrap("dd", content)
    return format_html("<div><dt>{}</dt>{}</div>", label, told) if told else NOTHING


@kit.block()
def card(content: str, title: Annotated[str, "the heading"] = "") -> str:
    """A box of its own inside the panel, for what belongs together. Lists and fields stand in the panel without."""
    return wrap("div", join([wrap("h3", title, "vx-card__title"), content]), "vx-card") if content.strip() else NOTHING


@kit.parted("column")
def columns(content: str, column: str | None) -> str:
    """Two parts side by side where there is room, `{% column %}` between them; below each other else."""
    return wrap("div", join([wrap("div", content), wrap("div", column or "")]), "vx-columns")


@kit.tag()
def table(
    context: Context,
    columns: Annotated[Sequence[str], "the headings"],
    rows: Annotated[Iterable[Sequence[object]], "for each row its values, drawn as by `{% value %}`"],
    caption: Annotated[str, "what the table shows, for screen readers"] = "",
) -> str:
    """A table of values; money and numbers stand at their column's end. In a narrow frame rows become cards.

    Nothing without rows.
    """
    given = [list(row) for row in rows]
    if not given:
        return NOTHING
    ends = [any(_is_number(cell) for cell in cells) for cells in zip(*given, strict=True)]
    heads = join(
        format_html('<th scope="col" role="columnheader"{}>{}</th>', _at_end(is_end), head)
        for head, is_end in zip(columns, ends, strict=True)
    )
    # The roles remain when a narrow frame lays the table out in another way, which makes browsers forget it is one.
    head = wrap("thead", wrap("tr", heads, role="row"), role="rowgroup")
    body = wrap("tbody", join(_table_row(context, columns, row, ends) for row in given), role="rowgroup")
    label = wrap("caption", caption, "vx-visually-hidden")
    return wrap("table", join([label, head, body]), "vx-table", role="table")


def _table_row(context: Context, columns: Sequence[str], row: Sequence[object], ends: Sequence[bool]) -> str:
    cells = join(
        format_html('<td role="cell"{} data-label="{}">{}</td>', _at_end(is_end), head, value(context, cell))
        for head, cell, is_end in zip(columns, row, ends, strict=True)
    )
    return wrap("tr", cells, role="row")


def _at_end(is_end: bool) -> str:
    return attributes({"class": "vx-end" if is_end else ""})


def _is_number(cell: object) -> bool:
    return isinstance(cell, Money | int | float | Decimal) and not isinstance(cell, bool)


@kit.block()
def timeline(content: str) -> str:
    """What happened, one `{% event %}` below the other, the newest first."""
    return wrap("ol", content, "vx-timeline", role="list")


@kit.block(inside="timeline")
def event(
    context: Context,
    content: str,
    at: Annotated[dt.datetime | None, "when, an aware datetime"] = None,
    tone: Annotated[Tone, "how it was: a tone, as for `{% chip %}`"] = Tone.NEUTRAL,
    date_style: Annotated[formats.MomentFormat, "how the moment is written, as for `{% moment %}`"] = "datetime",
) -> str:
    """Something that happened: one of the `{% timeline %}`."""
    tone = Tone(tone)
    when = wrap("span", moment(context, at, date_style), "vx-faint")
    told = format_html("{}<div>{}{}</div>", draw_icon(tone), wrap("p", content), when)
    return wrap("li", told, f"vx-event vx-event--{tone.value}")


@kit.block()
def person(
    content: str,
    name: Annotated[str | None, "whose card it is"],
    none: Annotated[str, "what stands where there is no name; by default that there is none"] = "",
) -> str:
    """Who somebody is: initials, name, and badges for what there is to know of them."""
    shown = name or none or gettext("No name")
    who = wrap("p", wrap("bdi", shown), "vx-person__name", title=name or "")
    initials = format_html('<span class="vx-avatar" aria-hidden="true">{}</span>', formats.initials(name or ""))
    about = wrap("div", join([who, wrap("div", content, "vx-chips")]), "vx-person__who")
    return wrap("div", join([initials, about]), "vx-person")
