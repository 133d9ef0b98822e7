"""Whom a contact may be in the shop, by the operator's order of matching; every hit is compared again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from panels.api import (
    Candidate,
    ConnectorError,
    Identity,
    MatchValue,
    MatchWord,
    is_same_email,
    is_same_phone,
    lacks,
    match_values,
    to_e164,
    untold,
)
from panels.connectors.shopify.client import Shop
from panels.connectors.shopify.queries import FIND, GUEST, GUESTS, PEOPLE
from panels.connectors.shopify.reading import Node, node, number_of, text
from panels.connectors.shopify.search import search

# Of one kind; a contact with more is one that somebody has merged too much into.
_MOST_VALUES = 5
_MOST_IDS = 20
_MOST_HITS = 20
_NUMBER = re.compile(r"[0-9]{1,20}")
_GID = re.compile(r"gid://shopify/Customer/([0-9]{1,20})")
_GUEST = re.compile(r"guest-([0-9]{1,20})")
_ADDRESS = re.compile(r"[^@\s\"\\]+@[^@\s\"\\]+")
_BY_ID = frozenset({MatchWord.LINK, MatchWord.IDENTIFIER, MatchWord.ATTRIBUTE})


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of the shop, found by `value`. `number` is the id without what Shopify puts around it."""

    number: str
    value: str
    name: str | None
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found, and the e-mail addresses by which orders of guests are the contact's, too."""

    by: MatchWord
    people: tuple[Person, ...]
    emails: tuple[str, ...] = ()

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The people, where an agent has to choose; whom an agent has linked are chosen."""
        if len(self.people) < 2 or self.by is MatchWord.LINK:  # noqa: PLR2004 - two are several
            return ()
        return tuple(
            Candidate(external_id=person.number, name=person.name, email=person.email, phone=person.phone)
            for person in self.people
        )

    @property
    def search(self) -> str:
        """The search for their orders."""
        return search(customers=(person.number for person in self.people), emails=self.emails)

    def owns(self, order: Node) -> bool:
        """Return whether an order that the search found is theirs: a search also finds parts of words."""
        customer = number_of(order, "customer", "id")
        if customer is not None:
            return customer in {person.number for person in self.people}
        return any(is_same_email(text(order, "email"), email) for email in self.emails)

    def is_untold(self, order: Node) -> bool:
        """Return whether an order that the search found does not say whose it is."""
        return number_of(order, "customer", "id") is None and not (self.emails and text(order, "email"))


def gid(kind: str, number: str) -> str:
    """Return Shopify's id of an object."""
    return f"gid://shopify/{kind}/{number}"


def find(shop: Shop, who: Identity) -> Found | None:
    """Return whom the surest kind of value finds, or None. Raises a `ConnectorError`.

    Where nobody is found and Shopify held something back, that is the error: nobody may be somebody.
    """
    held_back: ConnectorError | None = None
    for by, group in groupby(match_values(who), key=lambda value: value.by):
        found, error = _find(shop, by, list(group))
        if found.people or found.emails:
            return found
        held_back = held_back or error
    if held_back is not None:
        raise held_back
    return None


def _find(shop: Shop, by: MatchWord, values: list[MatchValue]) -> tuple[Found, ConnectorError | None]:
    asked = [value.value.strip() for value in values]
    if by in _BY_ID:
        return _by_ids(shop, by, asked[:_MOST_IDS])
    if by is MatchWord.EMAIL:
        return _by_emails(shop, [email for email in asked if _ADDRESS.fullmatch(email)][:_MOST_VALUES])
    phones = [phone for value in asked if (phone := to_e164(value))]
    hits = _exactly(shop, "phoneNumber", phones[:_MOST_VALUES])
    if any(person.phone is None for person in hits):
        raise untold(shop.name, "phone")
    return Found(by, _distinct(person for person in hits if is_same_phone(person.phone, person.value))), None


