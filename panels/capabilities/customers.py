"""The capability `customer`: who the contact is in other systems."""

from collections.abc import Sequence
from typing import ClassVar, Self

import msgspec
from django.utils.translation import gettext_lazy as _

from panels.capabilities.money import Money
from panels.capabilities.records import Answer, Instant, Record, merge_records, newest_first
from panels.capabilities.words import AlertWord, DeliveryWord, MatchWord, PaymentWord


class Match(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a record is taken for the contact's: `value` is what was looked for and found."""

    by: MatchWord
    value: str | None = None
    confirmed_by: str | None = None

    SENSITIVE: ClassVar = ("value", "confirmed_by")


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A postal address, lines as they go on a label. `country` is ISO 3166, two letters."""

    name: str | None = None
    lines: tuple[str, ...] = ()
    postcode: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None


class OrderSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order in one line, as a customer record mentions it."""

    number: str
    placed_at: Instant
    pay: PaymentWord
    ship: DeliveryWord
    total: Money
    cancelled: bool = False


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something burning: `at` is the deadline or when it happened, `reference` the order or invoice number."""

    word: AlertWord
    at: Instant | None = None
    amount: Money | None = None
    reference: str | None = None


class Customer(Record, frozen=True, kw_only=True):
    """A customer record. `orders`, `spent` and `average` leave out test orders and what was refunded.

    `figures_since` is set when the figures start there rather than with the first order. `spent` holds
    one amount per currency, `time_zone` an IANA name, `locale` a BCP 47 tag.
    """

    match: Match
    name: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    guest: bool = False
    orders: int | None = None
    spent: tuple[Money, ...] = ()
    since: Instant | None = None
    first_at: Instant | None = None
    last_at: Instant | None = None
    figures_since: Instant | None = None
    credit: Money | None = None
    past_due: bool | None = None
    last_orders: tuple[OrderSummary, ...] = ()
    alerts: tuple[Alert, ...] = ()
    locale: str | None = None
    time_zone: str | None = None
    address: Address | None = None
    marketing_consent: bool | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None

    SENSITIVE: ClassVar = ("emails", "phones", "address", "note")


class Customers(Answer, frozen=True, kw_only=True):
    """Every record that matches the contact, the surest match first."""

    TITLE: ClassVar = _("Customer")

    customers: tuple[Customer, ...] = ()

    @classmethod
    def merge(cls, answers: Sequence[tuple[str, Self]]) -> Self:
        customers = merge_records((source, answer.customers) for source, answer in answers)
        customers.sort(key=lambda customer: (customer.match.by.rank, newest_first(customer, customer.last_at)))
        return cls(customers=tuple(customers), **cls.merge_rest(answers))

    @classmethod
    def merge_matches(cls, answers: Sequence[tuple[str, Self]]) -> MatchWord | None:
        words = [customer.match.by for _source, answer in answers for customer in answer.customers]
        return max(words, key=lambda word: word.rank, default=None)
