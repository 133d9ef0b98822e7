"""Pieces of HTML that components are made of."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.template import Context
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

NOTHING = SafeString("")
_IN_QUOTES = str.maketrans({'"': "&quot;", "'": "&#x27;", "<": "&lt;", ">": "&gt;"})


def language() -> str:
    return get_language() or "en"


def attributes(pairs: Mapping[str, object]) -> SafeString:
    """Return HTML attributes, each with a space before it. Without those that are False, None or empty."""
    # Long lists have thousands of these: `format_html` costs several times as much.
    written = (
        f" {name}" if value is True else f' {name}="{_quoted(value)}"'
        for name, value in pairs.items()
        if value is not None and value is not False and value != ""
    )
    return mark_safe("".join(written))  # noqa: S308 - names are ours, values escaped


def _quoted(value: object) -> str:
    """Return the value for between double quotes. Of HTML that is safe in a text, only entities are kept."""
    if isinstance(value, SafeString):
        return value.translate(_IN_QUOTES)
    return escape(str(value))


def wrap(tag: str, content: str, class_: str = "", **attrs: object) -> SafeString:
    """Return the element around the content, which is escaped unless it is safe; nothing around nothing.

    An `_` in the name of an attribute stands for `-`.
    """
    inside = conditional_escape(content).strip()
    if not inside:
        return NOTHING
    named = {"class": class_, **{name.replace("_", "-"): value for name, value in attrs.items()}}
    return mark_safe(f"<{tag}{attributes(named)}>{inside}</{tag}>")  # noqa: S308 - tags are ours, the rest escaped


def join(pieces: Iterable[str], between: str = "") -> SafeString:
    """Return the pieces one after the other, each escaped unless it is safe. `between` is ours."""
    return mark_safe(between.join(conditional_escape(piece) for piece in pieces))  # noqa: S308 - escaped


def part_address(context: Context, part: str, params: Mapping[str, object]) -> str:
    """Return the address of a part of the panel, relative to the frame."""
    return f"panels/{context['ctx'].placement_id}/?{urlencode({'part': part, **params})}"
