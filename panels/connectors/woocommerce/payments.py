"""The payment of an order: WooCommerce knows one each."""

from panels.api import Money, Order, Payment, PaymentWord
from panels.connectors.woocommerce.values import Row, as_moment, as_text

_CAPTURED = frozenset({PaymentWord.PAID, PaymentWord.PART_REFUNDED, PaymentWord.REFUNDED})


def make_payment(order: Order, row: Row) -> Payment | None:
    """Return the order's payment; None for what cost nothing. `row` is the order as the shop answers it."""
    if not order.total:
        return None
    zero = Money.zero(order.total.currency)
    return Payment(
        external_id=order.external_id,
        url=order.url,
        raw_status={"payment": order.raw_status["payment"]},
        test=order.test,
        amount=order.total,
        at=as_moment(row.get("date_paid_gmt")) or order.placed_at,
        word=order.pay,
        refunded=order.refunded or zero,
        captured=order.total if order.pay in _CAPTURED else zero,
        method=order.method,
        gateway=as_text(row.get("payment_method_title")) or as_text(row.get("payment_method")),
        reference=as_text(row.get("transaction_id")),
        order=order.number,
        refunds=order.refunds,
    )
