"""Payments: the transactions of orders, those that belong together as one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext_noop

from panels.api import Gaps, Money, Payment, PaymentWord, Refund
from panels.connectors.shopify.methods import gateway_of, method_of
from panels.connectors.shopify.paging import placed_at
from panels.connectors.shopify.reading import (
    Node,
    is_true,
    listed,
    moment,
    nodes,
    number_of,
    paid,
    plain,
    raw_status,
    text,
)
from panels.connectors.shopify.refunds import make_refunds
from panels.connectors.shopify.words import TRANSACTION

_HOLDS = frozenset({"AUTHORIZATION", "EMV_AUTHORIZATION"})
_TAKES = frozenset({"SALE", "CAPTURE"})
_FOLLOWS = frozenset({"CAPTURE", "REFUND", "VOID"})
_CALL_BANK = gettext_noop("Bank refused; customer should call it")
# The causes worth a sentence of their own; the others are told in Shopify's words.
_DECLINES = {
    "EXPIRED_CARD": gettext_noop("Card expired"),
    "INSUFFICIENT_FUNDS": gettext_noop("Not enough funds"),
    "CARD_DECLINED": _CALL_BANK,
    "CALL_ISSUER": _CALL_BANK,
    "DO_NOT_HONOR": _CALL_BANK,
    "PICK_UP_CARD": _CALL_BANK,
}


class _Start(NamedTuple):
    """The transaction that a payment began with, and those that follow from it."""

    order: Node
    first: Node
    family: Sequence[Node] = ()


def make_payments(orders: Iterable[Node], *, admin: str, gaps: Gaps) -> tuple[Payment, ...]:
    """Return the payments of the orders, newest first; `admin` is where the shop's admin pages are.

    Raises `OperatorError` where there are some, and not one can be shown.
    """
    starts = [start for order in orders for start in _starts(order, gaps)]
    payments = gaps.shown(starts, lambda start: _payment(start, admin, gaps), lacking=_lacking)
    return tuple(sorted(payments, key=lambda payment: payment.at, reverse=True))


def _starts(order: Node, gaps: Gaps) -> Iterator[_Start]:
    """Yield what payments are made of; what tells nothing of itself may be one, too."""
    transactions = listed(order, "transactions")
    if transactions is None:
        yield _Start(order, {})
        return
    has_holds = any(text(transaction, "kind") in _HOLDS for transaction in transactions)
    followers: dict[str, list[Node]] = {}
    known = {text(transaction, "id") for transaction in transactions}
    for transaction in transactions:
        followers.setdefault(text(transaction, "parentTransaction", "id") or "", []).append(transaction)
    for transaction in transactions:
        kind, parent = text(transaction, "kind"), text(transaction, "parentTransaction", "id")
        # One of an older order's hold has a parent that is not here.
        is_first = parent not in known and (parent is not None or not has_holds)
        if kind is None or kind in _HOLDS or kind == "SALE" or (is_first and kind == "CAPTURE"):
            yield _Start(order, transaction, _family(transaction, followers))
        elif kind in _FOLLOWS and parent is None:
            gaps.note()  # what it follows from is shown as if it had not happened


def _family(first: Node, followers: Mapping[str, Sequence[Node]]) -> list[Node]:
    """Return the transactions that follow from the first, directly or not."""
    family: list[Node] = []
    waiting = [first]
    while waiting:
        identity = text(waiting.pop(), "id")
        for follower in followers.get(identity, ()) if identity else ():
            if follower is not first and all(follower is not member for member in family):
                family.append(follower)
                waiting.append(follower)
    return family


def _lacking(start: _Start) -> str:
    """Return for which field a payment cannot be shown."""
    if not start.first:
        return "order.transactions"
    for name in ("kind", "id"):
        if text(start.first, name) is None:
            return f"transaction.{name}"
    return "transaction.processedAt" if paid(start.first, "amountSet") else "transaction.amountSet"


def _payment(start: _Start, admin: str, gaps: Gaps) -> Payment | None:
    order, first, family = start
    amount = paid(first, "amountSet")
    at = moment(first, "processedAt") or moment(first, "createdAt") or placed_at(order)
    number, order_number = number_of(first, "id"), number_of(order, "id")
    if amount is None or at is None or number is None or text(first, "kind") is None:
        return None
    captured = _captured(first, family, amount)
    refunds = _refunds(order, [first, *family], gaps)
    refunded = _sum((refund.amount for refund in refunds), amount.currency)
    code = text(first, "errorCode")
    word = _word(first, family, amount, captured, refunded)
    return Payment(
        external_id=number,
        url=f"{admin}/orders/{order_number}" if order_number else None,
        raw_status=raw_status(payment=text(first, "status"), kind=text(first, "kind")),
        test=is_true(first, "test") or is_true(order, "test"),
        amount=amount,
        at=at,
        word=word,
        refunded=refunded,
        captured=None if text(first, "status") is None else captured,
        method=method_of(first),
        decline=_DECLINES.get(code, plain(code)) if code and word is PaymentWord.FAILED else None,
        decline_code=code.lower() if code and word is PaymentWord.FAILED else None,
        gateway=gateway_of(first),
        reference=text(first, "paymentId"),
        order=text(order, "name"),
        refunds=refunds,
    )


def _word(first: Node, family: Sequence[Node], amount: Money, captured: Money, refunded: Money) -> PaymentWord:
    word = TRANSACTION.get(text(first, "status") or "", PaymentWord.UNKNOWN)
    if word is PaymentWord.PROCESSING and is_true(first, "manualPaymentGateway"):
        return PaymentWord.PENDING  # nobody works on it: the money comes by hand
    if word is not PaymentWord.PAID:
        return word
    if refunded:
        return PaymentWord.REFUNDED if not refunded < captured else PaymentWord.PART_REFUNDED
    if captured < amount:
        return _held(family, captured)
    return PaymentWord.PAID


def _held(family: Sequence[Node], captured: Money) -> PaymentWord:
    if captured:
        return PaymentWord.PART_PAID
    is_void = any(text(follower, "kind") == "VOID" and text(follower, "status") == "SUCCESS" for follower in family)
    return PaymentWord.NOT_CHARGED if is_void else PaymentWord.AUTHORISED


def _captured(first: Node, family: Sequence[Node], amount: Money) -> Money:
    taken = (
        paid(transaction, "amountSet")
        for transaction in (first, *family)
        if text(transaction, "kind") in _TAKES and text(transaction, "status") == "SUCCESS"
    )
    return _sum((money for money in taken if money), amount.currency)


def _refunds(order: Node, family: Sequence[Node], gaps: Gaps) -> tuple[Refund, ...]:
    """Return the order's refunds that give back what the family took."""
    numbers = {number_of(transaction, "id") for transaction in family}
    own = {
        number_of(refund, "id")
        for refund in nodes(order, "refunds")
        for transaction in nodes(refund, "transactions")
        if {number_of(transaction, "id"), number_of(transaction, "parentTransaction", "id")} & numbers - {None}
    }
    return tuple(refund for refund in make_refunds(order, gaps) if refund.external_id in own)


def _sum(amounts: Iterable[Money], currency: str) -> Money:
    return Money(sum(money.minor for money in amounts if money.currency == currency), currency)
