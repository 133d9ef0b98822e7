"""The capability `payments`: what the customer paid, owes and contests."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

from django.utils.translation import gettext_lazy as _

from panels.capabilities.money import Money
from panels.capabilities.orders import Method, Refund
from panels.capabilities.records import Answer, Instant, Record, merge_records, newest_first
from panels.capabilities.words import DisputeWord, InvoiceWord, PaymentWord, SubscriptionWord

Interval = Literal["day", "week", "month", "year"]


class Payment(Record, frozen=True, kw_only=True):
    """Money taken or meant to be taken. `refunded` adds up `refunds`.

    `captured` is less than `amount` while money is only held. `decline` is the cause in plain words,
    `statement` what the customer reads on the bank statement, `reference` the gateway's id.
    """

    amount: Money
    at: Instant
    word: PaymentWord
    refunded: Money
    captured: Money | None = None
    method: Method | None = None
    decline: str | None = None
    decline_code: str | None = None
    gateway: str | None = None
    reference: str | None = None
    receipt_url: str | None = None
    statement: str | None = None
    order: str | None = None
    invoice: str | None = None
    refunds: tuple[Refund, ...] = ()

    SENSITIVE: ClassVar = ("receipt_url",)


class Subscription(Record, frozen=True, kw_only=True):
    """A plan that charges `amount` every `count` `interval`s. `ends_at` is set when it will end or has ended.

    `interval` is None where the other system does not say how often.
    """

    plan: str
    amount: Money
    interval: Interval | None
    count: int
    word: SubscriptionWord
    next_at: Instant | None = None
    trial_end: Instant | None = None
    ends_at: Instant | None = None
    collection_paused: bool = False
    last_payment: PaymentWord | None = None
    last_payment_at: Instant | None = None


class Invoice(Record, frozen=True, kw_only=True):
    """A bill: `remaining` = `total` - `paid`. `attempts` counts the charges tried so far."""

    total: Money
    paid: Money
    remaining: Money
    word: InvoiceWord
    issued_at: Instant
    number: str | None = None
    due_at: Instant | None = None
    next_attempt_at: Instant | None = None
    attempts: int = 0


class Dispute(Record, frozen=True, kw_only=True):
    """A payment contested at the bank. `refundable` tells whether a refund still settles it."""

    kind: Literal["chargeback", "inquiry"]
    amount: Money
    reason: str
    word: DisputeWord
    opened_at: Instant | None
    respond_by: Instant | None = None
    closed_at: Instant | None = None
    refundable: bool | None = None
    payment: str | None = None
    order: str | None = None


class SavedMethod(Record, frozen=True, kw_only=True):
    """A way to pay kept for next time."""

    method: Method
    is_default: bool = False


class Payments(Answer, frozen=True, kw_only=True):
    """Payments, invoices and disputes of the contact, newest first; running subscriptions before ended ones."""

    TITLE: ClassVar = _("Payments")

    payments: tuple[Payment, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    methods: tuple[SavedMethod, ...] = ()

    @classmethod
    def merge(cls, answers: Sequence[tuple[str, Self]]) -> Self:
        payments = merge_records((source, answer.payments) for source, answer in answers)
        payments.sort(key=lambda payment: newest_first(payment, payment.at))
        subscriptions = merge_records((source, answer.subscriptions) for source, answer in answers)
        subscriptions.sort(key=_subscription_order)
        invoices = merge_records((source, answer.invoices) for source, answer in answers)
        invoices.sort(key=lambda invoice: newest_first(invoice, invoice.issued_at))
        disputes = merge_records((source, answer.disputes) for source, answer in answers)
        disputes.sort(key=lambda dispute: newest_first(dispute, dispute.opened_at))
        methods = merge_records((source, answer.methods) for source, answer in answers)
        methods.sort(key=lambda saved: (not saved.is_default, saved.source, saved.external_id))
        return cls(
            payments=tuple(payments),
            subscriptions=tuple(subscriptions),
            invoices=tuple(invoices),
            disputes=tuple(disputes),
            methods=tuple(methods),
            **cls.merge_rest(answers),
        )


def _subscription_order(subscription: Subscription) -> tuple[object, ...]:
    ended = subscription.word is SubscriptionWord.ENDED
    return (ended, newest_first(subscription, subscription.last_payment_at or subscription.next_at))
