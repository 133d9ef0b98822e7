"""Connections to a company's own API as the tests configure them, and the settings that the docs show."""

import re
from pathlib import Path
from typing import Any

import yaml

from panels.connectors.json_http.connector import JsonHttpConnector
from panels.settings_forms import check_settings, clean_settings, split

DOCS = Path(__file__).parents[2] / "docs/connectors/json-http.md"


def connect(address: str, *, name: str = "Acme", **settings: Any) -> JsonHttpConnector:
    """Return the connector with settings that its form finds good."""
    form = JsonHttpConnector.SettingsForm
    entered = {"address": address, **settings}
    check_settings(form, *split(form, entered))
    return JsonHttpConnector(clean_settings(form, entered), name=name)


def documented(example: str) -> dict[str, Any]:
    """Return the settings of an example in the docs."""
    blocks = dict(re.findall(r"```yaml ([\w-]+)\n(.*?)```", DOCS.read_text(), re.DOTALL))
    found: dict[str, Any] = yaml.safe_load(blocks[example])
    return found


def order(number: int, /, **values: Any) -> dict[str, Any]:
    """A row of an API that has the usual names."""
    return {
        "id": number,
        "number": f"A-{number}",
        "email": "ada@example.com",
        "customer_id": 7,
        "total": "12.50",
        "currency": "EUR",
        "created_at": f"2026-11-{number:02}T10:00:00Z",
        "payment_status": "paid",
        "delivery_status": "in transit",
        "items": [{"title": "Mug", "quantity": 2, "price": 6.25}],
        **values,
    }
