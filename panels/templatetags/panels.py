"""Tags and filters for panel templates: `{% load panels %}`. All write in the language that is active.

Times, badges, charts and links are tags, since they make markup; money, numbers and names are filters.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext, pgettext

from panels import formats
from panels.api import Address, Fulfilment, Interval, LineItem, Method, Money, Order, Subscription, Tone, Word
from panels.badges import draw_badge, draw_icon, draw_word
from panels.sparkline import draw_months, monthly

register = template.Library()

_WEB_URL = re.compile(r"https?://[^\x00-\x20\x7f\\]+", re.IGNORECASE)


def _language() -> str:
    return get_language() or "en"


@register.filter
def money(value: Money | None) -> str:
    """Return the amount with its currency; nothing for None."""
    return "" if value is None else formats.format_money(value, _language())


@register.filter
def negative(value: Money) -> Money:
    return -value


@register.filter
def amounts(values: Iterable[Money]) -> str:
    """Return amounts of several currencies side by side: they are never added up."""
    return " · ".join(formats.format_money(value, _language()) for value in values)


@register.filter
def number(value: int | None) -> str:
    return "" if value is None else formats.format_number(value, _language())


@register.filter
def country(code: str | None) -> str:
    """Return the name of a country given by its two letters."""
    return formats.country_name(code, _language()) if code else ""


@register.filter
def town(address: Address) -> str:
    """Return the address's line of postcode, town and region."""
    place = " ".join(text for text in (address.postcode, address.city) if text)
    return ", ".join(text for text in (place, address.region) if text)


@register.filter
def language_name(tag: str | None) -> str:
    """Return the name of the language of a BCP 47 tag."""
    return formats.language_name(tag, _language()) if tag else ""


@register.filter
def zone_city(name: str | None) -> str:
    """Return the town a time zone is named after."""
    return (formats.zone_city(name, _language()) or "") if name else ""


@register.filter
def listing(values: Iterable[str], style: str = "standard") -> str:
    """Return "A, B, and C", or with the style "or": "A, B, or C". Each stands in its own direction."""
    return formats.format_list([f"\u2068{value}\u2069" for value in values], style, _language())


register.filter("mask_email", formats.mask_email)
register.filter("mask_phone", formats.mask_phone)
register.filter("initials", formats.initials)


@register.filter
def web_url(url: str | None) -> str:
    """Return the address if it is one of the web, else nothing: `javascript:` must not become a link.

    Nor what browsers read in another way than it looks; the panel does without that link.
    """
    return url if url and _WEB_URL.fullmatch(url) else ""


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime | None, style: formats.MomentFormat = "date") -> str:
    """Return a `<time>` in the account's zone, which the frame rewrites in the agent's; nothing for None.

    `style` is "date", "datetime", "month" or "relative". The tooltip has date and time.
    """
    if at is None:
        return ""
    zone = context["ctx"].time_zone
    return format_html(
        '<time datetime="{}" data-format="{}" title="{}">{}</time>',
        at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        style,
        formats.format_moment(at, "datetime", _language(), zone),
        formats.format_moment(at, style, _language(), zone),
    )


@register.simple_tag
def day(date: dt.date) -> str:
    """Return a `<time>` of a whole day, as it is called in the account's zone; the frame leaves it as it is."""
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), formats.format_day(date, _language()))


@register.simple_tag
def contact_count(number: int) -> str:
    """Return which contact within 14 days this one is: "3rd contact in 14 days"."""
    if number in _NTH_CONTACT:
        return str(_NTH_CONTACT[number])
    text = (
        gettext("%(number)sth contact in 14 days") if number <= _LAST_TH else gettext("%(number)s contacts in 14 days")
    )
    return text % {"number": formats.format_number(number, _language())}


_NTH_CONTACT = {
    1: gettext_lazy("1st contact in 14 days"),
    2: gettext_lazy("2nd contact in 14 days"),
    3: gettext_lazy("3rd contact in 14 days"),
}
# In English, 21 ends in another way again.
_LAST_TH = 20


@register.simple_tag
def icon(tone: Tone) -> str:
    """Return the tone's shape, for the eye only: a word must stand beside it."""
    return draw_icon(Tone(tone))


@register.simple_tag
def badge(word: Word | None, raw: str = "") -> str:
    """Return the word with its icon and colour; nothing for None. `raw` is the other system's own word."""
    return "" if word is None else draw_word(word, raw)


