"""Refunds: money given back. A refund that gives back no money, such as a restocked item, is none here."""

from collections.abc import Iterable

from panels.api import Refund
from panels.connectors.shopify.methods import method_of
from panels.connectors.shopify.reading import Node, moment, nodes, number_of, paid, text
from panels.connectors.shopify.words import refund_word


def make_refunds(order: Node) -> tuple[Refund, ...]:
    """Return the order's refunds."""
    return tuple(_made(nodes(order, "refunds")))


def _made(refunds: Iterable[Node]) -> Iterable[Refund]:
    for refund in refunds:
        amount = paid(refund, "totalRefundedSet")
        at = moment(refund, "processedAt") or moment(refund, "createdAt")
        number = number_of(refund, "id")
        if not amount or at is None or number is None:
            continue
        transactions = nodes(refund, "transactions")
        yield Refund(
            external_id=number,
            amount=amount,
            at=at,
            word=refund_word(text(transaction, "status") for transaction in transactions),
            reason=text(refund, "note"),
            actor=text(refund, "staffMember", "name"),
            destination=method_of(transactions[0]) if transactions else None,
        )
