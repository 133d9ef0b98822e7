"""WooCommerce's words for the state of orders, in ours."""

from panels.api import DeliveryWord, Money, PaymentWord
from panels.connectors.woocommerce.values import Row, as_moment, as_row, as_rows, as_text, meta

# WooCommerce's fulfilments keep their state with the order, where the shop uses them.
FULFILMENT_STATUS = "_fulfillment_status"
NO_FULFILMENTS = "no_fulfillments"

_UNPAID = {
    "pending": PaymentWord.PENDING,
    "on-hold": PaymentWord.PENDING,
    "processing": PaymentWord.PENDING,  # to be paid on delivery
    "cancelled": PaymentWord.NOT_CHARGED,
}
_FULFILMENT = {
    "partially_fulfilled": DeliveryWord.PART_SHIPPED,
    "fulfilled": DeliveryWord.SHIPPED,
}
_STAYS = {
    "pending": DeliveryWord.NOT_SHIPPED,
    "processing": DeliveryWord.NOT_SHIPPED,
    "failed": DeliveryWord.NOT_SHIPPED,
    "cancelled": DeliveryWord.NOT_SHIPPED,
    "refunded": DeliveryWord.NOT_NEEDED,
}
_MAY_BE_VIRTUAL = frozenset({"pending", "processing", "failed"})
_CHECKOUTS = frozenset({"checkout", "store-api"})


def status_of(order: Row) -> str:
    """Return the order's status as WooCommerce has it; plugins add others."""
    return as_text(order.get("status")) or ""


def fulfilment_status(order: Row) -> str | None:
    """Return what the shop's fulfilments say of the order, or None where it does not use them."""
    return as_text(meta(order).get(FULFILMENT_STATUS))


def payment_word(order: Row, total: Money, refunded: Money | None) -> PaymentWord:
    """Return where the order's money is; `refunded` None: the shop does not tell."""
    status = status_of(order)
    if status == "refunded":
        return PaymentWord.REFUNDED
    if status == "failed":
        return PaymentWord.FAILED
    if status != "completed" and "date_paid_gmt" not in order:
        return PaymentWord.UNKNOWN
    if status != "completed" and as_moment(order["date_paid_gmt"]) is None:
        return _UNPAID.get(status, PaymentWord.UNKNOWN)
    if not refunded:
        return PaymentWord.PAID
    return PaymentWord.PART_REFUNDED if refunded < total else PaymentWord.REFUNDED


def delivery_word(order: Row, *, has_left: bool) -> DeliveryWord:
    """Return where the order's goods are, as far as a shop knows that hears nothing from carriers.

    `has_left` says that there is a parcel on its way, whatever the status says.
    """
    status = status_of(order)
    if (word := _FULFILMENT.get(fulfilment_status(order) or "")) is not None:
        return word
    if status == "on-hold":
        return DeliveryWord.ON_HOLD
    if has_left and status != "cancelled":
        return DeliveryWord.SHIPPED
    if status == "completed" or (status == "refunded" and as_moment(order.get("date_completed_gmt"))):
        return DeliveryWord.COMPLETED
    if status in _MAY_BE_VIRTUAL and _is_virtual(order):
        return DeliveryWord.NOT_NEEDED
    # Parcels are noted in the meta data: without those it may have been sent.
    may_be_sent = status == "processing" and "meta_data" not in order
    return DeliveryWord.UNKNOWN if may_be_sent else _STAYS.get(status, DeliveryWord.UNKNOWN)


def _is_virtual(order: Row) -> bool:
    """Return whether there is nothing to send: WooCommerce says so, or asked for no address at the checkout."""
    if order.get("needs_processing") is False:
        return True
    if as_text(order.get("created_via")) not in _CHECKOUTS or as_rows(order.get("shipping_lines")):
        return False
    address = as_row(order.get("shipping"))
    return not any(as_text(address.get(name)) for name in ("address_1", "city", "postcode"))
