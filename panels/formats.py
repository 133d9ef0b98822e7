"""Money, times, numbers and names as people of a language write them. Pure functions, remembered by argument."""

import math
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    format_timedelta,
    get_datetime_format,
    get_timezone_location,
)
from babel.lists import format_list as babel_list
from babel.numbers import format_currency, format_decimal, get_currency_precision
from django.utils import translation
from django.utils.translation import pgettext

from panels.api import Money

MomentFormat = Literal["date", "datetime", "month", "relative"]
_MINUTE, _HOUR, _DAY = 60, 3600, 24 * 3600


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Return Babel's locale for a BCP 47 tag such as "de-AT"; English where Babel knows none."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=4096)
def format_money(money: Money, language: str) -> str:
    """Return the amount with its currency, with all the decimals it needs: "€1,234.50", "1.234 ¥"."""
    amount = money.amount
    usual = get_currency_precision(money.currency)
    # CLDR writes some currencies without their fractions; a fraction that is there must be seen.
    whole = amount == amount.quantize(Decimal(1).scaleb(-usual))
    if whole:
        return format_currency(amount, money.currency, locale=locale_of(language))
    return format_currency(
        amount,
        money.currency,
        locale=locale_of(language),
        currency_digits=False,
        decimal_quantization=False,
    )


@lru_cache(maxsize=4096)
def format_moment(at: datetime, style: MomentFormat, language: str, zone: zoneinfo.ZoneInfo) -> str:
    """Return the moment in the zone. "relative" gives the date: only a clock at hand can tell how long ago."""
    locale = locale_of(language)
    if style == "month":
        return format_skeleton("yMMM", at, tzinfo=zone, locale=locale)
    date = format_date(at.astimezone(zone), "medium", locale=locale)
    if style != "datetime":
        return date
    time = format_time(at, "short", tzinfo=zone, locale=locale)
    # CLDR's pattern joins them: "{1}, {0}". Babel's own "medium" would show seconds.
    pattern = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    return pattern.replace("{0}", time).replace("{1}", date)


def format_ago(seconds: float, language: str) -> str:
    """Return how long ago something was, in the words and the rounding of the frame's script: "5 min. ago", "now"."""
    unit = next((unit for unit in (_DAY, _HOUR, _MINUTE) if seconds >= unit), 0)
    return _format_ago(math.ceil(seconds / unit - 0.5) if unit else 0, unit, language)


@lru_cache(maxsize=1024)
def _format_ago(count: int, unit: int, language: str) -> str:
    if not count:
        with translation.override(language):
            return pgettext("how long ago", "now")
    # A second less than 60 minutes is told in minutes still.
    passed = timedelta(seconds=unit if count == 1 else unit * count - 1)
    return format_timedelta(-passed, threshold=1, add_direction=True, format="short", locale=locale_of(language))


@lru_cache(maxsize=1024)
def format_day(day: date, language: str) -> str:
    """Return the day with its weekday in few letters: "Fri, Nov 20, 2026"."""
    return format_skeleton("yMMMEd", datetime(day.year, day.month, day.day, tzinfo=UTC), locale=locale_of(language))


@lru_cache(maxsize=1024)
def format_month(year: int, month: int, language: str) -> str:
    """Return the month in few letters: "Nov 2026"."""
    return format_skeleton("yMMM", datetime(year, month, 1, tzinfo=UTC), locale=locale_of(language))


@lru_cache(maxsize=1024)
def format_number(number: float | Decimal, language: str) -> str:
    return format_decimal(number, locale=locale_of(language))


def format_list(texts: list[str], style: str, language: str) -> str:
    """Return the texts as a list in words. `style` is "standard" (and) or "or"."""
    return babel_list(texts, style="or" if style == "or" else "standard", locale=locale_of(language))


def country_name(code: str, language: str) -> str:
    """Return the country's name for its two letters, or the letters."""
    return str(locale_of(language).territories.get(code.upper(), code))


def language_name(tag: str, language: str) -> str:
    """Return what the language of a BCP 47 tag is called."""
    try:
        locale = Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return tag
    return locale.get_display_name(locale_of(language)) or tag


@lru_cache(maxsize=512)
def zone_city(name: str, language: str) -> str | None:
    """Return the town an IANA time zone is named after, or None for a name that is none."""
    try:
        zone = zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None
    return get_timezone_location(zone, locale=locale_of(language), return_city=True)


def mask_email(email: str) -> str:
    """Return the address so that its owner knows it and nobody else learns it: "j•••@d•••.com"."""
    local, at, domain = email.rpartition("@")
    if not at:
        return "•••"
    name, dot, ending = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••{dot}{ending}"


def mask_phone(phone: str) -> str:
    """Return the number's last two digits behind dots."""
    return f"•••{phone[-2:]}"


def initials(name: str) -> str:
    """Return up to two first letters of a name, for an avatar."""
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))
