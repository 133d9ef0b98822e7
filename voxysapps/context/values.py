"""Values the host spells in several ways, and the one way our structs have them.

msgspec reads these annotations at run time, so what a type checker sees (the value after `settle`)
and what the decoder accepts (everything the host sends) are declared side by side.
"""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

# Ids are Rails bigints; sums of money or times do not occur as ids.
Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]

if TYPE_CHECKING:
    # host-contract 2.5: seconds as int or float, ISO text, 0 for "none", null, or absent.
    Time = dt.datetime | None
    Attributes = dict[str, Any]
    Texts = tuple[str, ...]
else:
    Time = int | float | str | None
    # Old rows have null where newer ones have {} (host-contract 2.5, 2.6).
    Attributes = dict[str, Any] | None
    Texts = tuple[str, ...] | None


def to_time(value: float | str | None) -> dt.datetime | None:
    """Return the moment the host means, aware, or None for its ways of saying "none".

    Raises ValueError for text that is no time and for numbers no calendar holds.
    """
    if not value:
        return None
    if isinstance(value, str):
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("a time is neither seconds nor ISO 8601") from None  # without the value
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    try:
        return dt.datetime.fromtimestamp(value, dt.UTC)
    except (OverflowError, OSError):
        raise ValueError("a time is out of range") from None


def settle_time(struct: Struct, name: str, value: Any) -> None:
    """Turn a freshly decoded time into what its annotation promises."""
    # A struct copied with changes comes by again, with its times settled already.
    if not isinstance(value, dt.datetime):
        force_setattr(struct, name, to_time(value))


def settle(struct: Struct, *, times: tuple[str, ...] = (), empties: tuple[tuple[str, Any], ...] = ()) -> None:
    """Turn the named fields of a freshly decoded struct into what their annotations promise."""
    for name in times:
        value = getattr(struct, name)
        if value is not None:
            settle_time(struct, name, value)
    for name, empty in empties:
        if getattr(struct, name) is None:
            force_setattr(struct, name, empty)
