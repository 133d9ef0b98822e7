"""What panels may ask of connectors, and the shape of the answers. Public through `panels.api`."""

from panels.capabilities.catalogue import Capabilities
from panels.capabilities.customers import Address, Alert, Customer, Customers, Match, OrderSummary
from panels.capabilities.history import Conversation, History, Line, Note
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
from panels.capabilities.records import LONG_AGO, Answer, Candidate, Caveat, Instant, Record, Window
from panels.capabilities.words import (
    AlertWord,
    AuthorWord,
    ConversationWord,
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

# Capability name -> its answer, plugins' own among them. A connector answers it by a method of that name.
CAPABILITIES = Capabilities(customer=Customers, orders=Orders, payments=Payments, history=History)

__all__ = [
    "CAPABILITIES",
    "LONG_AGO",
    "Address",
    "Alert",
    "AlertWord",
    "Answer",
    "AuthorWord",
    "Candidate",
    "Caveat",
    "Conversation",
    "ConversationWord",
    "CurrencyMismatchError",
    "Customer",
    "Customers",
    "DeliveryWord",
    "Dispute",
    "DisputeWord",
    "Fulfilment",
    "History",
    "Instant",
    "Interval",
    "Invoice",
    "InvoiceWord",
    "ItemCount",
    "Line",
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
