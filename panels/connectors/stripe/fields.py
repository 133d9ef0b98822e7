"""Reading fields of Stripe's answers without trusting them: what is missing or of another type is None."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from panels.api import Money

Json = Mapping[str, Any]
Made = TypeVar("Made")

# Beyond it a number is no amount of money and no moment, and a snapshot could not hold it.
_LARGEST = 2**53
# How many decimals the amounts have that Stripe sends: not always as many as the currency has. ISK and UGX
# have none, but come with two (https://docs.stripe.com/currencies#special-cases).
_WITHOUT_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_WITH_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def pick(thing: object, *path: str) -> Any:
    """Return what lies under the path, or None."""
    for name in path:
        if not isinstance(thing, Mapping):
            return None
        thing = thing.get(name)
    return thing


def text(thing: object, *path: str) -> str | None:
    """Return the text under the path; None for an empty one, too."""
    found = pick(thing, *path)
    return (found.strip() or None) if isinstance(found, str) else None


def whole(thing: object, *path: str) -> int | None:
    """Return the whole number under the path."""
    found = pick(thing, *path)
    if not isinstance(found, int) or isinstance(found, bool) or abs(found) >= _LARGEST:
        return None
    return found


def moment(thing: object, *path: str) -> datetime | None:
    """Return the moment under the path, which Stripe sends as seconds since 1970."""
    seconds = whole(thing, *path)
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def rows(thing: object, *path: str) -> tuple[Json, ...]:
    """Return the objects of the list under the path, as Stripe nests lists: {"data": [...]}."""
    found = pick(thing, *path, "data")
    return tuple(row for row in found if isinstance(row, Mapping)) if isinstance(found, list) else ()


def id_of(thing: object, *path: str) -> str | None:
    """Return the id under the path, whether the object it names has been expanded or not."""
    return text(thing, *path) or text(thing, *path, "id")


def is_test(thing: object) -> bool:
    """Return whether the object was made in test mode or a sandbox. What does not tell is real."""
    return pick(thing, "livemode") is False


def money(minor: int | Decimal | None, currency: str | None) -> Money | None:
    """Return an amount as Stripe sends it, such as 1999 and "eur"."""
    if minor is None or currency is None or abs(given := Decimal(minor)) >= _LARGEST:
        return None
    code = currency.upper()
    decimals = 0 if code in _WITHOUT_DECIMALS else 3 if code in _WITH_THREE_DECIMALS else 2
    try:
        return Money.of(given.scaleb(-decimals), code)
    except ValueError:  # no currency's code
        return None


def amount(thing: object, name: str) -> Money | None:
    """Return the amount called `name` of an object, in the object's currency."""
    return money(whole(thing, name), text(thing, "currency"))


def lacking_of(thing: Json, total: str) -> str:
    """Return what an object lacks of what none can be shown without; `total` is the name of its amount."""
    if text(thing, "id") is None:
        return "id"
    if moment(thing, "created") is None:
        return "created"
    return "currency" if text(thing, "currency") is None else total


def present(made: Iterable[Made | None]) -> tuple[Made, ...]:
    """Return what could be made, without the None of objects that lack what cannot be missing."""
    return tuple(one for one in made if one is not None)
