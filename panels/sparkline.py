"""Charts the size of a word, drawn on the server: amounts per month, or numbers as they come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from panels import formats
from panels.api import Money

MONTHS = 12
_BAR, _GAP, _HEIGHT = 5, 3, 24
# An empty month is there, and nothing happened in it.
_STUB = 2


@dataclass(frozen=True, slots=True)
class Month:
    """One month's amount."""

    year: int
    month: int
    total: Money


def monthly(amounts: Iterable[tuple[datetime, Money]]) -> tuple[Month, ...]:
    """Return twelve months of amounts in the commonest currency, oldest first, the last with the newest amount.

    Empty when there is nothing to compare: fewer than two amounts in that currency.
    """
    given = list(amounts)
    totals = Money.sum(money for _, money in given)
    if not totals:
        return ()
    currency = totals[0].currency
    chosen = [(at.year * 12 + at.month - 1, money.minor) for at, money in given if money.currency == currency]
    if len(chosen) < 2:  # noqa: PLR2004 - one bar compares with nothing
        return ()
    last = max(index for index, _ in chosen)
    sums = dict.fromkeys(range(last - MONTHS + 1, last + 1), 0)
    for index, minor in chosen:
        if index in sums:
            sums[index] += minor
    return tuple(Month(index // 12, index % 12 + 1, Money(minor, currency)) for index, minor in sums.items())


def draw_months(months: Sequence[Month], language: str) -> str:
    """Return the months as bars, with a text for those who do not see them; nothing for none."""
    return _draw([month.total.minor for month in months], _in_words(months, language)) if months else ""


def draw_values(values: Sequence[float | Decimal], label: str, language: str) -> str:
    """Return the numbers as bars, with a text that begins with the label; nothing for fewer than two."""
    if len(values) < 2:  # noqa: PLR2004 - one bar compares with nothing
        return ""
    first, last, best = (formats.format_number(one, language) for one in (values[0], values[-1], max(values)))
    words = _("from %(first)s to %(last)s, highest %(best)s") % {"first": first, "last": last, "best": best}
    return _draw([float(value) for value in values], f"{label}: {words}")


def _draw(values: Sequence[float], words: str) -> str:
    top = max(values)
    bars = []
    for place, value in enumerate(values):
        height = _STUB + (round(value / top * (_HEIGHT - _STUB)) if value > 0 else 0)
        kind = "vx-spark__bar" if value > 0 else "vx-spark__none"
        bars.append(
            f'<rect class="{kind}" x="{place * (_BAR + _GAP)}" y="{_HEIGHT - height}" '
            f'width="{_BAR}" height="{height}" rx="1"/>'
        )
    width = len(values) * (_BAR + _GAP) - _GAP
    return format_html(
        '<svg class="vx-spark" viewBox="0 0 {} {}" width="{}" height="{}" preserveAspectRatio="none" '
        'role="img" aria-label="{}">{}</svg>',
        width,
        _HEIGHT,
        width,
        _HEIGHT,
        words,
        mark_safe("".join(bars)),  # noqa: S308 - numbers and constants
    )


def _in_words(months: Sequence[Month], language: str) -> str:
    best = max(months, key=lambda month: month.total.minor)
    return _("Amounts per month from %(first)s to %(last)s, highest %(amount)s in %(best)s") % {
        "first": formats.format_month(months[0].year, months[0].month, language),
        "last": formats.format_month(months[-1].year, months[-1].month, language),
        "amount": formats.format_money(best.total, language),
        "best": formats.format_month(best.year, best.month, language),
    }
