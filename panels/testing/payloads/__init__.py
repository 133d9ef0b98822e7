"""What the host really posts into a frame, of every generation of it and of its mobile app, made anonymous."""

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


def read_payloads() -> dict[str, dict[str, Any]]:
    """Return every payload by its name, such as "01_website_widget_email": new dictionaries, yours to change."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.json"))}
