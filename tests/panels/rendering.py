"""Rendering panels in tests as the product does, and reading what came out."""

from typing import Any

from panels.api import Identity, PanelContext
from panels.capabilities import CAPABILITIES
from panels.connectors.demo.connector import DemoConnector
from panels.testing.rendering import Document, make_context, render_panel, render_part

__all__ = ["Document", "demo_data", "make_ctx", "render_panel", "render_part"]


ADA = Identity(contact_id=7, name="Ada Okafor", emails=("ada@example.com",), phones=("+4930123456",))


def make_ctx(data: Any, **changes: Any) -> PanelContext:
    """Return a context as the platform makes it, of Ada, who has no identifier."""
    return make_context(data, **{"identity": ADA, **changes})


def demo_data(capability: str, email: str, *, stores: tuple[str, ...] = ("Shop A",)) -> Any:
    """Return what demonstration shops answer, merged."""
    who = Identity(emails=(email,))
    answers = [
        (store, getattr(DemoConnector({"shop": store, "currency": "EUR"}, name=store), capability)(who))
        for store in stores
    ]
    return CAPABILITIES[capability].merge(answers)
