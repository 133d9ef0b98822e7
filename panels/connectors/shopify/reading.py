"""Reading answers that may lack anything: each function returns None, or nothing, for what is not as expected."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from panels.api import Address, Money

Node = Mapping[str, Any]
_NOTHING: Node = {}
# Beyond these a number is no quantity and an amount none of a shop's; what is stored has to fit 64 bits.
_MOST = 10**9
_MOST_MINOR = 10**14


def node(parent: Node, *path: str) -> Node:
    """Return the object at the path, an empty one where there is none."""
    value = _at(parent, path)
    return value if isinstance(value, Mapping) else _NOTHING


def nodes(parent: Node, *path: str) -> list[Node]:
    """Return the objects of the list or connection at the path; none where there is no list."""
    return listed(parent, *path) or []


def listed(parent: Node, *path: str) -> list[Node] | None:
    """Return the objects of the list or connection at the path, None where there is no list."""
    value = _at(parent, path)
    if isinstance(value, Mapping):
        value = value.get("nodes")
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else None


def text(parent: Node, *path: str) -> str | None:
    value = _at(parent, path)
    return value.strip() or None if isinstance(value, str) else None


def texts(parent: Node, *path: str) -> tuple[str, ...]:
    value = _at(parent, path)
    return tuple(entry for entry in value if isinstance(entry, str) and entry) if isinstance(value, list) else ()


def is_true(parent: Node, *path: str) -> bool:
    return _at(parent, path) is True


def whole(parent: Node, *path: str) -> int | None:
    """Return a number; Shopify sends large ones as strings."""
    value = _at(parent, path)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < len(str(_MOST)):
        return int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and abs(value) < _MOST else None


def moment(parent: Node, *path: str) -> datetime | None:
    value = text(parent, *path)
    try:
        at = datetime.fromisoformat(value or "")
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def money(parent: Node, *path: str) -> Money | None:
    """Return a MoneyV2."""
    amount, currency = text(parent, *path, "amount"), text(parent, *path, "currencyCode")
    try:
        found = Money.of(amount, currency) if amount and currency else None
    except (ArithmeticError, ValueError):
        return None
    return found if found is not None and abs(found.minor) < _MOST_MINOR else None


def paid(parent: Node, *path: str) -> Money | None:
    """Return a MoneyBag as the customer paid it."""
    presented = money(parent, *path, "presentmentMoney")
    return money(parent, *path, "shopMoney") if presented is None else presented


def number_of(parent: Node, *path: str) -> str | None:
    """Return the number in an id such as "gid://shopify/Order/450789469"."""
    value = text(parent, *path) or ""
    number = value.rpartition("/")[2].partition("?")[0]
    return number or None


def raw_status(**words: str | None) -> dict[str, str]:
    """Return Shopify's own words, those that are there."""
    return {kind: word for kind, word in words.items() if word}


def plain(word: str | None) -> str | None:
    """Return one of Shopify's words as people write it: "PRODUCT_NOT_RECEIVED" as "Product not received"."""
    return word.replace("_", " ").capitalize() if word else None


def address(postal: Node) -> Address | None:
    """Return a MailingAddress."""
    lines = tuple(line for key in ("company", "address1", "address2") if (line := text(postal, key)))
    found = Address(
        name=text(postal, "name"),
        lines=lines,
        postcode=text(postal, "zip"),
        city=text(postal, "city"),
        region=text(postal, "province"),
        country=text(postal, "countryCodeV2"),
    )
    return None if found == Address() else found


def time_zone(postal: Node) -> str | None:
    """Return the zone of a MailingAddress, if it is one that can be told the time of."""
    name = text(postal, "timeZone")
    try:
        return ZoneInfo(name).key if name else None
    except (ValueError, OSError, KeyError):  # KeyError: no such zone
        return None


def _at(parent: Node, path: Sequence[str]) -> Any:
    value: Any = parent
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value
