"""Words for what our data models hold, for panels that show them."""

import datetime as dt
from collections.abc import Callable
from itertools import zip_longest
from typing import Annotated

from django.template import Context
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from panels import formats
from panels.api import Fulfilment, Interval, LineItem, Method, Order, Subscription
from panels.kit.markup import NOTHING, language, wrap
from panels.kit.registry import Kit
from panels.kit.text import listing
from panels.kit.times import moment

kit = Kit("Records")

_METHOD_NAMES = {
    "acss_debit": gettext_lazy("Pre-authorised debit"),
    "bank_transfer": gettext_lazy("Bank transfer"),
    "card": gettext_lazy("Card"),
    "cash_on_delivery": gettext_lazy("Cash on delivery"),
    "invoice": gettext_lazy("Invoice"),
    "paypal": "PayPal",
    "sepa_debit": gettext_lazy("SEPA Direct Debit"),
    "us_bank_account": gettext_lazy("Bank account"),
}
_INTERVALS: dict[Interval, Callable[[int], str]] = {
    "day": lambda count: ngettext("every day", "every %(count)s days", count),
    "week": lambda count: ngettext("every week", "every %(count)s weeks", count),
    "month": lambda count: ngettext("every month", "every %(count)s months", count),
    "year": lambda count: ngettext("every year", "every %(count)s years", count),
}
_NTH_CONTACT = {
    1: gettext_lazy("1st contact in 14 days"),
    2: gettext_lazy("2nd contact in 14 days"),
    3: gettext_lazy("3rd contact in 14 days"),
}
# In English, 21 ends in another way again.
_LAST_TH = 20


@kit.filter()
def method_name(method: Annotated[Method | None, "how something was paid"]) -> str:
    """A way to pay: "Visa •4242", "Apple Pay · Visa •4242", "PayPal"; nothing for None."""
    if method is None:
        return ""
    name = method.brand or str(_METHOD_NAMES.get(method.kind, method.kind))
    if method.last4:
        name = f"{name} •{method.last4}"
    return f"{method.wallet} · {name}" if method.wallet else name


@kit.filter()
def expiry(text: Annotated[str, "a card's month, as in 2027-03"]) -> str:
    """The month in which a card expires, in words; what is no such month as it is."""
    year, _dash, month = text.partition("-")
    if not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):  # noqa: PLR2004 - months of a year
        return text
    return formats.format_month(int(year), int(month), language())


@kit.tag()
def interval(plan: Annotated[Subscription, "a Subscription"]) -> str:
    """How often a plan charges: "every month", "every 3 months"; nothing where that is not told."""
    if plan.interval is None:
        return ""
    every = _INTERVALS[plan.interval](plan.count)
    return every % {"count": formats.format_number(plan.count, language())}


@kit.filter()
def bare_number(text: Annotated[str, "an order's number"]) -> str:
    """An order's number without the sign some systems put before it."""
    return text.lstrip("#")


@kit.tag()
def key_date(context: Context, order: Annotated[Order, "an Order"]) -> str:
    """The date agents ask for: when an order was delivered, or is due; nothing where nobody knows."""
    if order.cancelled_at or not order.fulfilments:
        return NOTHING
    delivered = [parcel.delivered_at for parcel in order.fulfilments]
    due = [parcel.eta for parcel in order.fulfilments if parcel.eta and not parcel.delivered_at]
    if due:
        return _key_date(context, pgettext("delivery", "due {}"), max(due))
    latest = max((at for at in delivered if at), default=None)
    if latest is None or not all(delivered):
        return NOTHING
    return _key_date(context, pgettext("delivery", "delivered {}"), latest)


def _key_date(context: Context, text: str, at: dt.datetime) -> str:
    return wrap("span", format_html(text, moment(context, at)), "vx-key")


@kit.filter()
def tracking(parcel: Annotated[Fulfilment, "a Fulfilment"]) -> list[tuple[str, str]]:
    """A parcel's tracking numbers, each with its address or nothing, for a loop."""
    return list(zip_longest(parcel.numbers, parcel.urls[: len(parcel.numbers)], fillvalue=""))


@kit.filter()
def sent_back(item: Annotated[LineItem, "a LineItem"]) -> int:
    """How many pieces of an item were returned or removed."""
    return 0 if item.current is None else max(item.quantity - item.current, 0)


@kit.tag()
def contact_count(number: Annotated[int, "which contact it is, from 1"]) -> str:
    """Which contact within 14 days this one is: "3rd contact in 14 days"."""
    if number in _NTH_CONTACT:
        return str(_NTH_CONTACT[number])
    text = (
        gettext("%(number)sth contact in 14 days") if number <= _LAST_TH else gettext("%(number)s contacts in 14 days")
    )
    return text % {"number": formats.format_number(number, language())}


@kit.tag()
def looked_for(context: Context) -> str:
    """The contact's identifiers as a list in words: what was looked for."""
    who = context["ctx"].identity
    return listing([*([who.identifier] if who.identifier else []), *who.emails, *who.phones], "or")
