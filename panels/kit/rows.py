"""Lists of records: rows that open, headings between them, and the rest on demand."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.template import Context
from django.utils.html import format_html
from django.utils.translation import ngettext

from panels import formats
from panels.kit.markup import NOTHING, attributes, join, language, part_address, wrap
from panels.kit.registry import Kit

kit = Kit("Lists")

_PARAMS = "further arguments by name: the part's parameters"
_PLACES = {
    "title": "vx-row__title",
    "state": "vx-row__state",
    "amount": "vx-row__amount",
    "date": "vx-row__amount vx-row__amount--date",
    "second": "vx-row__pay",
    "facts": "vx-row__meta vx-meta",
    "flags": "vx-row__flags",
}


@kit.block(name="list")
def list_(
    context: Context,
    content: str,
    ordered: Annotated[bool, "whether the order says something"] = False,
    names: Annotated[bool, "whether titles are names or sentences, which may be cut, rather than numbers"] = False,
    wide: Annotated[bool, "whether titles are amounts or a few words, which take more room than numbers"] = False,
    mentions: Annotated[str, "numbers of records that are not shown, with spaces between"] = "",
    part: Annotated[str, "the part that answers `number=` with the row of such a record"] = "rows",
) -> str:
    """A list of `{% row %}`, with `{% heading %}` between them and `{% more %}` at its end; nothing without any.

    When the chat speaks of one of `mentions`, the frame fetches its row and puts it first.
    """
    return wrap(
        "ol" if ordered else "ul",
        content,
        "vx-rows vx-rows--names" if names else "vx-rows vx-rows--wide" if wide else "vx-rows",
        role="list",
        data_hidden_numbers=mentions,
        data_rows_url=part_address(context, part, {}) if mentions else "",
    )


@kit.parted("details", "below", inside="list")
def row(
    context: Context,
    content: str,
    details: str | None,
    below: str | None,
    key: Annotated[str, "names the row among the panel's: what is open stays open when data change"] = "",
    part: Annotated[str, "the part that is fetched into the details when they are opened"] = "",
    mention: Annotated[str | None, "the record's number: the row comes first when the chat speaks of it"] = "",
    over: Annotated[bool, "whether the record counts no longer, such as a cancelled order"] = False,
    focus: Annotated[bool, "whether the row takes the focus: the first of those that came by `{% more %}`"] = False,
    **params: Annotated[Any, _PARAMS],
) -> str:
    """One record of a `{% list %}`. What stands in the row is put into its `{% slot %}`s.

    What follows `{% details %}` shows when the row is opened; with `part` only until that has come. What follows
    `{% below %}` shows below the row always.
    """
    if details is None:
        line = wrap("div", content, "vx-row__head")
    else:
        summary = wrap("summary", content, "vx-row__head", autofocus=bool(focus))
        body = _on_opening(context, details, "vx-row__body", part, params)
        line = wrap("details", join([summary, body]), "vx-details", id=_id(context, key))
    return wrap(
        "li",
        join([line, wrap("div", below or "", "vx-row__below")]),
        "vx-row vx-row--over" if over else "vx-row",
        data_row=True,
        data_mention=mention,
    )


@kit.block(inside="list")
def slot(
    content: str,
    place: Annotated[str, '"title", "state", "amount" or "date", "second", "facts" or "flags"'],
) -> str:
    """A place of a `{% row %}`; nothing where it is left empty.

    The title tells records apart; the state is a badge; an amount or a date stands at the end of the line;
    `second` is a quieter badge; facts are `{% fact %}`s; flags are chips for what is unusual. In a narrow frame
    title, state and amount remain.
    """
    inside = wrap("bdi", content) if place == "title" else content
    return wrap("span", inside, _PLACES[place])


@kit.block(inside="list")
def fact(content: str) -> str:
    """One of the facts in a row's slot "facts" or in `{% facts %}`, with a dot between them; nothing for nothing."""
    return wrap("bdi", content)


@kit.block()
def facts(content: str) -> str:
    """A line of `{% fact %}`s outside of rows."""
    return wrap("p", content, "vx-meta")


@kit.tag(inside="list")
def heading(
    text: Annotated[str, "the heading"],
    in_list: Annotated[bool, "whether it stands between rows"] = False,
) -> str:
    """A heading above a list, or between its rows."""
    return wrap("li", wrap("h3", text), "vx-heading") if in_list else wrap("h3", text, "vx-heading")


@kit.tag(inside="list")
def more(
    context: Context,
    part: Annotated[str, "the part whose template has the next rows and, again, this tag"],
    offset: Annotated[int | None, "how many rows there are before them: the part is asked for with `offset=`"],
    remaining: Annotated[int | None, "how many rows are left; with none there is no button"],
    **params: Annotated[Any, _PARAMS],
) -> str:
    """The end of a list that goes on: a button that is replaced by the next rows."""
    if not remaining:
        return NOTHING
    text = ngettext("Show more (%(shown)s left)", "Show more (%(shown)s left)", remaining) % {
        "shown": formats.format_number(remaining, language())
    }
    button = wrap(
        "button",
        text,
        "vx-button vx-button--quiet",
        type="button",
        hx_get=part_address(context, part, {"offset": offset, **params}),
        hx_target="closest li",
        hx_swap="outerHTML",
    )
    return wrap("li", button, "vx-more")


@kit.block()
def disclosure(
    context: Context,
    content: str,
    summary: Annotated[str, "what it holds, in a few words"],
    key: Annotated[str, "names it among the panel's: what is open stays open when data change"],
    part: Annotated[str, "the part that is fetched into it when it is opened"] = "",
    keep: Annotated[str, "the name under which the agent finds it as it was left in the conversation"] = "",
    **params: Annotated[Any, _PARAMS],
) -> str:
    """What is hidden until it is asked for, below everything else.

    With `part` its content shows only until that has come.
    """
    body = _on_opening(context, content, "", part, params)
    parts = join([wrap("summary", summary), body])
    return wrap("details", parts, "vx-more-details", id=_id(context, key), data_keep=keep)


@kit.tag()
def part_url(
    context: Context,
    part: Annotated[str, "one of the panel's `parts`"],
    **params: Annotated[Any, _PARAMS],
) -> str:
    """The address of one of the panel's parts, relative to the frame, for attributes such as `hx-get`."""
    return part_address(context, part, params)


def _on_opening(context: Context, content: str, class_: str, part: str, params: Mapping[str, object]) -> str:
    """Return the body of a `<details>`, and let the part replace it when that is opened."""
    attrs: dict[str, object] = {"class": class_}
    if part:
        attrs |= {"hx-get": part_address(context, part, params), "hx-trigger": "toggle once from:closest details"}
    return format_html("<div{}>{}</div>", attributes(attrs), content)


def _id(context: Context, key: str) -> str:
    return f"vx-{context['ctx'].placement_id}-{key}" if key else ""
