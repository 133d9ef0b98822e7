"""Subscriptions of demonstration customers, with the invoices and payments they make."""

from datetime import datetime, timedelta
from typing import TypedDict

from django.utils.translation import gettext_noop

from panels.api import Invoice, InvoiceWord, Money, Payment, Payments, PaymentWord, Subscription, SubscriptionWord
from panels.connectors.demo import catalogue
from panels.connectors.demo.people import Person

_SUBSCRIBED_SHARE = 0.45
_ACTIVE_SHARE, _PAUSED_SHARE = 0.8, 0.1
_LEAVING_SHARE = 0.15
# A month, near enough for a demonstration.
_MONTH = timedelta(days=30)


def make_subscription(person: Person) -> Payments:
    """Return the person's subscription with its bills; mostly empty."""
    dice = person.dice("subscription")
    plan, euros = dice.choice(catalogue.PLANS)
    past_due = "pastdue" in person.words
    if (dice.random() > _SUBSCRIBED_SHARE and not past_due) or "guest" in person.words:
        return Payments()
    amount = catalogue.price(euros, person.currency)
    last = person.today - timedelta(days=dice.randrange(1, 27), hours=9)
    bills = [last - _MONTH * past for past in range(dice.choice((2, 3, 5, 8)))]
    prefix = f"{dice.randrange(16**6):06X}"
    invoices = []
    payments = []
    for place, at in enumerate(bills):
        number = f"{prefix}-{len(bills) - place:04}"
        unpaid = past_due and place == 0
        invoices.append(_invoice(person, number, amount, at, unpaid=unpaid))
        payments.append(_payment(person, number, amount, at, unpaid=unpaid))
    word = SubscriptionWord.PAST_DUE if past_due else _word(dice.random())
    subscription = Subscription(
        external_id=f"sub-{prefix}",
        url=f"https://pay.example/subscriptions/sub-{prefix}",
        raw_status={"subscription": word.value},
        plan=plan,
        amount=amount,
        interval="month",
        count=1,
        word=word,
        last_payment=payments[0].word,
        last_payment_at=payments[0].at,
        **_dates(word, last, leaving=dice.random() < _LEAVING_SHARE),
    )
    return Payments(payments=tuple(payments), subscriptions=(subscription,), invoices=tuple(invoices))


class _Dates(TypedDict, total=False):
    next_at: datetime
    ends_at: datetime
    collection_paused: bool


def _word(chance: float) -> SubscriptionWord:
    if chance < _ACTIVE_SHARE:
        return SubscriptionWord.ACTIVE
    return SubscriptionWord.PAUSED if chance < _ACTIVE_SHARE + _PAUSED_SHARE else SubscriptionWord.ENDED


def _dates(word: SubscriptionWord, last: datetime, *, leaving: bool) -> _Dates:
    if word is SubscriptionWord.ENDED:
        return {"ends_at": last + timedelta(hours=1)}
    if word is SubscriptionWord.PAUSED:
        return {"collection_paused": True}
    if leaving and word is SubscriptionWord.ACTIVE:
        return {"ends_at": last + _MONTH}
    return {"next_at": last + _MONTH}


def _invoice(person: Person, number: str, amount: Money, at: datetime, *, unpaid: bool) -> Invoice:
    zero = Money.zero(amount.currency)
    return Invoice(
        external_id=f"in-{number}",
        url=f"https://pay.example/invoices/in-{number}",
        raw_status={"invoice": "open" if unpaid else "paid"},
        number=number,
        total=amount,
        paid=zero if unpaid else amount,
        remaining=amount if unpaid else zero,
        word=InvoiceWord.OVERDUE if unpaid else InvoiceWord.PAID,
        issued_at=at,
        due_at=min(at + timedelta(days=7), person.today - timedelta(hours=12)) if unpaid else at,
        next_attempt_at=person.today + timedelta(days=2, hours=9) if unpaid else None,
        attempts=2 if unpaid else 1,
    )


def _payment(person: Person, number: str, amount: Money, at: datetime, *, unpaid: bool) -> Payment:
    zero = Money.zero(amount.currency)
    return Payment(
        external_id=f"pay-{number}",
        url=f"https://pay.example/payments/pay-{number}",
        raw_status={"payment": "requires_payment_method" if unpaid else "succeeded"},
        amount=amount,
        at=at,
        word=PaymentWord.FAILED if unpaid else PaymentWord.PAID,
        refunded=zero,
        captured=zero if unpaid else amount,
        method=person.card,
        decline=gettext_noop("Card expired") if unpaid else None,
        decline_code="expired_card" if unpaid else None,
        gateway="Demo Pay",
        reference=f"pay-{number}",
        receipt_url=None if unpaid else f"https://pay.example/receipts/pay-{number}",
        statement=None if unpaid else f"{person.shop.upper()[:14]} {number}",
        invoice=number,
    )
