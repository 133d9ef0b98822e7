"""Customer records."""

from collections.abc import Sequence

from panels.api import (
    Alert,
    AlertWord,
    Customer,
    DeliveryWord,
    Dispute,
    Gaps,
    Match,
    Money,
    OrderSummary,
    PaymentWord,
    Window,
    lacks,
)
from panels.connectors.shopify.orders import lacking_of, make_summary, risk_of
from panels.connectors.shopify.paging import placed_at
from panels.connectors.shopify.parcels import tells_parcels
from panels.connectors.shopify.people import Found, Person
from panels.connectors.shopify.reading import (
    Node,
    address,
    is_true,
    listed,
    moment,
    money,
    node,
    nodes,
    number_of,
    paid,
    text,
    texts,
    time_zone,
    whole,
)

_LATEST = 5
_CONSENT = {"SUBSCRIBED": True, "UNSUBSCRIBED": False, "NOT_SUBSCRIBED": False}
_DELIVERY_ALERTS = {
    DeliveryWord.PROBLEM: AlertWord.DELIVERY_PROBLEM,
    DeliveryWord.DELAYED: AlertWord.DELIVERY_DELAYED,
}
_RECEIVED = frozenset({PaymentWord.PAID, PaymentWord.PART_REFUNDED, PaymentWord.REFUNDED})


def make_customer(
    customer: Node,
    person: Person,
    match: Match,
    *,
    admin: str,
    disputes: Sequence[Dispute],
    windows: Sequence[Window],
    gaps: Gaps,
) -> Customer:
    """Return the customer's record. Number and sum of all orders are Shopify's own, whatever we may see."""
    latest = nodes(customer, "latest")
    if listed(customer, "latest") is None or not all(make_summary(order) and tells_parcels(order) for order in latest):
        gaps.note()
    email = node(customer, "defaultEmailAddress")
    postal = node(customer, "defaultAddress")
    spent = money(customer, "amountSpent")
    first = next((placed_at(order) for order in nodes(customer, "earliest")), None)
    summaries = _summaries(latest)
    return Customer(
        external_id=person.number,
        url=f"{admin}/customers/{person.number}",
        match=match,
        name=text(customer, "displayName"),
        emails=tuple(filter(None, (text(email, "emailAddress"),))),
        phones=tuple(filter(None, (text(customer, "defaultPhoneNumber", "phoneNumber"),))),
        orders=whole(customer, "numberOfOrders"),
        spent=(spent,) if spent else (),
        since=moment(customer, "createdAt"),
        first_at=None if windows else first,
        last_at=summaries[0].placed_at if summaries else None,
        credit=next((money(account, "balance") for account in nodes(customer, "storeCreditAccounts")), None),
        last_orders=summaries,
        alerts=_alerts(latest, disputes),
        locale=text(customer, "locale"),
        time_zone=time_zone(postal),
        address=address(postal),
        marketing_consent=_CONSENT.get(text(email, "marketingState") or ""),
        tags=texts(customer, "tags"),
        note=text(customer, "note"),
    )


def make_guest(
    orders: Sequence[Node], found: Found, *, is_whole: bool, windows: Sequence[Window], gaps: Gaps
) -> Customer | None:
    """Return the record of somebody who is known by orders only, newest first; None without any.

    Raises `OperatorError` where not one of the orders can be shown.
    """
    if not orders:
        return None
    summaries = gaps.shown(orders, make_summary, lacking=lacking_of)[:_LATEST]
    number = number_of(orders[0], "id")
    if number is None:
        raise lacks(gaps.system, "order.id")
    if any(paid(order, "totalRefundedSet") is None or not tells_parcels(order) for order in orders):
        gaps.note()
    moments = [at for order in orders if (at := placed_at(order))]
    first = min(moments)
    postal = next((postal for order in orders if (postal := node(order, "shippingAddress"))), {})
    real = [order for order in orders if not is_true(order, "test")]
    phones = dict.fromkeys(phone for order in orders if (phone := text(order, "phone")))
    emails = dict.fromkeys(email for order in orders if (email := text(order, "email")))
    return Customer(
        external_id=f"guest-{number}",
        match=Match(by=found.by, value=found.emails[0] if found.emails else None),
        name=text(postal, "name"),
        emails=tuple(emails),
        phones=tuple(phones),
        guest=True,
        orders=len(real),
        spent=Money.sum(money for order in real if (money := _received(order))),
        first_at=None if windows or not is_whole else first,
        last_at=summaries[0].placed_at,
        figures_since=first if windows or not is_whole else None,
        last_orders=summaries,
        alerts=_alerts(orders, ()),
        time_zone=time_zone(postal),
        address=address(postal),
    )


def _summaries(orders: Sequence[Node]) -> tuple[OrderSummary, ...]:
    return tuple(summary for order in orders if (summary := make_summary(order)))[:_LATEST]


def _received(order: Node) -> Money | None:
    """Return what came in for an order and stayed."""
    summary, refunded = make_summary(order), paid(order, "totalRefundedSet")
    if summary is None or summary.pay not in _RECEIVED:
        return None
    same = refunded is not None and refunded.currency == summary.total.currency
    return summary.total - refunded if refunded and same else summary.total


def _alerts(orders: Sequence[Node], disputes: Sequence[Dispute]) -> tuple[Alert, ...]:
    alerts = [
        Alert(word=AlertWord.DISPUTE, at=dispute.respond_by, amount=dispute.amount, reference=dispute.order)
        for dispute in disputes
    ]
    for order in orders:
        summary = make_summary(order)
        if summary is None or summary.cancelled or summary.ship.is_finished:
            continue
        if word := _DELIVERY_ALERTS.get(summary.ship):
            alerts.append(Alert(word=word, reference=summary.number))
        if risk_of(order):
            alerts.append(Alert(word=AlertWord.RISK, reference=summary.number))
    return tuple(alerts)
