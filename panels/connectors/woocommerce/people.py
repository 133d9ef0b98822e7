"""Finding out who a contact is in a shop.

An account is found by its id, and by its e-mail. Orders placed without signing in hang on no account: they
are found by searching all orders, and belong to whom the e-mail or phone on them belongs.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

import phonenumbers

from panels.api import LONG_AGO, Identity, MatchWord, is_same_email, is_same_phone, match_values, to_e164, untold
from panels.connectors.woocommerce.shop import Listing, Shop
from panels.connectors.woocommerce.values import Row, as_id, as_moment, as_row, as_text

# A number that so many people share is nobody's.
MAX_PEOPLE = 10
# An id of ours for people without an account: the oldest known order of theirs.
_GUEST = "guest-"
# Abandoned at the checkout, or thrown away: no orders.
_NO_ORDERS = frozenset({"checkout-draft", "auto-draft", "draft", "trash"})
# Of a phone number: so many digits are seldom torn apart, and seldom in another's number.
_ENDING = 7
_FEWEST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who matches: by `value`. `account` is None for whoever is known by orders alone.

    `found` are orders found by searching, all of them the person's. `searched` are the e-mails searched for.
    `known_as` is our id of whoever has no account, where it is given already.
    """

    by: MatchWord
    value: str
    account: Row | None = None
    found: Listing = field(default_factory=Listing)
    searched: frozenset[str] = frozenset()
    known_as: str | None = None

    @property
    def external_id(self) -> str:
        """The shop's id of the account, or one of ours by which `find_people` finds the same orders again."""
        if self.account is not None:
            return str(as_id(self.account.get("id")))
        return self.known_as or f"{_GUEST}{as_id(self.found.rows[-1].get('id'))}"


def find_people(shop: Shop, who: Identity) -> tuple[Person, ...]:
    """Return everybody who matches by the surest kind of value that finds somebody, at most `MAX_PEOPLE`."""
    for by, group in groupby(match_values(who), key=lambda value: value.by):
        values = [match.value for match in group]
        if by is MatchWord.EMAIL:
            people = _by_email(shop, values)
        elif by is MatchWord.PHONE:
            people = _by_phone(shop, values)
        else:
            people = _by_id(shop, by, values)
        if people:
            return tuple(people[:MAX_PEOPLE])
    return ()


def read_orders(shop: Shop, person: Person) -> Listing:
    """Return all orders of the person, each once, newest first; those since `since` where there are too many."""
    lists = [person.found]
    if person.account is not None:
        number = as_id(person.account.get("id"))
        placed = shop.list_orders(number)
        lists.append(_only(placed, lambda order: as_id(order.get("customer_id")) == number))
        email = as_text(person.account.get("email"))
        if email and email.casefold() not in person.searched:
            lists.append(_search_email(shop, email))
    return _union(lists)


def _by_id(shop: Shop, by: MatchWord, values: Sequence[str]) -> list[Person]:
    people: dict[str, Person] = {}
    for value in values:
        person = _guest(shop, value) if by is MatchWord.LINK and value.startswith(_GUEST) else _account(shop, by, value)
        if person:
            people.setdefault(person.external_id, person)
    return list(people.values())


def _account(shop: Shop, by: MatchWord, value: str) -> Person | None:
    number = _as_number(value)
    row = shop.get_customer(number) if number else None
    return Person(by, value, account=row) if row and as_id(row.get("id")) == number else None


def _guest(shop: Shop, value: str) -> Person | None:
    """Return whom an agent has chosen who has no account: everybody's orders with that order's e-mail."""
    number = _as_number(value.removeprefix(_GUEST))
    order = shop.get_order(number) if number else None
    if order is None or as_id(order.get("id")) != number or not _is_order(order):
        return None
    found = Listing((order,))
    if email := _billing(order, "email"):
        found = _union([found, _search_email(shop, email)])
    elif _raw(order, "email") is None:
        shop.gaps.note()  # the guest's other orders are not found without it
    return Person(MatchWord.LINK, value, found=found, known_as=value)


