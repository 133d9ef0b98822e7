"""What demonstration customers paid, owe and contest. Payments agree with the orders."""

from datetime import timedelta

from django.utils.translation import gettext_noop

from panels.api import Dispute, DisputeWord, Money, Order, Payment, Payments, PaymentWord, SavedMethod
from panels.connectors.demo.people import Person
from panels.connectors.demo.subscriptions import make_subscription

_DECLINES = (
    (gettext_noop("Card expired"), "expired_card"),
    (gettext_noop("Not enough funds"), "insufficient_funds"),
    (gettext_noop("Bank refused; customer should call it"), "do_not_honor"),
)
_GATEWAYS = {"card": "Demo Pay", "paypal": "PayPal", "bank_transfer": "Bank transfer", "cash_on_delivery": "Cash"}
_RETRIED_SHARE = 0.12


def make_payments(person: Person, orders: tuple[Order, ...]) -> Payments:
    """Return everything about the person's money; `orders` are theirs."""
    if "nodata" in person.words:
        return Payments()
    paid = [payment for order in orders for payment in _payments_of(person, order)]
    subscription = make_subscription(person)
    payments = Payments(
        payments=(*paid, *subscription.payments),
        subscriptions=subscription.subscriptions,
        invoices=subscription.invoices,
        disputes=tuple(_dispute(person, order) for order in orders if order.disputed),
        methods=_methods(person, orders),
    )
    # The same order as a merged answer has.
    return Payments.merge([("", payments)])


def _payments_of(person: Person, order: Order) -> list[Payment]:
    dice = person.dice(f"payment {order.number}")
    method = order.method
    kind = method.kind if method else ""
    reference = f"pay_{dice.randrange(16**12):012x}"
    held = order.pay in {PaymentWord.AUTHORISED, PaymentWord.PENDING, PaymentWord.NOT_CHARGED}
    payment = Payment(
        external_id=reference,
        url=f"https://pay.example/payments/{reference}",
        raw_status={"payment": order.pay.value.upper()},
        test=order.test,
        amount=order.total,
        at=order.placed_at + timedelta(minutes=1),
        word=order.pay,
        refunded=order.refunded or Money.zero(order.total.currency),
        captured=Money.zero(order.total.currency) if held else order.total,
        method=method,
        gateway=_GATEWAYS.get(kind),
        reference=reference,
        receipt_url=None if held else f"https://pay.example/receipts/{reference}",
        statement=None if held else f"{person.shop.upper()[:14]} {order.number}",
        order=order.number,
        refunds=order.refunds,
    )
    if kind != "card" or dice.random() > _RETRIED_SHARE:
        return [payment]
    return [payment, _failed_before(payment, dice.choice(_DECLINES))]


def _failed_before(payment: Payment, decline: tuple[str, str]) -> Payment:
    """Return the attempt that failed minutes before the payment went through."""
    zero = Money.zero(payment.amount.currency)
    return Payment(
        external_id=f"{payment.external_id}-1",
        raw_status={"payment": "FAILED"},
        test=payment.test,
        amount=payment.amount,
        at=payment.at - timedelta(minutes=7),
        word=PaymentWord.FAILED,
        refunded=zero,
        captured=zero,
        method=payment.method,
        decline=decline[0],
        decline_code=decline[1],
        gateway=payment.gateway,
        reference=f"{payment.reference}-1",
        order=payment.order,
    )


def _dispute(person: Person, order: Order) -> Dispute:
    inquiry = "dispute" not in person.words
    return Dispute(
        external_id=f"dp-{order.external_id}",
        url=f"https://pay.example/disputes/dp-{order.number}",
        kind="inquiry" if inquiry else "chargeback",
        amount=order.total,
        reason=gettext_noop("Product not received"),
        word=DisputeWord.INQUIRY if inquiry else DisputeWord.ANSWER,
        opened_at=person.today - timedelta(days=3),
        respond_by=person.today + timedelta(days=6, hours=23),
        refundable=inquiry,
        order=order.number,
    )


def _methods(person: Person, orders: tuple[Order, ...]) -> tuple[SavedMethod, ...]:
    if "guest" in person.words or not any(order.method == person.card for order in orders):
        return ()
    return (
        SavedMethod(
            external_id=f"card-{person.dice('card').getrandbits(40):010x}", method=person.card, is_default=True
        ),
    )
