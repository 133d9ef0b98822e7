"""One record as HubSpot gives it: texts by property name, any of which may be missing or odd."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from panels.api import Money

_CURRENCY = re.compile(r"[A-Z]{3}")
# Above what anybody pays, in the smallest units; beyond it a number is a mistake, and nothing to reckon with.
MOST_MINOR = 10**13
_MOST = Decimal(MOST_MINOR)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_DIGITS = range(11, 15)


@dataclass(frozen=True, slots=True)
class Row:
    """A record of any type. Its readers return None for what is missing, empty or of another kind."""

    id: str
    properties: Mapping[str, Any]
    created_at: datetime | None = None

    @classmethod
    def of(cls, found: Any) -> "Row | None":
        """Return the record, or None for what is none."""
        if not isinstance(found, dict):
            return None
        object_id = as_id(found.get("id"))
        properties = found.get("properties")
        if object_id is None or not isinstance(properties, dict):
            return None
        return cls(object_id, properties, as_instant(found.get("createdAt")))

    def text(self, *names: str) -> str | None:
        """Return the first of the properties that says something."""
        return next((text for name in names if (text := as_text(self.properties.get(name)))), None)

    def texts(self, name: str, separators: str = ";") -> tuple[str, ...]:
        """Return the parts of a property that holds several."""
        parts = re.split(f"[{re.escape(separators)}]", self.text(name) or "")
        return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def is_true(self, name: str) -> bool:
        return (self.text(name) or "").casefold() == "true"

    def number(self, name: str) -> Decimal | None:
        try:
            number = Decimal(self.text(name) or "")
        except InvalidOperation:
            return None
        return number if number.is_finite() and abs(number) < _MOST else None

    def currency(self, *names: str, default: str) -> str:
        """Return the currency the record names, or the default."""
        named = (self.text(*names) or "").upper()
        return named if _CURRENCY.fullmatch(named) else default

    def money(self, *names: str, currency: str) -> Money | None:
        """Return the first of the properties that is an amount."""
        amounts = (Money.of(amount, currency) for name in names if (amount := self.number(name)) is not None)
        return next((money for money in amounts if abs(money.minor) < MOST_MINOR), None)

    def instant(self, *names: str) -> datetime | None:
        """Return the first of the properties that is a time."""
        return next((at for name in names if (at := as_instant(self.properties.get(name)))), None)


def as_text(value: Any) -> str | None:
    """Return a text without space around it, or None. A number that is no fraction counts as its digits."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value).strip() or None


def as_id(value: Any) -> str | None:
    """Return a record's id, or None for what can be none: ids are digits."""
    text = as_text(value)
    return text if text and text.isascii() and text.isdecimal() and len(text) <= 20 else None  # noqa: PLR2004


def as_instant(value: Any) -> datetime | None:
    """Return a time that is written as in ISO 8601 or in milliseconds since 1970, or None."""
    text = as_text(value)
    if text is None:
        return None
    try:
        if text.isdecimal() and len(text) in _MILLISECONDS_DIGITS:
            return _EPOCH + timedelta(milliseconds=int(text))
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
