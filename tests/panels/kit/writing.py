"""Rendering a piece of a template as a panel's is."""

import zoneinfo
from types import SimpleNamespace
from typing import Any

from django.template import Context, Template

from panels.api import Identity
from panels.markup import check_markup
from tests.panels.rendering import Document


def write(source: str, **context: Any) -> str:
    """Return what the template makes of the context, for placement 12 in UTC."""
    ctx = SimpleNamespace(
        placement_id=12, time_zone=zoneinfo.ZoneInfo("UTC"), identity=Identity(emails=("ada@example.com",))
    )
    return Template("{% load panels %}" + source).render(Context({"ctx": ctx, **context}))


def draw(source: str, **context: Any) -> Document:
    """Return the same, taken apart; fails for what no panel may show."""
    html = write(source, **context)
    check_markup(html, panel="test")
    document = Document.parse(html)
    document.assert_inert()
    return document
