"""Panels rendered as the platform renders them, and what came out, taken apart."""

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from panels.base import Panel, PanelContext
from panels.markup import check_markup
from panels.settings_forms import clean_settings
from tenants.trust.identity import Identity

# Whom the tests are about, and somebody else.
ADA = Identity(
    contact_id=7, name="Ada Okafor", identifier="ada-7", emails=("ada@example.com",), phones=("+4930123456",)
)
BOB = Identity(
    contact_id=8, name="Bob Winter", identifier="bob-8", emails=("bob@example.com",), phones=("+4930987654",)
)

_VOID = frozenset(("area", "br", "circle", "col", "hr", "img", "input", "line", "path", "polyline", "rect", "wbr"))
_BLOCKS = frozenset(("div", "dl", "ol", "p", "section", "table", "ul"))


def make_context(data: Any, **changes: Any) -> PanelContext:
    """Return a context as the platform makes it: placement 12, an agent, English, Berlin, one connection."""
    values: dict[str, Any] = {
        "data": data,
        "settings": {},
        "identity": ADA,
        "identity_verified": None,
        "role": "agent",
        "locale": "en",
        "time_zone": zoneinfo.ZoneInfo("Europe/Berlin"),
        "placement_id": 12,
        "connections": ("Shop A",),
    }
    return PanelContext(**{**values, **changes})


def panel_context(panel: Panel, data: Any, settings: Mapping[str, Any] | None = None, **changes: Any) -> PanelContext:
    """Return the context of a placement of the panel: its settings cleaned, and of the viewer what it asks for.

    The viewer has a session, and so the panel's actions.
    """
    asked = {
        "actions": panel.actions,
        "can_act": True,
        "agent_id": 5 if "agent" in panel.vary else None,
        "conversation_id": 7 if "conversation" in panel.vary else None,
    }
    cleaned = clean_settings(panel.SettingsForm, settings or {})
    return make_context(data, **{"settings": cleaned, **asked, **changes})


def render_panel(panel: Panel, ctx: PanelContext) -> "Document":
    """Return the panel's body. Raises whatever the panel raises, and `ForbiddenMarkup` or `BrokenHtml`."""
    template = panel.empty_template if panel.shows_nothing(ctx) else panel.template
    return _render(template, ctx, lambda: panel.get_context(ctx))


def render_part(panel: Panel, ctx: PanelContext, part: str, params: Mapping[str, str]) -> "Document":
    """Return one of the panel's parts. Raises as `render_panel` does, and LookupError for what is not there."""
    return _render(panel.parts[part], ctx, lambda: panel.get_part_context(ctx, part, params))


def _render(template: str, ctx: PanelContext, context: Any) -> "Document":
    with translation.override(ctx.locale):
        html = render_to_string(template, {**context(), "ctx": ctx})
    check_markup(html, panel=template)
    return Document.parse(html)


class BrokenHtml(AssertionError):
    """The HTML has tags that are not closed, or in places where browsers move them."""


@dataclass
class Element:
    """A tag with its attributes and all the text inside it, in one line."""

    tag: str
    attrs: dict[str, str | None]
    text: str = ""

    def __getitem__(self, name: str) -> str | None:
        return self.attrs.get(name)

    def has_class(self, name: str) -> bool:
        """Return whether it has the class."""
        return name in (self.attrs.get("class") or "").split()


@dataclass
class Document:
    """HTML, taken apart. `text` is all its text in one line."""

    html: str
    elements: list[Element] = field(default_factory=list)
    text: str = ""

    @classmethod
    def parse(cls, html: str) -> "Document":
        """Return the HTML, taken apart; raise `BrokenHtml` where a tag is not closed in its place."""
        reader = _Reader()
        reader.feed(html)
        reader.close()
        if reader.open:
            raise BrokenHtml(f"never closed: {', '.join(f'<{element.tag}>' for element in reader.open)}")
        document = cls(html, reader.elements, " ".join("".join(reader.texts).split()))
        for element in document.elements:
            element.text = " ".join(element.text.split())
        return document

    def having(self, *, tag: str = "", cls: str = "", attr: str = "") -> list[Element]:
        """Return the elements that have the tag, the class and the attribute, each where one is named."""
        return [
            element
            for element in self.elements
            if (not tag or element.tag == tag)
            and (not cls or element.has_class(cls))
            and (not attr or attr in element.attrs)
        ]

    def texts(self, cls: str) -> list[str]:
        """Return the texts of the elements that have the class."""
        return [element.text for element in self.having(cls=cls)]

    def assert_inert(self) -> None:
        """Raise AssertionError where something in it runs, or is forbidden by the frame's policy."""
        for element in self.elements:
            running = [name for name in element.attrs if name.startswith(("on", "hx-on")) or name == "style"]
            addresses = [element.attrs.get(name) or "https://" for name in ("href", "src")]
            if (
                element.tag in {"script", "img", "iframe", "object", "style"}
                or running
                or not all(address.startswith(("https://", "http://")) for address in addresses)
            ):
                raise AssertionError(f"not inert: <{element.tag} {element.attrs}>")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Element] = []
        self.elements: list[Element] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(dict(attrs)) != len(attrs):
            raise BrokenHtml(f"an attribute twice in <{tag}>")
        if tag in _BLOCKS and any(element.tag == "p" for element in self.open):
            raise BrokenHtml(f"<{tag}> inside <p>")
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open:
            raise BrokenHtml(f"</{tag}> closes nothing")
        if (last := self.open.pop().tag) != tag:
            raise BrokenHtml(f"</{tag}> in the place of </{last}>")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        for element in self.open:
            element.text += data
