"""Pieces of HTML that components are made of."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.template import Context
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

NOTHING = SafeString("")


def language() -> str:
    return get_language() or "en"


def attributes(pairs: Mapping[str, object]) -> SafeString:
    """Return HTML attributes, each with a space before it. Without those that are False, None or empty."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value),)
            for name, value in pairs.items()
            if value is not None and value is not False and value != ""
        ),
    )


def wrap(tag: str, content: str, class_: str = "", **attrs: object) -> SafeString:
    """Return the element around the content, which is escaped unless it is safe; nothing around nothing.

    An `_` in the name of an attribute stands for `-`.
    """
    inside = conditional_escape(content).strip()
    if not inside:
        return NOTHING
    named = {"class": class_, **{name.replace("_", "-"): value for name, value in attrs.items()}}
    return format_html("<{0}{1}>{2}</{0}>", tag, attributes(named), mark_safe(inside))  # noqa: S308 - escaped above


def join(pieces: Iterable[str], between: str = "") -> SafeString:
    """Return the pieces one after the other, each escaped unless it is safe."""
    return format_html_join(between, "{}", ((piece,) for piece in pieces))


def part_address(context: Context, part: str, params: Mapping[str, object]) -> str:
    """Return the address of a part of the panel, relative to the frame."""
    return f"panels/{context['ctx'].placement_id}/?{urlencode({'part': part, **params})}"
