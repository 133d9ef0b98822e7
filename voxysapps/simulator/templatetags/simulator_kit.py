"""`{% load simulator_kit %}`: docstrings as HTML, for the gallery of components."""

import re

from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = Library()

_CODE = re.compile(r"`([^`]+)`")
_BLANK_LINE = re.compile(r"\n\s*\n")


@register.filter
def prose(text: str) -> SafeString:
    """Return a docstring's paragraphs, with what stands between backticks as code."""
    return format_html_join("\n", "<p>{}</p>", ((with_code(one),) for one in _BLANK_LINE.split(text)))


@register.filter
def with_code(text: str) -> SafeString:
    """Return the text, escaped, with what stands between backticks as code."""
    # Every second piece of the split is what the pattern's group found.
    pieces = enumerate(_CODE.split(text))
    return format_html_join("", "{}", ((format_html("<code>{}</code>", one) if at % 2 else one,) for at, one in pieces))
