"""What a mapping can fill: our fields by name, with the names under which many APIs have them.

A field's defaults are dotted paths, tried in turn, so that an API of the common shape needs no mapping.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "texts", "number", "amount", "time", "flag", "word"]
# A contact's custom attribute among the fields of rows, such as "attribute:shop_id".
ATTRIBUTE = "attribute:"


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a row: what becomes of it, and where it is found unless the mapping says."""

    kind: Kind
    defaults: tuple[str, ...] = ()
    # Which vocabulary a word is of.
    words: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows, where they are by default, and what each has."""

    defaults: tuple[str, ...]
    fields: Mapping[str, Field]
    inside: Mapping[str, "Shape"] = field(default_factory=dict)


def _text(*defaults: str) -> Field:
    return Field("text", defaults)


def _amount(*defaults: str) -> Field:
    return Field("amount", defaults)


def _time(*defaults: str) -> Field:
    return Field("time", defaults)


def _number(*defaults: str) -> Field:
    return Field("number", defaults)


def _flag(*defaults: str) -> Field:
    return Field("flag", defaults)


def _texts(*defaults: str) -> Field:
    return Field("texts", defaults)


def _word(words: str, *defaults: str) -> Field:
    return Field("word", defaults, words)


_CURRENCY = _text("currency", "currency_code", "currencyCode")
_ID = ("id", "_id", "uuid")
_AT = ("created_at", "createdAt", "created", "date")

# Whose a row is: compared with whom was looked for.
WHOSE: Mapping[str, Field] = {
    "customer_id": _text("customer_id", "customerId", "customer.id", "user_id", "userId", "user.id"),
    "email": _texts("email", "customer_email", "customerEmail", "customer.email", "user.email", "billing.email"),
    "phone": _texts("phone", "customer_phone", "customerPhone", "customer.phone", "user.phone", "billing.phone"),
    "customer_name": _text("customer_name", "customerName", "customer.name", "user.name"),
}

_ADDRESS = Shape(
    (),
    {
        "name": _text("name"),
        "lines": _texts("lines", "street", "address1", "line1"),
        "postcode": _text("postcode", "postal_code", "postalCode", "zip"),
        "city": _text("city", "town"),
        "region": _text("region", "state", "province"),
        "country": _text("country_code", "countryCode", "country"),
    },
)
_ITEMS = Shape(
    ("items", "line_items", "lineItems", "lines"),
    {
        "title": _text("title", "name", "description", "product.name"),
        "quantity": _number("quantity", "qty", "count"),
        "price": _amount("price", "unit_price", "unitPrice"),
        "total": _amount("total", "line_total", "lineTotal"),
        "variant": _text("variant"),
        "sku": _text("sku"),
        "shipped": _number("shipped"),
        "image": _text("image", "image_url", "imageUrl"),
    },
)
_PARCELS = Shape(
    ("parcels", "shipments", "fulfillments", "fulfilments"),
    {
        "id": _text(*_ID, "tracking_number"),
        "delivery": _word("delivery", "delivery", "status", "state"),
        "carrier": _text("carrier", "carrier_name"),
        "tracking_number": _texts("tracking_number", "trackingNumber", "tracking_code", "trackingCode"),
        "tracking_url": _texts("tracking_url", "trackingUrl"),
        "shipped_at": _time("shipped_at", "shippedAt"),
        "expected_at": _time("expected_at", "eta", "estimated_delivery"),
        "delivered_at": _time("delivered_at", "deliveredAt"),
    },
)
_REFUNDS = Shape(
    ("refunds",),
    {
        "id": _text(*_ID),
        "amount": _amount("amount", "total"),
        "currency": _CURRENCY,
        "at": _time("at", *_AT),
        "refund": _word("refund", "status", "state"),
        "reason": _text("reason"),
        "reference": _text("reference"),
    },
)

CUSTOMERS = Shape(
    ("customers", "customer", "users", "contacts"),
    {
        "customer_id": _text("id", "customer_id", "customerId", "_id", "uuid"),
        "email": _texts("email", "emails", "emailAddress", "email_address"),
        "phone": _texts("phone", "phones", "phoneNumber", "phone_number", "mobile"),
        "name": _text("name", "full_name", "fullName", "display_name", "displayName"),
        "url": _text(),
        "orders": _number("orders_count", "order_count", "orderCount", "ordersCount"),
        "spent": _amount("total_spent", "totalSpent"),
        "currency": _CURRENCY,
        "since": _time("since", "registered_at", *_AT),
        "first_at": _time("first_order_at"),
        "last_at": _time("last_order_at"),
        "credit": _amount("credit", "store_credit"),
        "past_due": _flag("past_due"),
        "locale": _text("locale", "language"),
        "time_zone": _text("time_zone", "timezone"),
        "consent": _flag("marketing_consent", "accepts_marketing"),
        "tags": _texts("tags"),
        "note": _text("note", "notes"),
        "guest": _flag("guest"),
        "test": _flag("test"),
    },
    {"address": Shape(("address", "default_address", "defaultAddress"), _ADDRESS.fields)},
)
ORDERS = Shape(
    ("orders", "order"),
    {
        **WHOSE,
        "id": _text(*_ID, "order_id", "orderId", "number"),
        "number": _text("number", "order_number", "orderNumber", "name", "code", "id"),
        "placed_at": _time("placed_at", "placedAt", "ordered_at", "orderedAt", "order_date", *_AT),
        "payment": _word("payment", "payment_status", "paymentStatus", "financial_status", "payment"),
        "delivery": _word("delivery", "delivery_status", "deliveryStatus", "fulfillment_status", "shipping_status"),
        "returned": _word("return", "return_status", "returnStatus"),
        "total": _amount("total", "total_price", "totalPrice", "grand_total", "amount"),
        "currency": _CURRENCY,
        "subtotal": _amount("subtotal", "sub_total"),
        "discount": _amount("discount", "discount_total"),
        "shipping": _amount("shipping", "shipping_total"),
        "tax": _amount("tax", "tax_total"),
        "tax_included": _flag("tax_included"),
        "refunded": _amount("refunded", "refunded_total"),
        "due": _amount("due", "amount_due"),
        "cancelled_at": _time("cancelled_at", "canceled_at", "cancelledAt", "canceledAt"),
        "cancel_reason": _text("cancel_reason"),
        "codes": _texts("codes", "discount_code", "coupon"),
        "payment_method": _text("payment_method", "paymentMethod"),
        "url": _text(),
        "guest": _flag("guest"),
        "test": _flag("test"),
        "tags": _texts("tags"),
        "note": _text("note", "notes"),
    },
    {
        "items": _ITEMS,
        "parcels": _PARCELS,
        "refunds": _REFUNDS,
        "ship_to": Shape(("shipping_address", "shippingAddress", "ship_to"), _ADDRESS.fields),
    },
)
_PAYMENTS = Shape(
    ("payments", "charges", "transactions"),
    {
        **WHOSE,
        "id": _text(*_ID, "payment_id", "reference"),
        "amount": _amount("amount", "total"),
        "currency": _CURRENCY,
        "at": _time("paid_at", "paidAt", "at", *_AT),
        "payment": _word("payment", "status", "state"),
        "refunded": _amount("refunded", "amount_refunded"),
        "method": _text("method", "payment_method", "paymentMethod"),
        "brand": _text("brand", "card.brand"),
        "last4": _text("last4", "card.last4"),
        "decline": _text("decline", "failure_message", "error"),
        "gateway": _text("gateway", "provider"),
        "reference": _text("reference", "transaction_id"),
        "receipt_url": _text("receipt_url"),
        "order": _text("order_number", "order", "order_id"),
        "invoice": _text("invoice_number", "invoice", "invoice_id"),
        "url": _text(),
        "test": _flag("test"),
    },
    {"refunds": _REFUNDS},
)
_SUBSCRIPTIONS = Shape(
    ("subscriptions",),
    {
        **WHOSE,
        "id": _text(*_ID),
        "plan": _text("plan", "name", "plan.name", "product"),
        "amount": _amount("amount", "price"),
        "currency": _CURRENCY,
        "interval": _text("interval", "period"),
        "count": _number("interval_count", "count"),
        "subscription": _word("subscription", "status", "state"),
        "next_at": _time("next_at", "next_payment_at", "next_billing_at", "renews_at"),
        "trial_end": _time("trial_end", "trial_ends_at"),
        "ends_at": _time("ends_at", "ended_at", "cancelled_at"),
        "url": _text(),
        "test": _flag("test"),
    },
)
_INVOICES = Shape(
    ("invoices",),
    {
        **WHOSE,
        "id": _text(*_ID, "number"),
        "number": _text("number", "invoice_number"),
        "total": _amount("total", "amount"),
        "paid": _amount("paid", "amount_paid"),
        "remaining": _amount("remaining", "amount_due", "due"),
        "currency": _CURRENCY,
        "invoice": _word("invoice", "status", "state"),
        "issued_at": _time("issued_at", "issuedAt", *_AT),
        "due_at": _time("due_at", "due_date"),
        "url": _text("url"),
        "test": _flag("test"),
    },
)
# By the capability, what its answer may hold. Of the first, an answer that is nothing but rows has rows.
CAPABILITY_SHAPES: Mapping[str, Mapping[str, Shape]] = {
    "customer": {"customers": CUSTOMERS},
    "orders": {"orders": ORDERS},
    "payments": {"payments": _PAYMENTS, "subscriptions": _SUBSCRIPTIONS, "invoices": _INVOICES},
}
