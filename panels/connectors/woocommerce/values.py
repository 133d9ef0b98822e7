"""Reading what a shop answers: whatever is missing, or of another type than documented, is None or empty.

Plugins change what WooCommerce answers, so nothing about a field is taken for granted.
"""

import html
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from panels.api import Money

Row = Mapping[str, Any]

# More than any amount or id, and still what a stored record can hold.
_MAX_DIGITS = 15
_MAX_NUMBER = 10**_MAX_DIGITS


def as_row(value: object) -> Row:
    """Return the object, empty where there is none."""
    return value if isinstance(value, dict) else {}


def as_rows(value: object) -> tuple[Row, ...]:
    """Return the objects of a list. PHP writes a list with a gap in its keys as an object: that is one, too."""
    if isinstance(value, dict):
        value = list(value.values())
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def as_text(value: object) -> str | None:
    """Return the text without surrounding space, its entities resolved; None for what is no text, or empty."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return (html.unescape(value).strip() or None) if isinstance(value, str) else None


def as_int(value: object) -> int | None:
    """Return the whole number, also where it is written as a text or as 2.0."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdecimal() and len(value) <= _MAX_DIGITS else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _MAX_NUMBER:
        return None
    return int(value) if value == int(value) else None


def as_id(value: object) -> int:
    """Return the id; 0 where there is none, as WooCommerce has it."""
    return max(as_int(value) or 0, 0)


def as_money(value: object, currency: str) -> Money | None:
    """Return the amount, which WooCommerce writes as a text; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    try:
        money = Money.of(Decimal(value), currency)
    except (ArithmeticError, ValueError):
        return None
    return money if abs(money.minor) < _MAX_NUMBER else None


def as_moment(value: object) -> datetime | None:
    """Return the moment of a `…_gmt` field, which is written without a zone. The other dates are in the shop's."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_web_address(value: object) -> str | None:
    """Return the address if it is one of the web."""
    # Resolving other entities would turn "&region=" into "®ion=".
    text = value.strip().replace("&amp;", "&") if isinstance(value, str) else ""
    return text if text.lower().startswith(("https://", "http://")) else None


def meta(row: Row) -> dict[str, Any]:
    """Return the row's meta data by key, which is where plugins keep theirs."""
    return {
        item["key"]: item.get("value") for item in as_rows(row.get("meta_data")) if isinstance(item.get("key"), str)
    }
