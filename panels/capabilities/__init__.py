"""What panels may ask of connectors, and the shape of the answers. Public through `panels.api`."""

from panels.capabilities.customers import Address, Alert, Customer, Customers, Match, OrderSummary
from panels.capabilities.money import CurrencyMismatchError, Money, currency_exponent
from panels.capabilities.orders import (
    Fulfilment,
    ItemCount,
    LineItem,
    Method,
    Order,
    Orders,
    Refund,
    TrackingEvent,
)
from panels.capabilities.payments import Dispute, Interval, Invoice, Payment, Payments, SavedMethod, Subscription
from panels.capabilities.records import Answer, Candidate, Instant, Note, Record, Window
from panels.capabilities.words import (
    AlertWord,
    DeliveryWord,
    DisputeWord,
    InvoiceWord,
    MatchWord,
    PaymentWord,
    RefundWord,
    ReturnWord,
    SubscriptionWord,
    Tone,
    Word,
)

# Capability name -> its answer. A connector answers it by a method of that name.
CAPABILITIES: dict[str, type[Answer]] = {"customer": Customers, "orders": Orders, "payments": Payments}

__all__ = [
    "CAPABILITIES",
    "Address",
    "Alert",
    "AlertWord",
    "Answer",
    "Candidate",
    "CurrencyMismatchError",
    "Customer",
    "Customers",
    "DeliveryWord",
    "Dispute",
    "DisputeWord",
    "Fulfilment",
    "Instant",
    "Interval",
    "Invoice",
    "InvoiceWord",
    "ItemCount",
    "LineItem",
    "Match",
    "MatchWord",
    "Method",
    "Money",
    "Note",
    "Order",
    "OrderSummary",
    "Orders",
    "Payment",
    "PaymentWord",
    "Payments",
    "Record",
    "Refund",
    "RefundWord",
    "ReturnWord",
    "SavedMethod",
    "Subscription",
    "SubscriptionWord",
    "Tone",
    "TrackingEvent",
    "Window",
    "Word",
    "currency_exponent",
]
