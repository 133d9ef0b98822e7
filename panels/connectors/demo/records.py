"""The customer records of demonstration people, with figures that follow from their orders."""

from datetime import timedelta

from panels.api import (
    Alert,
    AlertWord,
    Customer,
    DeliveryWord,
    Money,
    Order,
    OrderSummary,
    Payments,
    SubscriptionWord,
)
from panels.connectors.demo import catalogue
from panels.connectors.demo.people import Person
from panels.connectors.demo.purchases import address_of, received

_LATEST = 5
_CREDIT_SHARE, _CONSENT_SHARE, _TAG_SHARE = 0.15, 0.5, 0.2
_NOTES = (None, None, None, "Prefers to be called in the afternoon.", "Sends gifts: never put an invoice in the box.")
_DELIVERY_ALERTS = {
    DeliveryWord.PROBLEM: AlertWord.DELIVERY_PROBLEM,
    DeliveryWord.DELAYED: AlertWord.DELIVERY_DELAYED,
}


def make_customer(person: Person, orders: tuple[Order, ...], payments: Payments) -> Customer:
    """Return the person's customer record; `orders` and `payments` are theirs."""
    dice = person.dice("customer")
    real = [order for order in orders if not order.test]
    guest = "guest" in person.words
    first = orders[-1].placed_at if orders else None
    reference = f"{dice.randrange(10**6, 10**7)}"
    emails = tuple(email for email in (person.email,) if email)
    return Customer(
        external_id=reference,
        url=f"https://shop.example/admin/customers/{reference}",
        match=person.match,
        name=person.name,
        emails=emails,
        phones=(person.phone,) if person.phone else (),
        guest=guest,
        orders=len(real),
        spent=Money.sum(received(order) for order in real),
        since=None if guest else (first or person.today - timedelta(days=30)) - timedelta(hours=2),
        first_at=first,
        last_at=orders[0].placed_at if orders else None,
        credit=catalogue.price(catalogue.GIFT_CARD.price, person.currency) if dice.random() < _CREDIT_SHARE else None,
        past_due=any(plan.word is SubscriptionWord.PAST_DUE for plan in payments.subscriptions),
        last_orders=tuple(_summary(order) for order in orders[:_LATEST]),
        alerts=tuple(_alerts(orders, payments)),
        locale=person.home.locale,
        time_zone=person.home.time_zone,
        address=address_of(person),
        marketing_consent=dice.random() < _CONSENT_SHARE,
        tags=tuple(tag for tag in ("vip", "wholesale", "newsletter") if dice.random() < _TAG_SHARE),
        note=catalogue.HOSTILE_TEXT if "hostile" in person.words else dice.choice(_NOTES),
    )


def _summary(order: Order) -> OrderSummary:
    return OrderSummary(
        number=order.number,
        placed_at=order.placed_at,
        pay=order.pay,
        ship=order.ship,
        total=order.total,
        cancelled=order.cancelled_at is not None,
    )


def _alerts(orders: tuple[Order, ...], payments: Payments) -> list[Alert]:
    alerts = [
        Alert(word=AlertWord.DISPUTE, at=dispute.respond_by, amount=dispute.amount, reference=dispute.order)
        for dispute in payments.disputes
        if dispute.word.is_open
    ]
    alerts.extend(
        Alert(word=AlertWord.PAST_DUE, at=invoice.due_at, amount=invoice.remaining, reference=invoice.number)
        for invoice in payments.invoices
        if invoice.remaining
    )
    for order in orders:
        word = _DELIVERY_ALERTS.get(order.ship)
        if word and order.is_open:
            alerts.append(Alert(word=word, reference=order.number))
        if order.risk and order.is_open:
            alerts.append(Alert(word=AlertWord.RISK, reference=order.number))
    return alerts
