"""Whom a contact is in Stripe."""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple, Protocol

from panels.api import Identity, Match, MatchValue, MatchWord, is_same_email, is_same_phone, match_values, untold
from panels.connectors.stripe.fields import Json, text

# An id as Stripe makes them; nothing else is put into an address.
_CUSTOMER_ID = re.compile(r"cus_[A-Za-z0-9_]{1,250}", re.ASCII)


class Customers(Protocol):
    """Where customers are looked for (`reader.StripeReader`). `name` is the connection's."""

    @property
    def name(self) -> str: ...
    def customer(self, customer_id: str) -> Json | None: ...
    def customers_by_email(self, email: str) -> tuple[Json, ...]: ...
    def customers_by_phone(self, number: str) -> tuple[Json, ...]: ...


class Hit(NamedTuple):
    """A customer, and why it is the contact."""

    customer: Json
    match: Match


def find_customers(customers: Customers, who: Identity) -> tuple[Hit, ...]:
    """Return those whom the surest kind of value finds, all values of that kind taken together."""
    for _kind, values in groupby(match_values(who), key=lambda value: value.by):
        hits: dict[str, Hit] = {}
        for value in values:
            for customer in _look_for(customers, value):
                customer_id = text(customer, "id")
                if customer_id is not None:
                    hits.setdefault(customer_id, Hit(customer, Match(by=value.by, value=value.value)))
        if hits:
            return tuple(hits.values())
    return ()


def _look_for(customers: Customers, value: MatchValue) -> Iterable[Json]:
    """Return the customers who really have the value, whatever Stripe takes for similar."""
    if value.by is MatchWord.EMAIL:
        found = customers.customers_by_email(value.value)
        if any(text(customer, "email") is None for customer in found):
            raise untold(customers.name, "email")
        return [customer for customer in found if is_same_email(text(customer, "email"), value.value)]
    if value.by is MatchWord.PHONE:
        found = customers.customers_by_phone(value.value)
        if any(text(customer, "phone") is None for customer in found):
            raise untold(customers.name, "phone")
        return [customer for customer in found if is_same_phone(text(customer, "phone"), value.value)]
    if not _CUSTOMER_ID.fullmatch(value.value):
        return []
    customer = customers.customer(value.value)
    return [customer] if customer is not None and text(customer, "id") == value.value else []
