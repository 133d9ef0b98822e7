"""An order of the shop as one of ours."""

from dataclasses import dataclass
from datetime import datetime

from panels.api import Address, DeliveryWord, Gaps, Method, Money, Order, PaymentWord
from panels.connectors.woocommerce.items import codes_of, read_items, read_sums
from panels.connectors.woocommerce.parcels import count_shipped, read_fulfilments, read_tracking
from panels.connectors.woocommerce.refunds import count_sent_back, read_refunds, refunded_of
from panels.connectors.woocommerce.states import delivery_word, fulfilment_status, payment_word, status_of
from panels.connectors.woocommerce.values import Row, as_id, as_moment, as_money, as_row, as_rows, as_text, meta

_METHODS = {
    "bacs": "bank_transfer",
    "cod": "cash_on_delivery",
    "paypal": "paypal",
    "ppec_paypal": "paypal",
    "ppcp-gateway": "paypal",
}


# What every order has, empty or not; without it less can be told. Only the date is null where it has none.
_USUAL = ("prices_include_tax", "refunds", "meta_data", "line_items", "fee_lines")


@dataclass(frozen=True, slots=True)
class Details:
    """What is read apart from the order: its refunds and fulfilments as the shop answers them."""

    refunds: tuple[Row, ...] = ()
    fulfilments: tuple[Row, ...] = ()


def make_order(row: Row, details: Details, *, shop: str, gaps: Gaps) -> Order | None:
    """Return the order; None where it lacks what an order cannot be shown without.

    `shop` is the shop's address; whatever else it lacks goes into `gaps`.
    """
    currency = (as_text(row.get("currency")) or "").upper()
    total, placed_at = as_money(row.get("total"), currency), placed_at_of(row)
    if total is None or placed_at is None:
        return None
    refunded = refunded_of(row, currency)
    if refunded is None or not _is_whole(row):
        gaps.note()
    method = method_of(row)
    parcels = read_fulfilments(details.fulfilments, row) or read_tracking(row)
    sent_back = count_sent_back(details.refunds)
    lines = read_items(row, currency, sent_back=sent_back, shipped=count_shipped(details.fulfilments))
    items = tuple(line for line in lines if line)
    sums = read_sums(row, lines, currency)
    has_parcels = all(as_id(parcel.get("id")) and "date_deleted" in parcel for parcel in details.fulfilments)
    if None in (*lines, *sums) or not has_parcels:
        gaps.note()
    status, pay = status_of(row), payment_word(row, total, refunded)
    number = as_id(row.get("id"))
    return Order(
        external_id=str(number),
        number=as_text(row.get("number")) or str(number),
        url=f"{shop}/wp-admin/post.php?post={number}&action=edit",
        raw_status={"payment": status, "delivery": fulfilment_status(row) or status},
        test=is_test(row),
        placed_at=placed_at,
        pay=pay,
        closed=status_of(row) == "completed",
        ship=delivery_word(row, has_left=any(parcel.word is DeliveryWord.SHIPPED for parcel in parcels)),
        cancelled_at=_changed_at(row, placed_at) if status == "cancelled" else None,
        total=total,
        subtotal=sums.subtotal,
        discount=sums.discount,
        shipping=sums.shipping,
        tax=sums.tax,
        tax_included=sums.tax_included,
        refunded=refunded,
        due=total - refunded if pay is PaymentWord.PENDING and refunded is not None else None,
        codes=codes_of(row),
        method=method,
        ship_to=read_address(as_row(row.get("shipping"))),
        email=as_text(as_row(row.get("billing")).get("email")),
        phone=as_text(as_row(row.get("billing")).get("phone")),
        items=items,
        fulfilments=parcels,
        refunds=read_refunds(details.refunds, currency, method=method, placed_at=placed_at, gaps=gaps),
        guest=not as_id(row.get("customer_id")),
        note=as_text(row.get("customer_note")),
    )


def lacking_of(row: Row) -> str:
    """Return the field for which no order could be made of the row."""
    currency = (as_text(row.get("currency")) or "").upper()
    if placed_at_of(row) is None:
        return "date_created_gmt"
    return "currency" if not currency else "total"


def placed_at_of(row: Row) -> datetime | None:
    """Return when the order was placed, as near as the shop tells."""
    moments = (as_moment(row.get(name)) for name in ("date_created_gmt", "date_paid_gmt", "date_modified_gmt"))
    return next(filter(None, moments), None)


def method_of(row: Row) -> Method | None:
    """Return how the order is paid: by what we have a word for, else as the shop calls it."""
    gateway, title = as_text(row.get("payment_method")), as_text(row.get("payment_method_title"))
    kind = _METHODS.get(gateway or "") or title or gateway
    return Method(kind=kind) if kind else None


def is_test(row: Row) -> bool:
    """Return whether the payment was a test. Only WooPayments tells."""
    return meta(row).get("_wcpay_mode") == "test"


def read_address(row: Row) -> Address | None:
    """Return the address, or None where there is nothing to go to."""
    name = " ".join(filter(None, (as_text(row.get("first_name")), as_text(row.get("last_name")))))
    lines = (as_text(row.get(key)) for key in ("company", "address_1", "address_2"))
    address = Address(
        name=name or None,
        lines=tuple(line for line in lines if line),
        postcode=as_text(row.get("postcode")),
        city=as_text(row.get("city")),
        region=as_text(row.get("state")),
        country=as_text(row.get("country")),
    )
    return address if address.lines or address.city or address.postcode else None


def money_received(order: Order) -> Money:
    """Return the money that came in for the order and stayed."""
    zero = Money.zero(order.total.currency)
    if order.pay not in {PaymentWord.PAID, PaymentWord.PART_REFUNDED, PaymentWord.REFUNDED}:
        return zero
    return order.total - (order.refunded or zero)


def _is_whole(row: Row) -> bool:
    """Return whether the order has all that orders have, whatever is in it."""
    kept = as_rows(row.get("meta_data"))
    return (
        "date_paid_gmt" in row
        and all(row.get(name) is not None for name in _USUAL)
        and all(one.get("key") is not None and "value" in one for one in kept)
    )


def _changed_at(row: Row, placed_at: datetime) -> datetime:
    """Return when the order last changed: of a cancellation the shop keeps no time of its own."""
    return as_moment(row.get("date_modified_gmt")) or placed_at
