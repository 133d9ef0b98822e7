"""Years, months and days above a list that grows with every day.

Django offers those that have rows, and reads all rows to find them. Here it is those between the first row and the
last, both of which an index knows.
"""

import calendar
import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tenants.admin.base import OfAccountsAdmin

_PARTS = ("year", "month", "day")
_FORMATS = ("Y", "YEAR_MONTH_FORMAT", "MONTH_DAY_FORMAT")

# A year, one of its months, one of its days: as much of them as is chosen.
Period = tuple[int, ...]


class DatedAdmin(OfAccountsAdmin):
    """Rows that are looked for by their day, that of the `date_hierarchy`."""

    change_list_template = "tenants/dated_list.html"

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list, with the dates to choose from (2 queries)."""
        changelist: Any = super().get_changelist_instance(request)
        changelist.dates = _dates(changelist)
        return changelist


def _dates(changelist: Any) -> dict[str, Any]:
    """Return where a choice of dates leads: back to the longer period, and on to shorter ones."""
    ends = _ends(changelist)
    if ends is None:
        return {}
    chosen = _chosen(changelist) or _common(*ends)
    if len(chosen) == len(_PARTS):
        choices = [{"title": _title(chosen)}]
    else:
        shorter = _shorter(chosen, *ends)
        choices = [{"link": _link(changelist, period), "title": _title(period)} for period in shorter]
    back = {"link": _link(changelist, chosen[:-1]), "title": _title(chosen[:-1])} if chosen else None
    return {"back": back, "choices": choices}


def _ends(changelist: Any) -> tuple[dt.date, dt.date] | None:
    """Return the days of the first row and of the last that the user may see, whatever is searched for."""
    name = changelist.date_hierarchy
    first, last = (
        changelist.root_queryset.order_by(order).values_list(name, flat=True).first() for order in (name, f"-{name}")
    )
    return (localdate(first), localdate(last)) if first and last else None


def _chosen(changelist: Any) -> Period:
    """Return the period that the address names; Django has refused one that there is not."""
    found: list[int] = []
    for part in _PARTS:
        value = changelist.params.get(f"{changelist.date_hierarchy}__{part}")
        if not value:
            break
        found.append(int(value))
    return tuple(found)


def _common(first: dt.date, last: dt.date) -> Period:
    """Return the year that both are in, with the month if that is the same as well."""
    if first.year != last.year:
        return ()
    return (first.year, first.month) if first.month == last.month else (first.year,)


def _shorter(period: Period, first: dt.date, last: dt.date) -> Iterator[Period]:
    """Yield the periods that it consists of, without those before the first day and after the last."""
    numbers = range(first.year, last.year + 1)
    if period:
        numbers = range(1, 13 if len(period) == 1 else calendar.monthrange(*period[:2])[1] + 1)
    for number in numbers:
        shorter = (*period, number)
        if _cut(first, shorter) <= shorter <= _cut(last, shorter):
            yield shorter


def _cut(day: dt.date, period: Period) -> Period:
    """Return the period of the same length that the day is in."""
    return (day.year, day.month, day.day)[: len(period)]


def _link(changelist: Any, period: Period) -> str:
    name = changelist.date_hierarchy
    values = {f"{name}__{part}": number for part, number in zip(_PARTS, period, strict=False)}
    return str(changelist.get_query_string(values, [f"{name}__"]))


def _title(period: Period) -> str:
    if not period:
        return _("All dates")
    year, month, day = (*period, 1, 1)[: len(_PARTS)]
    return capfirst(date_format(dt.date(year, month, day), _FORMATS[len(period) - 1]))
