"""What a mapping found becomes values of ours: amounts, times, words. What cannot is told by its field's name."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from panels.api import Money, Word
from panels.connectors.json_http.words import to_word

# As many digits as any amount has; more would be slow to count.
_MOST_DIGITS = 18
_AMOUNT = re.compile(rf"[+-]?\d{{1,{_MOST_DIGITS}}}(\.\d{{1,{_MOST_DIGITS}}})?")
# From then on seconds since 1970 are milliseconds: as seconds they would be of the year 5138.
_MILLISECONDS_FROM = 100_000_000_000
_TRUE = frozenset({"true", "yes", "1", "y"})


class Unreadable(ValueError):
    """A value that is not of its field's kind. The text is for the operator and may quote it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads values as the connection's settings say, and keeps by field what could not be read first.

    `lost` are the fields for which rows, or what is inside of them, could not be shown.
    """

    currency: str
    is_minor: bool
    zone: zoneinfo.ZoneInfo
    words: Mapping[tuple[str, str], str]
    errors: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    def note(self, path: str, sentence: str) -> None:
        self.errors.setdefault(path, sentence)

    def money(self, value: Any, currency: str | None) -> Money | None:
        """Return the amount; None where there is none. Raises `Unreadable`."""
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise Unreadable(_("This is no amount: %(value)s") % {"value": _quoted(value)})
        text = str(value) if not isinstance(value, Decimal) else _written(value)
        if not _AMOUNT.fullmatch(text.strip()):
            raise Unreadable(
                _("This is no amount: %(value)s. Write it with a point and no other signs.") % {"value": _quoted(text)}
            )
        code = (currency or self.currency).strip().upper()
        try:
            if self.is_minor:
                return Money(int(Decimal(text.strip()).to_integral_value()), code)
            return Money.of(text.strip(), code)
        except (ValueError, InvalidOperation):
            raise Unreadable(_("This is no currency: %(value)s") % {"value": _quoted(code)}) from None

    def time(self, value: Any) -> dt.datetime | None:
        """Return the moment; None where there is none. Raises `Unreadable`."""
        if value is None or value == "":
            return None
        try:
            if isinstance(value, bool):
                raise TypeError  # noqa: TRY301 - it is a number to Python
            if isinstance(value, int | Decimal) or (isinstance(value, str) and value.strip().isdecimal()):
                seconds = Decimal(str(value).strip())
                return dt.datetime.fromtimestamp(
                    float(seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds), dt.UTC
                )
            at = dt.datetime.fromisoformat(value.strip())
            return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(dt.UTC)
        except (ValueError, TypeError, AttributeError, OverflowError, OSError, InvalidOperation):
            raise Unreadable(_("This is no time: %(value)s") % {"value": _quoted(value)}) from None

    def word(self, kind: str, value: Any) -> Word | None:
        """Return our word; None where there is none. Raises `Unreadable`."""
        theirs = text_of(value)
        return to_word(kind, theirs, self.words) if theirs else None


def text_of(value: Any) -> str | None:
    """Return a text, or a number as one; None where there is none. Raises `Unreadable`."""
    if value is None or value == "":
        return None
    if isinstance(value, bool | dict | list):
        raise Unreadable(_("This is no text: %(value)s") % {"value": _quoted(value)})
    text = str(value).replace("\0", "").strip()
    return text or None


def texts_of(value: Any) -> tuple[str, ...]:
    """Return the texts of a list, or of a single one. Raises `Unreadable`."""
    values = value if isinstance(value, list) else [value]
    return tuple(text for one in values if (text := text_of(one)))


def number_of(value: Any) -> int | None:
    """Return a whole number; None where there is none. Raises `Unreadable`."""
    text = text_of(value)
    if text is None:
        return None
    try:
        number = Decimal(text)
        if number != number.to_integral_value() or abs(number) >= 10**_MOST_DIGITS:
            raise InvalidOperation  # noqa: TRY301 - likewise no whole number
        return int(number)
    except InvalidOperation:
        raise Unreadable(_("This is no whole number: %(value)s") % {"value": _quoted(value)}) from None


def flag_of(value: Any) -> bool | None:
    """Return whether; None where nothing is said."""
    if value is None or value == "":
        return None
    return value if isinstance(value, bool) else str(value).strip().casefold() in _TRUE


def link_of(value: Any) -> str | None:
    """Return an address that may be a link; None for whatever else. Raises `Unreadable`."""
    text = text_of(value)
    if text is None:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise Unreadable(_("This is no address of a page: %(value)s") % {"value": _quoted(text)})
    return text


def _written(value: Decimal) -> str:
    """Return a number without an exponent, unless it is longer than any amount."""
    return f"{value:f}" if abs(value.adjusted()) < _MOST_DIGITS else str(value)


def _quoted(value: Any) -> str:
    text = f"{value}"
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"  # noqa: PLR2004 - as much as fits a line
