"""Refunds: money given back. A refund that gives back no money, such as a restocked item, is none here."""

from panels.api import Gaps, Refund, RefundWord
from panels.connectors.shopify.methods import method_of
from panels.connectors.shopify.reading import Node, listed, moment, number_of, paid, text
from panels.connectors.shopify.words import refund_word


def make_refunds(order: Node, gaps: Gaps) -> tuple[Refund, ...]:
    """Return the order's refunds."""
    refunds = listed(order, "refunds")
    if refunds is None or not all(_has_all(refund) for refund in refunds):
        gaps.note()
    return tuple(made for refund in refunds or () if (made := _made(refund)))


def _has_all(refund: Node) -> bool:
    """Return whether a refund has what none is without."""
    is_shown = paid(refund, "totalRefundedSet") is not None and number_of(refund, "id") is not None
    return is_shown and listed(refund, "transactions") is not None


def _made(refund: Node) -> Refund | None:
    amount = paid(refund, "totalRefundedSet")
    at = moment(refund, "processedAt") or moment(refund, "createdAt")
    number = number_of(refund, "id")
    if not amount or at is None or number is None:
        return None
    transactions = listed(refund, "transactions")
    statuses = [text(transaction, "status") for transaction in transactions or ()]
    return Refund(
        external_id=number,
        amount=amount,
        at=at,
        word=RefundWord.UNKNOWN if transactions is None else refund_word(statuses),
        reason=text(refund, "note"),
        actor=text(refund, "staffMember", "name"),
        destination=method_of(transactions[0]) if transactions else None,
    )
