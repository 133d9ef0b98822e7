"""Records for tests: small, and all amounts consistent."""

import datetime as dt
from typing import Any

from panels.api import (
    AuthorWord,
    Conversation,
    ConversationWord,
    Customer,
    DeliveryWord,
    Dispute,
    DisputeWord,
    Fulfilment,
    Invoice,
    InvoiceWord,
    Line,
    LineItem,
    Match,
    MatchWord,
    Method,
    Money,
    Note,
    Order,
    Payment,
    PaymentWord,
    Refund,
    RefundWord,
    Subscription,
    SubscriptionWord,
)

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
VISA = Method(kind="card", brand="Visa", last4="4242", expiry="2027-03")


def days(count: int) -> dt.datetime:
    """Return that many days after 20 November 2026, noon UTC; before it for a negative count."""
    return NOON + dt.timedelta(days=count)


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def make_order(number: str = "1042", **changes: Any) -> Order:
    """Return an order of one mug for 14.50 and shipping for 4.90, delivered and paid."""
    values: dict[str, Any] = {
        "external_id": f"gid-{number}",
        "number": number,
        "placed_at": NOON,
        "pay": PaymentWord.PAID,
        "ship": DeliveryWord.DELIVERED,
        "subtotal": euros("14.50"),
        "shipping": euros("4.90"),
        "total": euros("19.40"),
        "items": (LineItem(title="Mug", quantity=1, unit=euros("14.50"), total=euros("14.50")),),
        "method": VISA,
    }
    return Order(**{**values, **changes})


def make_parcel(**changes: Any) -> Fulfilment:
    values: dict[str, Any] = {
        "external_id": "p1",
        "word": DeliveryWord.ON_ITS_WAY,
        "carrier": "DHL",
        "numbers": ("0034",),
        "urls": ("https://track.example/0034",),
        "shipped_at": NOON,
    }
    return Fulfilment(**{**values, **changes})


def make_refund(amount: str = "5.00", **changes: Any) -> Refund:
    values: dict[str, Any] = {
        "external_id": f"re-{amount}",
        "amount": euros(amount),
        "at": days(1),
        "word": RefundWord.DONE,
        "destination": VISA,
        "reference": "7421",
    }
    return Refund(**{**values, **changes})


def make_payment(external_id: str = "pay-1", **changes: Any) -> Payment:
    values: dict[str, Any] = {
        "external_id": external_id,
        "amount": euros("19.40"),
        "at": NOON,
        "word": PaymentWord.PAID,
        "refunded": euros("0"),
        "method": VISA,
        "order": "1042",
    }
    return Payment(**{**values, **changes})


def make_subscription(**changes: Any) -> Subscription:
    values: dict[str, Any] = {
        "external_id": "sub-1",
        "plan": "Pro",
        "amount": euros("29"),
        "interval": "month",
        "count": 1,
        "word": SubscriptionWord.ACTIVE,
        "next_at": days(13),
    }
    return Subscription(**{**values, **changes})


def make_invoice(number: str = "F-1", **changes: Any) -> Invoice:
    values: dict[str, Any] = {
        "external_id": f"in-{number}",
        "number": number,
        "total": euros("29"),
        "paid": euros("29"),
        "remaining": euros("0"),
        "word": InvoiceWord.PAID,
        "issued_at": days(-17),
    }
    return Invoice(**{**values, **changes})


def make_dispute(**changes: Any) -> Dispute:
    values: dict[str, Any] = {
        "external_id": "dp-1",
        "kind": "chargeback",
        "amount": euros("19.40"),
        "reason": "Product not received",
        "word": DisputeWord.ANSWER,
        "opened_at": NOON,
        "respond_by": days(8),
        "refundable": False,
        "order": "1042",
    }
    return Dispute(**{**values, **changes})


def make_customer(external_id: str = "c-1", **changes: Any) -> Customer:
    values: dict[str, Any] = {
        "external_id": external_id,
        "match": Match(by=MatchWord.EMAIL, value="ada@example.com"),
        "name": "Ada Okafor",
        "emails": ("ada@example.com",),
        "orders": 3,
        "spent": (euros("100.00"),),
        "first_at": days(-300),
        "last_at": NOON,
    }
    return Customer(**{**values, **changes})


def make_conversation(number: int = 41, **changes: Any) -> Conversation:
    """Return a resolved conversation in inbox 1, the customer's last line "Thank you!"."""
    values: dict[str, Any] = {
        "external_id": str(number),
        "number": number,
        "url": f"https://voxys.example/app/accounts/4/conversations/{number}",
        "word": ConversationWord.RESOLVED,
        "begun_at": days(-1),
        "last_at": NOON,
        "inbox": "Website",
        "inbox_id": 1,
        "assignee": "Tom",
        "assignee_id": 5,
        "last_line": Line(by=AuthorWord.CUSTOMER, text="Thank you!", at=NOON),
    }
    return Conversation(**{**values, **changes})


def make_note(text: str = "Prefers to be called.", **changes: Any) -> Note:
    values: dict[str, Any] = {"external_id": "note-1", "text": text, "at": NOON, "author": "Tom"}
    return Note(**{**values, **changes})