@register.simple_tag
def chip(text: str, tone: Tone = Tone.NEUTRAL) -> str:
    """Return a text of one's own as a badge."""
    return draw_badge(text, Tone(tone), text)


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


@register.filter
def method_name(method: Method | None) -> str:
    """Return "Visa •4242", "Apple Pay · Visa •4242", "PayPal"; nothing for None."""
    if method is None:
        return ""
    name = method.brand or str(_METHOD_NAMES.get(method.kind, method.kind))
    if method.last4:
        name = f"{name} •{method.last4}"
    return f"{method.wallet} · {name}" if method.wallet else name


@register.simple_tag(takes_context=True)
def part_url(context: Context, part: str, **params: Any) -> str:
    """Return the address of one of the panel's `parts`, relative to the frame."""
    query = urlencode({"part": part, **params})
    return f"panels/{context['ctx'].placement_id}/?{query}"


@register.simple_tag
def copy_button(text: str, label: str) -> str:
    """Return a button that copies the text. The label names what is copied: "Copy tracking number"."""
    return format_html(
        '<button class="vx-copy" type="button" data-copy="{}" aria-label="{}" title="{}">'
        '<svg class="vx-icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">'
        '<rect x="5.5" y="5.5" width="8" height="8" rx="1.75"/><path d="M10.5 3.2V3a1.5 1.5 0 0 0-1.5-1.5H4'
        'A1.5 1.5 0 0 0 2.5 3v5A1.5 1.5 0 0 0 4 9.5h.2"/></svg></button>',
        text,
        label,
        label,
    )


@register.simple_tag
def sparkline(points: Iterable[tuple[datetime, Money]]) -> str:
    """Return a chart of twelve months of amounts, with a text that says the same; nothing for too few.

    `points` are pairs of moment and amount. Of several currencies the commonest is drawn.
    """
    return draw_months(monthly(points), _language())


@register.simple_tag(takes_context=True)
def looked_for(context: Context) -> str:
    """Return the contact's identifiers as a list in words: what was looked for."""
    who = context["ctx"].identity
    return listing([*([who.identifier] if who.identifier else []), *who.emails, *who.phones], "or")


@register.filter
def bare_number(text: str) -> str:
    """Return an order number without the sign some systems put before it."""
    return text.lstrip("#")


@register.filter
def tracking(parcel: Fulfilment) -> list[tuple[str, str]]:
    """Return the parcel's tracking numbers, each with its address or nothing."""
    return list(zip_longest(parcel.numbers, parcel.urls[: len(parcel.numbers)], fillvalue=""))


@register.filter
def sent_back(item: LineItem) -> int:
    """Return how many pieces of the item were returned or removed."""
    return 0 if item.current is None else max(item.quantity - item.current, 0)


@register.simple_tag(takes_context=True)
def key_date(context: Context, order: Order) -> str:
    """Return the date agents ask for: when the order was delivered, or is due; nothing where nobody knows."""
    if order.cancelled_at or not order.fulfilments:
        return ""
    delivered = [parcel.delivered_at for parcel in order.fulfilments]
    due = [parcel.eta for parcel in order.fulfilments if parcel.eta and not parcel.delivered_at]
    if due:
        return _key_date(pgettext("delivery", "due {}"), moment(context, max(due)))
    latest = max((at for at in delivered if at), default=None)
    if latest is None or not all(delivered):
        return ""
    return _key_date(pgettext("delivery", "delivered {}"), moment(context, latest))


def _key_date(text: str, time: str) -> str:
    return format_html('<span class="vx-key">{}</span>', format_html(text, time))


@register.filter
def expiry(text: str) -> str:
    """Return a card's expiry "2027-03" in words; what is no such month as it is."""
    year, _dash, month = text.partition("-")
    if not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):  # noqa: PLR2004 - months of a year
        return text
    return formats.format_month(int(year), int(month), _language())


@register.simple_tag
def interval(plan: Subscription) -> str:
    """Return how often the plan charges: "every month", "every 3 months"; nothing where that is not told."""
    if plan.interval is None:
        return ""
    every = _INTERVALS[plan.interval](plan.count)
    return every % {"count": formats.format_number(plan.count, _language())}


_INTERVALS: dict[Interval, Callable[[int], str]] = {
    "day": lambda count: ngettext("every day", "every %(count)s days", count),
    "week": lambda count: ngettext("every week", "every %(count)s weeks", count),
    "month": lambda count: ngettext("every month", "every %(count)s months", count),
    "year": lambda count: ngettext("every year", "every %(count)s years", count),
}
