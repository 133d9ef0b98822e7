"""HubSpot's order objects as our orders."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

import msgspec

from panels.api import (
    Address,
    DeliveryWord,
    Fulfilment,
    LineItem,
    Method,
    Money,
    Order,
    PaymentWord,
)
from panels.connectors.hubspot import words
from panels.connectors.hubspot.links import ORDER, link
from panels.connectors.hubspot.row import MOST_MINOR, Row

ORDERS, LINE_ITEMS = "orders", "line_items"
PROPERTIES = (
    "hs_order_name", "hs_external_order_id", "hs_external_created_date", "hs_createdate", "hs_currency_code",
    "hs_total_price", "hs_subtotal_price", "hs_order_discount", "hs_discount_codes", "hs_shipping_cost", "hs_tax",
    "hs_refund_amount", "hs_payment_status", "hs_payment_processing_method", "hs_fulfillment_status",
    "hs_pipeline_stage", "hs_external_order_status", "hs_closed_date", "hs_lastmodifieddate",
    "hs_shipping_tracking_number", "hs_shipping_status_url", "hs_shipping_address_name",
    "hs_shipping_address_street", "hs_shipping_address_city", "hs_shipping_address_state",
    "hs_shipping_address_postal_code", "hs_shipping_address_country", "hs_shipping_address_phone",
    "hs_billing_address_email", "hs_source_store", "hs_tags", "hs_order_note",
)  # fmt: skip
LINE_ITEM_PROPERTIES = ("name", "hs_sku", "quantity", "price", "amount", "hs_line_item_currency_code")
_COUNTRY_LETTERS = 2
_MOST_PARCELS = 20
_MOST_PIECES = 10**5


@dataclass(frozen=True, slots=True)
class OrderContext:
    """What an order's record does not say itself: the account, and the names of its stages."""

    currency: str
    account_id: str | None
    stages: Mapping[str, str]
    cancelled: frozenset[str]

    def is_cancelled(self, stage: str | None, status: str | None) -> bool:
        """Whether the stage's name, or the shop's own word, is one that means so."""
        return bool({(text or "").strip().casefold() for text in (stage, status)} & self.cancelled)


def make_orders(rows: Iterable[Row], items: Mapping[str, Sequence[Row]], context: OrderContext) -> tuple[Order, ...]:
    """Return the orders, newest first; `items` are the line items by order."""
    orders = [order for row in rows if (order := _make_order(row, items.get(row.id, ()), context))]
    return tuple(sorted(orders, key=lambda order: (order.placed_at, order.external_id), reverse=True))


def received(order: Order) -> Money:
    """Return the money that came in for an order and stayed, as far as HubSpot tells.

    Many accounts keep no payments: an order without a word on that counts as paid.
    """
    nothing = Money.zero(order.total.currency)
    if order.cancelled_at or order.pay not in _RECEIVED:
        return nothing
    if order.pay is PaymentWord.REFUNDED:
        return nothing
    return order.total - (order.refunded or nothing)


_RECEIVED = frozenset({PaymentWord.PAID, PaymentWord.PART_REFUNDED, PaymentWord.REFUNDED, PaymentWord.UNKNOWN})


def _make_order(row: Row, item_rows: Sequence[Row], context: OrderContext) -> Order | None:
    placed_at = row.instant("hs_external_created_date", "hs_createdate") or row.created_at
    if placed_at is None:
        return None
    currency = row.currency("hs_currency_code", default=context.currency)
    items = tuple(_make_item(item, currency) for item in item_rows if "price" in item.properties)
    stage_id = row.text("hs_pipeline_stage")
    stage = context.stages.get(stage_id or "")
    status = row.text("hs_external_order_status")
    is_cancelled = context.is_cancelled(stage or stage_id, status)
    refunded = row.money("hs_refund_amount", currency=currency)
    order = Order(
        external_id=row.id,
        url=link(context.account_id, ORDER, row.id),
        raw_status=_raw_status(row, stage, status),
        number=row.text("hs_order_name", "hs_external_order_id") or row.id,
        placed_at=placed_at,
        pay=words.ORDER_PAYMENTS.get(words.keyed(row.text("hs_payment_status")), PaymentWord.UNKNOWN),
        # Free text in anybody's words and language: shown as it is.
        ship=DeliveryWord.UNKNOWN,
        total=_total(row, items, currency),
        cancelled_at=(row.instant("hs_closed_date", "hs_lastmodifieddate") or placed_at) if is_cancelled else None,
        discount=_absolute(row.money("hs_order_discount", currency=currency)),
        shipping=row.money("hs_shipping_cost", currency=currency),
        tax=row.money("hs_tax", currency=currency),
        subtotal=row.money("hs_subtotal_price", currency=currency),
        refunded=_absolute(refunded) if refunded else None,
        codes=row.texts("hs_discount_codes", ",;"),
        method=_method(row),
        ship_to=_address(row),
        email=row.text("hs_billing_address_email"),
        phone=row.text("hs_shipping_address_phone"),
        items=items,
        fulfilments=_parcels(row),
        tags=tuple(dict.fromkeys([*row.texts("hs_source_store"), *row.texts("hs_tags", ",;")])),
        note=row.text("hs_order_note"),
    )
    return _adding_up(order)


