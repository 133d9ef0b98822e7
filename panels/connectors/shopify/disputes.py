"""Disputes: payments that a customer contests at the bank."""

from collections.abc import Iterable

from panels.api import LONG_AGO, Dispute
from panels.connectors.shopify.client import Shop
from panels.connectors.shopify.orders import disputes_of
from panels.connectors.shopify.people import gid
from panels.connectors.shopify.queries import DISPUTES
from panels.connectors.shopify.reading import Node, listed, moment, money, number_of, plain, raw_status, text
from panels.connectors.shopify.words import dispute_word

# Of one customer; whoever has more is known to the shop.
_MOST = 20


def read_disputes(shop: Shop, orders: Iterable[Node], *, open_only: bool = False) -> tuple[Dispute, ...]:
    """Return the orders' disputes, newest first. Raises a `ConnectorError`."""
    orders = list(orders)
    if shop.may("read_shopify_payments_disputes") and not all(_tells_disputes(order) for order in orders):
        shop.gaps.note()
    numbers = [number for order in orders for number, word in disputes_of(order) if word.is_open or not open_only]
    if not numbers:
        return ()
    asked = list(dict.fromkeys(numbers))[:_MOST]
    reply = shop.ask(DISPUTES, {"ids": [gid("ShopifyPaymentsDispute", number) for number in asked]})
    found = (_dispute(entry) for entry in listed(reply.data, "nodes") or ())
    disputes = [dispute for dispute in found if dispute is not None and dispute.external_id in asked]
    if len(disputes) < len(asked):
        shop.gaps.note()
    return tuple(sorted(disputes, key=lambda dispute: dispute.opened_at or LONG_AGO, reverse=True))


def _tells_disputes(order: Node) -> bool:
    """Return whether the order tells of its disputes, if there are any."""
    disputes = listed(order, "disputes")
    return disputes is not None and all(number_of(dispute, "id") for dispute in disputes)


def _dispute(entry: Node) -> Dispute | None:
    number, amount = number_of(entry, "id"), money(entry, "amount")
    if number is None or amount is None:
        return None
    kind, status = text(entry, "type"), text(entry, "status")
    return Dispute(
        external_id=number,
        raw_status=raw_status(dispute=status, kind=kind),
        kind="inquiry" if kind == "INQUIRY" else "chargeback",
        amount=amount,
        reason=plain(text(entry, "reasonDetails", "reason")) or "",
        word=dispute_word(kind, status),
        opened_at=moment(entry, "initiatedAt"),
        respond_by=moment(entry, "evidenceDueBy"),
        closed_at=moment(entry, "finalizedOn"),
        order=text(entry, "order", "name"),
    )
