"""The test kit for authors of panels and connectors; docs/panels/testing.md tells how to use it.

With `panels.api` it is all that is public. `panels.testing.plugin` is loaded before Django is set up, so nothing
here is imported before somebody asks for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from panels.testing.answers import empty, huge, realistic, sparse
    from panels.testing.connector_contract import ConnectorContract
    from panels.testing.hostile import HOSTILE
    from panels.testing.http import Asked, Http, Reply
    from panels.testing.panel_contract import PanelContract
    from panels.testing.payloads import read_payloads
    from panels.testing.rendering import (
        ADA,
        BOB,
        BrokenHtml,
        Document,
        Element,
        make_context,
        render_panel,
        render_part,
    )

_PLACES = {
    "ADA": "rendering",
    "BOB": "rendering",
    "HOSTILE": "hostile",
    "Asked": "http",
    "BrokenHtml": "rendering",
    "ConnectorContract": "connector_contract",
    "Document": "rendering",
    "Element": "rendering",
    "Http": "http",
    "PanelContract": "panel_contract",
    "Reply": "http",
    "empty": "answers",
    "huge": "answers",
    "make_context": "rendering",
    "read_payloads": "payloads",
    "realistic": "answers",
    "render_panel": "rendering",
    "render_part": "rendering",
    "sparse": "answers",
}

__all__ = [
    "ADA",
    "BOB",
    "HOSTILE",
    "Asked",
    "BrokenHtml",
    "ConnectorContract",
    "Document",
    "Element",
    "Http",
    "PanelContract",
    "Reply",
    "empty",
    "huge",
    "make_context",
    "read_payloads",
    "realistic",
    "render_panel",
    "render_part",
    "sparse",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