def _by_email(shop: Shop, emails: Sequence[str]) -> list[Person]:
    """Return the accounts with these e-mails, each with its guest orders.

    All e-mails are the contact's, so with one account or none all the orders are one person's.
    """
    accounts: dict[int, Person] = {}
    guests: list[Person] = []
    is_untold = False
    for email in emails:
        rows = [row for row in shop.list_customers(email) if is_same_email(as_text(row.get("email")), email)]
        found, searched = _search_email(shop, email), frozenset({email.casefold()})
        is_untold |= found.is_untold
        for row in rows:
            if number := as_id(row.get("id")):
                accounts.setdefault(number, Person(MatchWord.EMAIL, email, row, found, searched))
        if not accounts.keys() & {as_id(row.get("id")) for row in rows} and found.rows:
            guests.append(Person(MatchWord.EMAIL, email, None, found, searched))
    people = [*accounts.values(), *guests]
    if is_untold and not people:
        raise untold(shop.name, "email")
    return people if len(accounts) > 1 else _merged(people)


def _by_phone(shop: Shop, phones: Sequence[str]) -> list[Person]:
    """Return who ordered with these phone numbers. Each account is one person, and each guest's e-mail."""
    people: dict[int | str, Person] = {}
    is_untold = False
    for phone in phones:
        found = _search_phone(shop, phone)
        is_untold |= found.is_untold
        if any(_raw(row, "email") is None for row in found.rows):
            shop.gaps.note()  # whose guest orders they are
        for key, rows in _grouped(found.rows, _whose).items():
            if len(people) >= MAX_PEOPLE and key not in people:
                continue
            one = Person(MatchWord.PHONE, phone, _own_account(shop, key, phone), Listing(rows, found.since))
            people[key] = _merged([people[key], one])[0] if key in people else one
    if is_untold and not people:
        raise untold(shop.name, "phone")
    return _with_their_guests(list(people.values()))


def _own_account(shop: Shop, key: int | str, phone: str) -> Row | None:
    """Return the account if the number is its own, too: it may have ordered for somebody else once."""
    row = shop.get_customer(key) if isinstance(key, int) else None
    if row and not _tells_phone(row):
        raise untold(shop.name, "phone")
    return row if row and as_id(row.get("id")) == key and _has_phone(row, phone) else None


def _with_their_guests(people: list[Person]) -> list[Person]:
    """Return the people, guests put together with the account that has their e-mail."""
    together: list[Person] = []
    for person in sorted(people, key=lambda person: person.account is None):
        email = next((email for row in person.found.rows if (email := _billing(row, "email"))), None)
        same = next(
            (at for at, other in enumerate(together) if other.account and is_same_email(_email(other.account), email)),
            None,
        )
        if person.account is None and same is not None:
            together[same] = _merged([together[same], person])[0]
        else:
            together.append(person)
    return together


def _merged(people: Sequence[Person]) -> list[Person]:
    """Return the people as one, as the first of them who has an account."""
    if not people:
        return []
    first = next((person for person in people if person.account), people[0])
    return [
        replace(
            first,
            known_as=None if first.account else first.external_id,
            found=_union([person.found for person in people]),
            searched=frozenset().union(*(person.searched for person in people)),
        )
    ]


# --- searching -----------------------------------------------------------------------------------------


def _search_email(shop: Shop, email: str) -> Listing:
    # Shops decode what they search for once more than they should: "+" would be a space there. So without it.
    words = max(re.split(r"[+%]", email), key=len).strip()
    if not words:
        return Listing()
    found = _only(shop.search_orders(words), lambda order: True)
    said = [_raw(order, "email") for order in found.rows]
    # An order may have no address; but nothing else is found by one, so all of them have had one.
    is_untold = None in said or (bool(said) and not any(said) and "@" in words)
    return _noted(shop, _only(found, lambda order: is_same_email(_billing(order, "email"), email)), is_untold=is_untold)


def _search_phone(shop: Shop, phone: str) -> Listing:
    found = _union([_only(shop.search_orders(words), lambda order: True) for words in _writings(phone)])
    is_untold = not all(_tells_phone(order) for order in found.rows)
    return _noted(shop, _only(found, lambda order: _has_phone(order, phone)), is_untold=is_untold)


