"""What a panel's HTML must not hold: whatever would move the frame off our origin.

The host posts the raw context to whichever page its iframe shows. So a link, a form or an injected refresh
that takes the frame elsewhere hands the conversation to that place.

Panels are templates, which escape what they show; this finds the one that did not, and the author who did
not know. It reads by a grammar stricter than any browser's, in which every `<` begins a tag: what a browser
could understand in another way than we do is refused for that alone.
"""

import logging
import re
from collections.abc import Iterator
from html import unescape

logger = logging.getLogger(__name__)

# HTML's own white space: Python's `\s` knows more, and browsers do not.
_SPACE = r"[\t\n\f\r ]"
_NAME = r"[A-Za-z][A-Za-z0-9:-]*+"
_KEY = r"""[^\t\n\f\r "'<>/=]++"""
# No `<` in a value: it might be the text of a <title>, in which the tag ends elsewhere.
_VALUE = r"""(?:"[^"<]*+"|'[^'<]*+'|[^\t\n\f\r "'=<>`]++)"""
_ATTRIBUTE = rf"{_KEY}(?:{_SPACE}*+={_SPACE}*+{_VALUE})?+"
_TAG = re.compile(
    rf"<(?:(?P<element>{_NAME})(?P<attributes>(?:{_SPACE}++{_ATTRIBUTE})*+){_SPACE}*+/?>"
    rf"|/{_NAME}{_SPACE}*+>|!--[^<]*?-->|(?P<odd>))"
)
_ATTRIBUTES = re.compile(rf"({_KEY})(?:{_SPACE}*+={_SPACE}*+({_VALUE}))?+")

# They load, run, refresh, change links (SVG's), or make the browser read what follows in another way.
_FORBIDDEN = frozenset(
    (
        "animate", "animatemotion", "animatetransform", "applet", "base", "body", "embed", "fencedframe", "frame",
        "frameset", "head", "html", "iframe", "link", "meta", "noembed", "noframes", "noscript", "object", "plaintext",
        "portal", "script", "set", "style", "template", "xmp",
    )
)  # fmt: skip
_FORBIDDEN_ATTRIBUTES = frozenset(("formtarget", "http-equiv", "ping", "srcdoc"))
_ADDRESSES_OF_OURS = frozenset(("action", "formaction", "hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"))
_LINKS = frozenset(("href", "xlink:href"))
_SCHEME = re.compile(r"([^/?#]*):")
_OUTSIDE = ("http", "https")
# They open in another program; the frame stays.
_ELSEWHERE = ("mailto", "tel")
# Browsers drop some of these from an address, and take the last one for a slash.
_ODD_IN_ADDRESSES = re.compile(r"[\x00-\x20\x7f\\]")


class ForbiddenMarkup(Exception):
    """The HTML would not be safe in a frame. The text says why, in words of ours alone."""


def check_markup(html: str, *, panel: str) -> None:
    """Raise `ForbiddenMarkup`, and log why, for a panel's HTML that could take the frame off our origin."""
    try:
        _check(html)
    except ForbiddenMarkup as error:
        logger.error("panel %s: its HTML has %s", panel, error)  # noqa: TRY400 - where it was found says nothing
        raise


def _check(html: str) -> None:
    for tag in _TAG.finditer(html):
        if tag["odd"] is not None:
            raise ForbiddenMarkup("a “<” that begins no plain tag: what is shown must be escaped")
        if element := tag["element"]:
            if element.lower() in _FORBIDDEN:
                raise ForbiddenMarkup(f"an element <{element.lower()}>")
            if tag["attributes"]:
                _check_attributes(dict(_read_attributes(tag["attributes"])))


def _read_attributes(text: str) -> Iterator[tuple[str, str]]:
    # Of two of the same name browsers take the first, and a dict the last.
    for key, value in reversed(_ATTRIBUTES.findall(text)):
        yield (
            key.lower().removeprefix("data-") if key.lower().startswith("data-hx-") else key.lower(),
            unescape(value[1:-1] if value[:1] in ("'", '"') else value),
        )


def _check_attributes(attributes: dict[str, str]) -> None:
    for key, value in attributes.items():
        if key in _FORBIDDEN_ATTRIBUTES:
            raise ForbiddenMarkup(f"an attribute “{key}”")
        if key.startswith(("on", "hx-on")):
            raise ForbiddenMarkup("an event handler")
        if key in _ADDRESSES_OF_OURS and not _is_ours(value):
            raise ForbiddenMarkup(f"an attribute “{key}” that leads elsewhere")
        if key == "target" and value.lower() != "_blank":
            raise ForbiddenMarkup("a target other than _blank")
        if key in _LINKS:
            _check_link(value, attributes)


def _check_link(address: str, attributes: dict[str, str]) -> None:
    if _is_ours(address):
        return
    scheme = found[1].lower() if (found := _SCHEME.match(address)) else ""
    if scheme in _ELSEWHERE:
        return
    if scheme not in _OUTSIDE or _ODD_IN_ADDRESSES.search(address):
        raise ForbiddenMarkup("a link that is no plain http(s) address")
    if "target" not in attributes or not {"noopener", "noreferrer"} <= set(attributes.get("rel", "").lower().split()):
        raise ForbiddenMarkup("a link out of the frame without target=_blank and rel=“noopener noreferrer”")


def _is_ours(address: str) -> bool:
    """Return whether the address stays on the page's origin, whichever page it is in."""
    return not (address.startswith("//") or _SCHEME.match(address) or _ODD_IN_ADDRESSES.search(address))
