"""Small charts of amounts per month, drawn on the server."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from panels.api import Money

MONTHS = 12


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