def _raw_status(row: Row, stage: str | None, status: str | None) -> dict[str, str]:
    said = {
        "payment": row.text("hs_payment_status"),
        "delivery": row.text("hs_fulfillment_status") or stage or status,
        "stage": stage,
        "status": status,
    }
    return {kind: text for kind, text in said.items() if text}


def _total(row: Row, items: Iterable[LineItem], currency: str) -> Money:
    """Return the total; where HubSpot has none, what the items come to."""
    total = row.money("hs_total_price", "hs_subtotal_price", currency=currency)
    if total is not None:
        return total
    return sum((item.total for item in items if item.total.currency == currency), Money.zero(currency))


def _adding_up(order: Order) -> Order:
    """Return the order with its parts in the sense we give them.

    Whoever writes orders into HubSpot decides whether the subtotal is before or after the discount, and
    whether the total includes the tax besides. The total tells, if anything does.
    """
    if order.subtotal is None:
        return order
    nothing = Money.zero(order.total.currency)
    discount, tax = order.discount or nothing, order.tax or nothing
    rest = order.total - (order.shipping or nothing)
    for subtotal in (order.subtotal, order.subtotal + discount):
        for tax_included in (False, True):
            if subtotal - discount + (nothing if tax_included else tax) == rest:
                return msgspec.structs.replace(order, subtotal=subtotal, tax_included=tax_included and bool(tax))
    return order


def _make_item(row: Row, currency: str) -> LineItem:
    """Return a line. A quantity that cannot be counted, such as hours and a half, becomes part of the title."""
    currency = row.currency("hs_line_item_currency_code", default=currency)
    title, sku = row.text("name", "hs_sku") or row.id, row.text("hs_sku")
    price, amount = row.money("price", currency=currency), row.money("amount", currency=currency)
    quantity = row.number("quantity")
    if quantity is None or quantity < 0:
        quantity = Decimal(1)
    if quantity == quantity.to_integral_value() and quantity < _MOST_PIECES and (price is not None or amount is None):
        unit = price or Money.zero(currency)
        return LineItem(title=title, quantity=int(quantity), unit=unit, total=unit * int(quantity), sku=sku)
    total = amount or _product(price, quantity, currency)
    title = title if quantity == 1 else f"{quantity.normalize():f} × {title}"
    return LineItem(title=title, quantity=1, unit=total, total=total, sku=sku)


def _product(price: Money | None, quantity: Decimal, currency: str) -> Money:
    amount = (price.amount if price else Decimal(0)) * quantity
    return Money.of(amount, currency) if abs(amount) < MOST_MINOR else Money.zero(currency)


def _parcels(row: Row) -> tuple[Fulfilment, ...]:
    """Return one parcel per tracking number: HubSpot knows no more of it than where to follow it."""
    numbers = row.texts("hs_shipping_tracking_number", ",;")[:_MOST_PARCELS]
    urls = tuple(filter(_is_web_address, row.texts("hs_shipping_status_url", ",; ")))
    # An address for each, or none: whose would it be?
    urls = urls if len(urls) == len(numbers) else ()
    return tuple(
        Fulfilment(
            external_id=f"{row.id}-{position}",
            word=DeliveryWord.UNKNOWN,
            numbers=(number,),
            urls=urls[position - 1 : position],
        )
        for position, number in enumerate(numbers, start=1)
    )


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname)


def _method(row: Row) -> Method | None:
    kind = row.text("hs_payment_processing_method")
    return Method(kind=kind) if kind else None


def _address(row: Row) -> Address | None:
    country = row.text("hs_shipping_address_country") or ""
    has_code = len(country) == _COUNTRY_LETTERS and country.isalpha()
    state = row.text("hs_shipping_address_state")
    address = Address(
        name=row.text("hs_shipping_address_name"),
        lines=tuple((row.text("hs_shipping_address_street") or "").splitlines()),
        postcode=row.text("hs_shipping_address_postal_code"),
        city=row.text("hs_shipping_address_city"),
        # A country that has no code here comes last on the label all the same.
        region=state if has_code else ", ".join(filter(None, (state, country))) or None,
        country=country.upper() if has_code else None,
    )
    return address if address != Address() else None


def _absolute(money: Money | None) -> Money | None:
    return -money if money is not None and money.minor < 0 else money