def _noted(shop: Shop, listing: Listing, *, is_untold: bool) -> Listing:
    """Return the list, marked if orders were left out that do not say whose they are."""
    if is_untold:
        shop.gaps.note()
    return replace(listing, is_untold=is_untold)


def _writings(phone: str) -> tuple[str, ...]:
    """Return what is in the number as most people write it: its ending in one piece, or spaced as is usual.

    The search finds parts of what customers typed, as they typed it: "0151 23456789", "+4915123456789".
    """
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ()  # and no number on an order could be the same
    kinds = (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    spaced = _common_ending(*(phonenumbers.format_number(number, kind) for kind in kinds)).lstrip(" -/.()")
    plain = phonenumbers.national_significant_number(number)[-_ENDING:]
    enough = sum(character.isdigit() for character in spaced) >= _FEWEST_DIGITS
    return tuple(dict.fromkeys((plain, spaced) if enough else (plain,)))


def _common_ending(one: str, other: str) -> str:
    length = 0
    for first, second in zip(reversed(one), reversed(other), strict=False):
        if first != second:
            break
        length += 1
    return one[len(one) - length :]


# --- rows ----------------------------------------------------------------------------------------------


def _only(listing: Listing, keep: Callable[[Row], bool]) -> Listing:
    """Return the list without drafts and what is not to be kept: shops find more than was asked for."""
    return replace(listing, rows=tuple(row for row in listing.rows if _is_order(row) and keep(row)))


def _is_order(row: Row) -> bool:
    return as_id(row.get("id")) > 0 and as_text(row.get("status")) not in _NO_ORDERS


def _union(lists: Sequence[Listing]) -> Listing:
    """Return the lists as one, complete since the latest moment before which one of them was not read."""
    since = max((listing.since for listing in lists if listing.since), default=None)
    rows = {as_id(row.get("id")): row for listing in reversed(lists) for row in listing.rows}
    kept = [row for row in rows.values() if since is None or _placed_at(row) >= since]
    kept.sort(key=lambda row: (_placed_at(row), as_id(row.get("id"))), reverse=True)
    return Listing(tuple(kept), since, is_untold=any(listing.is_untold for listing in lists))


def _grouped(rows: Iterable[Row], key: Callable[[Row], int | str]) -> dict[int | str, tuple[Row, ...]]:
    groups: dict[int | str, tuple[Row, ...]] = {}
    for row in rows:
        groups[key(row)] = (*groups.get(key(row), ()), row)
    return groups


def _whose(order: Row) -> int | str:
    """Return the account that placed the order, or the e-mail of a guest, or without one their name."""
    name = f"{_billing(order, 'first_name')} {_billing(order, 'last_name')}"
    return as_id(order.get("customer_id")) or (_billing(order, "email") or name).casefold()


def _has_phone(row: Row, phone: str) -> bool:
    country = _billing(row, "country")
    region = country if country and country in phonenumbers.SUPPORTED_REGIONS else None
    return is_same_phone(_billing(row, "phone"), phone, region=region)


def _tells_phone(row: Row) -> bool:
    """Return whether a number on it could be compared. Without a country, one has to have its own code."""
    phone = _billing(row, "phone")
    if _raw(row, "phone") is None:
        return False
    return phone is None or _raw(row, "country") is not None or to_e164(phone) is not None


def _billing(row: Row, name: str) -> str | None:
    return as_text(_raw(row, name))


def _raw(row: Row, name: str) -> object:
    """Return a part of the billing address as the shop has it: an empty text for an empty one, None for none."""
    return as_row(row.get("billing")).get(name)


def _email(account: Row) -> str | None:
    return as_text(account.get("email"))


def _placed_at(order: Row) -> datetime:
    return as_moment(order.get("date_created_gmt")) or LONG_AGO


def _as_number(text: str) -> int:
    """Return the id that the text is, written as WooCommerce writes it; else 0."""
    plain = text.isascii() and text.isdecimal() and not text.startswith("0") and len(text) < 19  # noqa: PLR2004
    return int(text) if plain else 0