def _by_ids(shop: Shop, by: MatchWord, values: list[str]) -> tuple[Found, ConnectorError | None]:
    numbers = {number: value for value in values if (number := _customer_number(value))}
    people: tuple[Person, ...] = ()
    error = None
    if numbers:
        reply = shop.ask(PEOPLE, {"ids": [gid("Customer", number) for number in numbers]})
        hits = [
            _person(shop, hit, numbers.get(number_of(hit, "id") or "", "")) for hit in shop.nodes_of(reply, "nodes")
        ]
        people, error = _distinct(person for person in hits if person.number in numbers), reply.error
    guests = [match[1] for value in values if by is MatchWord.LINK and (match := _GUEST.fullmatch(value))]
    return Found(by, people, _emails_of_guests(shop, guests)), error


def _by_emails(shop: Shop, emails: list[str]) -> tuple[Found, ConnectorError | None]:
    if not emails:
        return Found(MatchWord.EMAIL, ()), None
    hits = _exactly(shop, "emailAddress", emails)
    if any(person.email is None for person in hits):
        raise untold(shop.name, "email")
    people = _distinct(person for person in hits if is_same_email(person.email, person.value))
    if people:
        return Found(MatchWord.EMAIL, people, tuple(emails)), None
    # No customer has the address, but orders may: of guests, or of a customer who has another one by now.
    reply = shop.ask(GUESTS, {"search": search(emails=emails), "first": _MOST_HITS})
    found = shop.nodes_of(reply, "orders")
    orders = [(order, email) for order in found for email in emails if is_same_email(text(order, "email"), email)]
    if any(text(order, "email") is None for order in found):
        if not orders:
            raise reply.error or untold(shop.name, "email")
        shop.gaps.note()
    people = _distinct(
        _person(shop, customer, email) for order, email in orders if (customer := node(order, "customer"))
    )
    ordered = tuple(email for email in emails if any(email == of_order for _order, of_order in orders))
    return Found(MatchWord.EMAIL, people, ordered), reply.error


def _exactly(shop: Shop, key: str, values: list[str]) -> tuple[Person, ...]:
    """Return the customers with these values. Raises what held one back: orders must not look like guests'."""
    people: list[Person] = []
    for value in values:
        reply = shop.ask(FIND, {"who": {key: value}})
        if customer := node(reply.data, "customerByIdentifier"):
            people.append(_person(shop, customer, value))
        elif reply.error is not None:
            raise reply.error
        elif "customerByIdentifier" not in reply.data:
            raise lacks(shop.name, "customerByIdentifier")  # null is nobody
    return tuple(people)


def _emails_of_guests(shop: Shop, orders: list[str]) -> tuple[str, ...]:
    """Return by which addresses guests ordered, whose records are called by an order of theirs."""
    if not orders:
        return ()
    reply = shop.ask(GUEST, {"ids": [gid("Order", number) for number in orders]})
    emails = [text(order, "email") for order in shop.nodes_of(reply, "nodes") if not node(order, "customer")]
    if None in emails:
        raise reply.error or untold(shop.name, "email")
    return tuple(dict.fromkeys(email for email in emails if email and _ADDRESS.fullmatch(email)))


def _customer_number(value: str) -> str | None:
    if _NUMBER.fullmatch(value):
        return value
    match = _GID.fullmatch(value)
    return match[1] if match else None


def _person(shop: Shop, customer: Node, value: str) -> Person:
    number = number_of(customer, "id")
    if number is None or not _NUMBER.fullmatch(number):
        raise lacks(shop.name, "customer.id")
    return Person(
        number=number,
        value=value,
        name=text(customer, "displayName"),
        email=text(customer, "defaultEmailAddress", "emailAddress"),
        phone=text(customer, "defaultPhoneNumber", "phoneNumber"),
    )


def _distinct(people: Iterable[Person]) -> tuple[Person, ...]:
    found: dict[str, Person] = {}
    for person in people:
        found.setdefault(person.number, person)
    return tuple(found.values())
