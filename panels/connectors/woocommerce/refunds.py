"""What was given back."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from panels.api import Gaps, ItemCount, Method, Money, Refund, RefundWord
from panels.connectors.woocommerce.values import Row, as_id, as_int, as_moment, as_money, as_rows, as_text, meta

_WORDS = {True: RefundWord.DONE, False: RefundWord.RECORDED_ONLY}


def refunded_of(order: Row, currency: str) -> Money | None:
    """Return what an order's refunds come to; None where the order does not tell.

    The order holds each as an amount below zero.
    """
    if order.get("refunds") is None:
        return None
    amounts = [as_money(row.get("total"), currency) for row in as_rows(order["refunds"])]
    if None in amounts:
        return None
    total = sum((amount for amount in amounts if amount), Money.zero(currency))
    return -total if total < Money.zero(currency) else total


def read_refunds(
    rows: Iterable[Row], currency: str, *, method: Method | None, placed_at: datetime, gaps: Gaps
) -> tuple[Refund, ...]:
    """Return the refunds, newest first. Those of which a gateway was not told moved no money."""
    made = [_refund(row, currency, method, placed_at) for row in rows]
    refunds = [refund for refund in made if refund]
    if len(refunds) < len(made):
        gaps.note()
    return tuple(sorted(refunds, key=lambda refund: (refund.at, refund.external_id), reverse=True))


def count_sent_back(rows: Iterable[Row]) -> Counter[int]:
    """Return how many of each of the order's lines were refunded."""
    counts: Counter[int] = Counter()
    for row in rows:
        for line in as_rows(row.get("line_items")):
            if number := as_id(meta(line).get("_refunded_item_id")):
                counts[number] += abs(as_int(line.get("quantity")) or 0)
    return counts


def _refund(row: Row, currency: str, method: Method | None, placed_at: datetime) -> Refund | None:
    amount, number = as_money(row.get("amount"), currency), as_id(row.get("id"))
    if not amount or not number:
        return None
    moved = row.get("refunded_payment")
    return Refund(
        external_id=str(number),
        amount=amount,
        at=as_moment(row.get("date_created_gmt")) or placed_at,
        word=_WORDS.get(moved, RefundWord.UNKNOWN) if isinstance(moved, bool) else RefundWord.UNKNOWN,
        reason=as_text(row.get("reason")),
        destination=method if moved is True else None,
        items=tuple(
            ItemCount(title=title, quantity=quantity)
            for line in as_rows(row.get("line_items"))
            if (title := as_text(line.get("name"))) and (quantity := abs(as_int(line.get("quantity")) or 0))
        ),
    )
