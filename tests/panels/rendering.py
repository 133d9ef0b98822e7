"""Rendering panels in tests as the product does, and reading what came out."""

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from panels.api import Identity, Panel, PanelContext
from panels.capabilities import CAPABILITIES
from panels.connectors.demo.connector import DemoConnector
from panels.markup import check_markup

ADA = Identity(contact_id=7, name="Ada Okafor", emails=("ada@example.com",), phones=("+4930123456",))
VOID = frozenset({"img", "br", "hr", "input", "meta", "link", "path", "rect", "circle"})


def demo_data(capability: str, email: str, *, stores: tuple[str, ...] = ("Shop A",)) -> Any:
    """Return what demonstration shops answer, merged."""
    who = Identity(emails=(email,))
    answers = [
        (store, getattr(DemoConnector({"shop": store, "currency": "EUR"}, name=store), capability)(who))
        for store in stores
    ]
    return CAPABILITIES[capability].merge(answers)


def make_ctx(data: Any, **changes: Any) -> PanelContext:
    """Return a context as the platform makes it: placement 12, Berlin, English, one shop."""
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


def render_panel(panel: Panel, ctx: PanelContext) -> "Document":
    template = panel.empty_template if panel.shows_nothing(ctx) else panel.template
    return _render(template, panel.get_context(ctx), ctx)


def render_part(panel: Panel, ctx: PanelContext, part: str, params: Mapping[str, str]) -> "Document":
    return _render(panel.parts[part], panel.get_part_context(ctx, part, params), ctx)


def _render(template: str, context: dict[str, Any], ctx: PanelContext) -> "Document":
    with translation.override(ctx.locale):
        html = render_to_string(template, {**context, "ctx": ctx})
    check_markup(html, panel=template)
    return Document.parse(html)


@dataclass
class Element:
    """A tag with its attributes and all the text inside it, in one line."""

    tag: str
    attrs: dict[str, str | None]
    text: str = ""

    def __getitem__(self, name: str) -> str | None:
        return self.attrs.get(name)

    def has_class(self, name: str) -> bool:
        return name in (self.attrs.get("class") or "").split()


@dataclass
class Document:
    """HTML, taken apart; parsing it fails where a tag is not closed in its place."""

    html: str
    elements: list[Element] = field(default_factory=list)
    text: str = ""

    @classmethod
    def parse(cls, html: str) -> "Document":
        reader = _Reader()
        reader.feed(html)
        reader.close()
        assert not reader.open, f"never closed: {[element.tag for element in reader.open]}"
        document = cls(html, reader.elements, " ".join("".join(reader.texts).split()))
        for element in document.elements:
            element.text = " ".join(element.text.split())
        return document

    def having(self, *, tag: str = "", cls: str = "", attr: str = "") -> list[Element]:
        return [
            element
            for element in self.elements
            if (not tag or element.tag == tag)
            and (not cls or element.has_class(cls))
            and (not attr or attr in element.attrs)
        ]

    def texts(self, cls: str) -> list[str]:
        return [element.text for element in self.having(cls=cls)]

    def assert_inert(self) -> None:
        """Nothing in it that the frame's policy forbids, or that runs."""
        for element in self.elements:
            assert element.tag not in {"script", "img", "iframe", "object", "style"}, element
            forbidden = {name for name in element.attrs if name.startswith(("on", "hx-on")) or name == "style"}
            assert not forbidden, element
            for name in ("href", "src"):
                assert (element.attrs.get(name) or "https://").startswith(("https://", "http://")), element


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Element] = []
        self.elements: list[Element] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in <{tag}>"
        if tag in {"div", "ul", "ol", "dl", "p"}:
            assert not any(element.tag == "p" for element in self.open), f"<{tag}> inside <p>"
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop().tag == tag, f"</{tag}> in the wrong place"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        for element in self.open:
            element.text += data
