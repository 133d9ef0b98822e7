"""Values as people of the agent's language write them."""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from django.template import Context
from django.utils.html import format_html

from panels import formats
from panels.api import Address, Money, Word
from panels.badges import draw_word
from panels.kit.markup import join, language, wrap
from panels.kit.registry import Kit
from panels.kit.times import day, moment

kit = Kit("Text")

_WEB_URL = re.compile(r"https?://[^\x00-\x20\x7f\\]+", re.IGNORECASE)


@kit.tag()
def value(
    context: Context,
    value: Annotated[object, "text, number, Money, date, moment, Word, or None"],
    none: Annotated[str, "what stands for None and for an empty text"] = "–",
) -> str:
    """A value as its type asks for: money and numbers by locale, moments in the agent's zone, words as badges.

    Text keeps its own direction.
    """
    if value is None or value == "":
        return none
    if isinstance(value, Word):
        return draw_word(value, "")
    if isinstance(value, dt.date):
        return moment(context, value) if isinstance(value, dt.datetime) else day(value)
    if isinstance(value, Money):
        return amount(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return wrap("bdi", formats.format_number(value, language()), "vx-amount")
    return wrap("bdi", str(value))


@kit.tag()
def amount(
    money: Annotated[Money | Iterable[Money] | None, "an amount, or amounts of several currencies"],
    title: Annotated[str, "the tooltip, such as the amount in another currency"] = "",
) -> str:
    """An amount of money, which is not broken across lines; nothing for None and for no amounts.

    Amounts of several currencies stand side by side: they are never added up.
    """
    several = [money] if isinstance(money, Money) else money or ()
    return join(wrap("bdi", formats.format_money(one, language()), "vx-amount", title=title) for one in several)


@kit.filter()
def money(value: Annotated[Money | None, "an amount"]) -> str:
    """An amount with its currency as plain text, for sentences; nothing for None."""
    return "" if value is None else formats.format_money(value, language())


@kit.filter()
def amounts(values: Annotated[Iterable[Money], "amounts"]) -> str:
    """Amounts of several currencies side by side, as plain text."""
    return " · ".join(formats.format_money(value, language()) for value in values)


@kit.filter()
def negative(value: Annotated[Money, "an amount"]) -> Money:
    """The amount with the other sign, for what is taken off a sum."""
    return -value


@kit.filter()
def number(value: Annotated[float | Decimal | None, "a number"]) -> str:
    """A number with the language's separators; nothing for None."""
    return "" if value is None else formats.format_number(value, language())


@kit.filter()
def listing(
    values: Annotated[Iterable[str], "texts"],
    style: Annotated[str, '"standard" joins by and, "or" by or'] = "standard",
) -> str:
    """Texts as a list in words: "A, B, and C". Each keeps its own direction."""
    return formats.format_list([f"\u2068{value}\u2069" for value in values], style, language())


@kit.tag()
def code(text: Annotated[str, "a code, a reference, a tracking number"]) -> str:
    """A text that is read sign by sign."""
    return wrap("bdi", str(text), "vx-code")


@kit.block()
def quiet(content: str) -> str:
    """What matters less than its surroundings, in a softer colour."""
    return wrap("span", content, "vx-faint")


@kit.filter()
def unless(value: Annotated[object, "a condition"], other: Annotated[object, "another condition"]) -> bool:
    """Whether the one holds and the other does not, for arguments that take a yes or no."""
    return bool(value) and not other


@kit.filter()
def country(code: Annotated[str | None, "two letters of ISO 3166"]) -> str:
    """The name of a country."""
    return formats.country_name(code, language()) if code else ""


@kit.filter()
def language_name(tag: Annotated[str | None, "a BCP 47 tag"]) -> str:
    """The name of a language."""
    return formats.language_name(tag, language()) if tag else ""


@kit.filter()
def zone_city(name: Annotated[str | None, "a name of the IANA database"]) -> str:
    """The town a time zone is named after."""
    return (formats.zone_city(name, language()) or "") if name else ""


@kit.filter()
def town(address: Annotated[Address, "an Address"]) -> str:
    """The address's line of postcode, town and region, as plain text."""
    place = " ".join(text for text in (address.postcode, address.city) if text)
    return ", ".join(text for text in (place, address.region) if text)


@kit.filter()
def mask_email(email: Annotated[str, "an e-mail address"]) -> str:
    """An e-mail address so that its owner knows it and nobody else learns it."""
    return formats.mask_email(email)


@kit.filter()
def mask_phone(phone: Annotated[str, "a phone number"]) -> str:
    """The last two digits of a phone number behind dots."""
    return formats.mask_phone(phone)


@kit.filter()
def initials(name: Annotated[str, "a person's name"]) -> str:
    """Up to two first letters of a name."""
    return formats.initials(name)


@kit.filter()
def web_url(url: Annotated[str | None, "an address that came from outside"]) -> str:
    """The address if it is one of the web, else nothing: `javascript:` must not become a link.

    Nor what browsers read in another way than it looks; the panel does without that link.
    """
    return url if url and _WEB_URL.fullmatch(url) else ""


@kit.tag()
def address(
    address: Annotated[Address, "an Address, or anything with name, lines, postcode, city, region, country"],
) -> str:
    """A postal address, line by line."""
    lines = [address.name, *address.lines, town(address)]
    written = [format_html("<span><bdi>{}</bdi></span>", line) for line in lines if line]
    if address.country:
        written.append(format_html("<span>{}</span>", country(address.country)))
    return wrap("address", join(written, " "), "vx-address")
