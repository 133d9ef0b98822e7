"""HubSpot's payments, invoices and subscriptions as ours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from panels.api import (
    Dispute,
    Gaps,
    Invoice,
    InvoiceWord,
    Method,
    Money,
    Payment,
    PaymentWord,
    Subscription,
    SubscriptionWord,
)
from panels.connectors.hubspot import words
from panels.connectors.hubspot.links import INVOICE, PAYMENT, SUBSCRIPTION, link
from panels.connectors.hubspot.row import Row

PAYMENTS, INVOICES, SUBSCRIPTIONS = "commerce_payments", "invoices", "subscriptions"
PAYMENT_PROPERTIES = (
    "hs_initial_amount", "hs_currency_code", "hs_initiated_date", "hs_createdate", "hs_latest_status",
    "hs_refunds_amount", "hs_payment_method_type", "hs_payment_method_last_4", "hs_payment_method_bank_or_issuer",
    "hs_digital_wallet_type", "hs_processor_type", "hs_reference_number", "hs_payment_id",
)  # fmt: skip
INVOICE_PROPERTIES = (
    "hs_number", "hs_invoice_status", "hs_amount_billed", "hs_amount_paid", "hs_balance_due", "hs_currency",
    "hs_invoice_date", "hs_createdate", "hs_due_date",
)  # fmt: skip
SUBSCRIPTION_PROPERTIES = (
    "hs_name", "hs_status", "hs_currency_code", "hs_recurring_billing_frequency", "hs_next_payment_amount",
    "hs_last_payment_amount", "hs_next_payment_due_date", "hs_last_payment_status", "hs_createdate",
)  # fmt: skip
_WALLETS = {
    "apple_pay": "Apple Pay",
    "google_pay": "Google Pay",
    "amex_express_checkout": "Amex Express Checkout",
    "link": "Link",
    "masterpass": "Masterpass",
    "samsung_pay": "Samsung Pay",
    "visa_checkout": "Visa Checkout",
}
_PROCESSORS = {"hs_payments": "HubSpot", "byo_stripe": "Stripe", "quickbooks": "QuickBooks", "xero": "Xero"}


@dataclass(frozen=True, slots=True)
class Account:
    """What a record does not say itself. `gaps` takes what cannot be read of records."""

    currency: str
    id: str | None
    gaps: Gaps


def make_payments(rows: Iterable[Row], account: Account) -> tuple[tuple[Payment, ...], tuple[Dispute, ...]]:
    """Return the payments and those of them that are contested, newest first.

    Raises `OperatorError` where there are some, and not one can be shown.
    """

    def make(row: Row) -> tuple[Row, Payment] | None:
        payment = _make_payment(row, account)
        return (row, payment) if payment else None

    found = list(account.gaps.shown(rows, make, lacking=lambda row: "hs_initial_amount"))
    found.sort(key=lambda pair: (pair[1].at, pair[1].external_id), reverse=True)
    disputes = [dispute for row, payment in found if (dispute := _make_dispute(row, payment))]
    return tuple(payment for _row, payment in found), tuple(disputes)


def make_invoices(rows: Iterable[Row], account: Account) -> tuple[Invoice, ...]:
    """Return the invoices, newest first."""
    now = datetime.now(UTC)
    invoices = account.gaps.kept(
        rows, lambda row: _make_invoice(row, account, now), lacking=lambda row: "hs_amount_billed"
    )
    return tuple(sorted(invoices, key=lambda invoice: (invoice.issued_at, invoice.external_id), reverse=True))


def make_subscriptions(rows: Iterable[Row], account: Account) -> tuple[Subscription, ...]:
    """Return the subscriptions, running ones first. Of one that has charged nothing yet there is nothing to tell."""
    ordered = sorted(rows, key=lambda row: int(row.id), reverse=True)
    subscriptions = [subscription for row in ordered if (subscription := _make_subscription(row, account))]
    return tuple(sorted(subscriptions, key=lambda subscription: subscription.word is SubscriptionWord.ENDED))


def _make_payment(row: Row, account: Account) -> Payment | None:
    currency = row.currency("hs_currency_code", default=account.currency)
    amount = row.money("hs_initial_amount", currency=currency)
    at = row.instant("hs_initiated_date", "hs_createdate") or row.created_at
    if amount is None or at is None:
        return None
    status = row.text("hs_latest_status")
    processor = row.text("hs_processor_type")
    return Payment(
        external_id=row.id,
        url=link(account.id, PAYMENT, row.id),
        raw_status=_raw("payment", status),
        amount=amount,
        at=at,
        word=words.PAYMENTS.get(words.keyed(status), PaymentWord.UNKNOWN),
        refunded=row.money("hs_refunds_amount", currency=currency) or Money.zero(currency),
        method=_method(row),
        gateway=None if processor == "none" else _PROCESSORS.get(processor or "", processor),
        reference=row.text("hs_reference_number", "hs_payment_id"),
    )


def _make_dispute(row: Row, payment: Payment) -> Dispute | None:
    """Return what HubSpot says of a contested payment: how it stands, not why or since when."""
    status = row.text("hs_latest_status")
    word = words.DISPUTES.get(words.keyed(status))
    if word is None:
        return None
    return Dispute(
        external_id=f"{row.id}-dispute",
        url=payment.url,
        raw_status=_raw("dispute", status),
        kind="chargeback",
        amount=payment.amount,
        reason="",
        word=word,
        opened_at=payment.at,
        payment=payment.external_id,
    )


def _make_invoice(row: Row, account: Account, now: datetime) -> Invoice | None:
    currency = row.currency("hs_currency", default=account.currency)
    total = row.money("hs_amount_billed", currency=currency)
    issued_at = row.instant("hs_invoice_date", "hs_createdate") or row.created_at
    if total is None or issued_at is None:
        return None
    status = row.text("hs_invoice_status")
    due_at = row.instant("hs_due_date")
    word = words.INVOICES.get(words.keyed(status), InvoiceWord.UNKNOWN)
    remaining = _remaining(row, total, word)
    if word is InvoiceWord.OPEN and due_at and due_at < now and remaining:
        word = InvoiceWord.OVERDUE
    return Invoice(
        external_id=row.id,
        url=link(account.id, INVOICE, row.id),
        raw_status=_raw("invoice", status),
        number=row.text("hs_number"),
        total=total,
        paid=total - remaining,
        remaining=remaining,
        word=word,
        issued_at=issued_at,
        due_at=due_at,
    )


def _remaining(row: Row, total: Money, word: InvoiceWord) -> Money:
    balance = row.money("hs_balance_due", currency=total.currency)
    if balance is not None:
        return balance
    paid = row.money("hs_amount_paid", currency=total.currency)
    if paid is not None:
        return total - paid
    return Money.zero(total.currency) if word is InvoiceWord.PAID else total


def _make_subscription(row: Row, account: Account) -> Subscription | None:
    every = words.frequency(row.text("hs_recurring_billing_frequency"))
    currency = row.currency("hs_currency_code", default=account.currency)
    amount = row.money("hs_next_payment_amount", "hs_last_payment_amount", currency=currency)
    if amount is None:
        return None
    status = row.text("hs_status")
    word = words.SUBSCRIPTIONS.get(words.keyed(status), SubscriptionWord.UNKNOWN)
    last_payment = words.keyed(row.text("hs_last_payment_status"))
    return Subscription(
        external_id=row.id,
        url=link(account.id, SUBSCRIPTION, row.id),
        raw_status=_raw("subscription", status),
        plan=row.text("hs_name") or row.id,
        amount=amount,
        count=every[0] if every else 1,
        interval=every[1] if every else None,
        word=word,
        next_at=None if word is SubscriptionWord.ENDED else row.instant("hs_next_payment_due_date"),
        last_payment=words.PAYMENTS.get(last_payment, PaymentWord.UNKNOWN) if last_payment else None,
    )


def _method(row: Row) -> Method | None:
    kind = row.text("hs_payment_method_type")
    if kind is None:
        return None
    wallet = row.text("hs_digital_wallet_type")
    return Method(
        kind=kind,
        brand=row.text("hs_payment_method_bank_or_issuer"),
        last4=row.text("hs_payment_method_last_4"),
        wallet=_WALLETS.get(wallet, wallet) if wallet else None,
    )


def _raw(kind: str, status: str | None) -> dict[str, str]:
    return {kind: status} if status else {}
