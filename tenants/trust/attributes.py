"""Which of a contact's custom attributes say who the customer is in other systems.

Only they are kept of all that a contact may have. Who looks for them tells which: see `register`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

MAX_LENGTH = 255
_sources: list[Callable[[int], Iterable[str]]] = []


def register(source: Callable[[int], Iterable[str]]) -> Callable[[int], Iterable[str]]:
    """Ask `source` too, by account id, for names of attributes that customers are recognised by."""
    _sources.append(source)
    return source


def identifying(account_id: int, attributes: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return those of the contact's attributes that identify it, as text, by name."""
    if not attributes:
        return ()
    names = {name for source in _sources for name in source(account_id)}
    values = ((name, _text(attributes.get(name))) for name in sorted(names))
    return tuple((name, text) for name, text in values if text)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip()
    return text if len(text) <= MAX_LENGTH else ""
