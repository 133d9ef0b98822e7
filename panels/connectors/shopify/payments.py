"""Payments: the transactions of orders, those that belong together as one."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from django.utils.translation import gettext_noop

from panels.api import Money, Payment, PaymentWord, Refund
from panels.connectors.shopify.methods import gateway_of, method_of
from panels.connectors.shopify.paging import placed_at
from panels.connectors.shopify.reading import Node, is_true, moment, nodes, number_of, paid, plain, raw_status, text
from panels.connectors.shopify.refunds import make_refunds
from panels.connectors.shopify.words import TRANSACTION

_HOLDS = frozenset({"AUTHORIZATION", "EMV_AUTHORIZATION"})
_TAKES = frozenset({"SALE", "CAPTURE"})
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


def make_payments(orders: Iterable[Node], *, admin: str) -> tuple[Payment, ...]:
    """Return the payments of the orders, newest first; `admin` is where the shop's admin pages are."""
    payments = list(chain.from_iterable(_of_order(order, admin) for order in orders))
    payments.sort(key=lambda payment: payment.at, reverse=True)
    return tuple(payments)


def _of_order(order: Node, admin: str) -> Iterable[Payment]:
    transactions = nodes(order, "transactions")
    followers: dict[str, list[Node]] = {}
    known = {text(transaction, "id") for transaction in transactions}
    for transaction in transactions:
        followers.setdefault(text(transaction, "parentTransaction", "id") or "", []).append(transaction)
    for transaction in transactions:
        is_first = text(transaction, "parentTransaction", "id") not in known
        starts = text(transaction, "kind") in _HOLDS or (text(transaction, "kind") == "SALE")
        if starts or (is_first and text(transaction, "kind") == "CAPTURE"):
            family = _family(transaction, followers)
            if payment := _payment(order, transaction, family, admin):
                yield payment


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


def _payment(order: Node, first: Node, family: Sequence[Node], admin: str) -> Payment | None:
    amount = paid(first, "amountSet")
    at = moment(first, "processedAt") or moment(first, "createdAt") or placed_at(order)
    number, order_number = number_of(first, "id"), number_of(order, "id")
    if amount is None or at is None or number is None:
        return None
    captured = _captured(first, family, amount)
    refunds = _refunds(order, [first, *family])
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
        captured=captured,
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


def _refunds(order: Node, family: Sequence[Node]) -> tuple[Refund, ...]:
    """Return the order's refunds that give back what the family took."""
    numbers = {number_of(transaction, "id") for transaction in family}
    own = {
        number_of(refund, "id")
        for refund in nodes(order, "refunds")
        for transaction in nodes(refund, "transactions")
        if {number_of(transaction, "id"), number_of(transaction, "parentTransaction", "id")} & numbers - {None}
    }
    return tuple(refund for refund in make_refunds(order) if refund.external_id in own)


def _sum(amounts: Iterable[Money], currency: str) -> Money:
    return Money(sum(money.minor for money in amounts if money.currency == currency), currency)
