"""Orders."""

from collections.abc import Iterable
from typing import Any

from panels.api import DisputeWord, Gaps, LineItem, Method, Money, Order, OrderSummary
from panels.connectors.shopify.methods import method_of
from panels.connectors.shopify.paging import placed_at
from panels.connectors.shopify.parcels import make_parcels, parcel_words, tells_parcels
from panels.connectors.shopify.reading import (
    Node,
    address,
    is_true,
    moment,
    money,
    node,
    nodes,
    number_of,
    paid,
    plain,
    raw_status,
    text,
    texts,
    whole,
)
from panels.connectors.shopify.refunds import make_refunds
from panels.connectors.shopify.words import delivery_word, dispute_word, payment_word, return_word

_MOST_OF_ONE = 10_000
_RISKY = frozenset({"CANCEL", "INVESTIGATE"})
_TAKEN = frozenset({"SALE", "AUTHORIZATION", "EMV_AUTHORIZATION", "CAPTURE"})


def make_orders(orders: Iterable[Node], *, admin: str, gaps: Gaps) -> tuple[Order, ...]:
    """Return the orders, without those that lack what makes them one: a number, a date, a total.

    `admin` is where the shop's admin pages are. Raises `OperatorError` where all of them lack it.
    """
    return gaps.shown(orders, lambda order: make_order(order, admin=admin, gaps=gaps), lacking=lacking_of)


def lacking_of(order: Node) -> str:
    """Return for which field the order cannot be shown."""
    if number_of(order, "id") is None:
        return "order.id"
    if text(order, "name") is None:
        return "order.name"
    return "order.processedAt" if placed_at(order) is None else "order.totalPriceSet"


def make_order(order: Node, *, admin: str, gaps: Gaps) -> Order | None:
    """Return the order, or None where it is none.

    Amounts are those of the order as it was placed; `refunded` tells what was given back. Only an order that
    was changed without giving anything back is as it is now: what was taken out was never paid for.
    """
    identity, number, at = number_of(order, "id"), text(order, "name"), placed_at(order)
    is_now = is_true(order, "edited") and not paid(order, "totalRefundedSet")
    totals = node(order, "currentTotalPriceSet" if is_now else "totalPriceSet")
    total = paid(totals)
    if identity is None or number is None or at is None or total is None:
        return None
    lines = nodes(order, "lineItems")
    items = make_items(lines, is_now=is_now)
    is_whole = all(_has_all(line) for line in lines)
    if not is_whole or not tells_parcels(order):
        gaps.note()
    shop_total = money(totals, "shopMoney")
    delivery = text(order, "displayFulfillmentStatus")
    return Order(
        external_id=identity,
        url=f"{admin}/orders/{identity}",
        raw_status=statuses_of(order),
        test=is_true(order, "test"),
        number=number,
        placed_at=at,
        pay=payment_word(text(order, "displayFinancialStatus")),
        ship=delivery_word(delivery, parcel_words(order)),
        returned=return_word(text(order, "returnStatus"), _latest_return(order)),
        cancelled_at=moment(order, "cancelledAt"),
        cancel_reason=plain(text(order, "cancelReason")),
        shop_total=shop_total if shop_total and shop_total.currency != total.currency else None,
        tax_included=is_true(order, "taxesIncluded"),
        refunded=paid(order, "totalRefundedSet"),
        due=_due(order),
        codes=texts(order, "discountCodes"),
        method=_method(order),
        ship_to=address(node(order, "shippingAddress")),
        email=text(order, "email"),
        phone=text(order, "phone"),
        items=items,
        fulfilments=make_parcels(order),
        refunds=make_refunds(order, gaps),
        guest="customer" in order and order["customer"] is None,
        edited=is_true(order, "edited"),
        disputed=any(word.is_open for _number, word in disputes_of(order)),
        risk=risk_of(order),
        tags=texts(order, "tags"),
        note=text(order, "note"),
        **_sums(order, items if is_whole else (), total, is_now=is_now),
    )


def make_summary(order: Node) -> OrderSummary | None:
    """Return the order in one line."""
    number, at, total = text(order, "name"), placed_at(order), paid(order, "totalPriceSet")
    if number is None or at is None or total is None:
        return None
    return OrderSummary(
        number=number,
        placed_at=at,
        pay=payment_word(text(order, "displayFinancialStatus")),
        ship=delivery_word(text(order, "displayFulfillmentStatus"), parcel_words(order)),
        total=total,
        cancelled=text(order, "cancelledAt") is not None,
    )


def make_items(lines: Iterable[Node], *, is_now: bool) -> tuple[LineItem, ...]:
    """Return the lines; `is_now` counts what is left of each, and leaves out those that are gone."""
    items = (_item(line, is_now=is_now) for line in lines)
    return tuple(item for item in items if item is not None)


def statuses_of(order: Node) -> dict[str, str]:
    returned = text(order, "returnStatus")
    return raw_status(
        payment=text(order, "displayFinancialStatus"),
        delivery=text(order, "displayFulfillmentStatus"),
        **{"return": None if returned == "NO_RETURN" else returned},
    )


def disputes_of(order: Node) -> list[tuple[str, DisputeWord]]:
    """Return the numbers of the order's disputes, and whose move each is."""
    return [
        (number, dispute_word(text(dispute, "initiatedAs"), text(dispute, "status")))
        for dispute in nodes(order, "disputes")
        if (number := number_of(dispute, "id"))
    ]


def risk_of(order: Node) -> str | None:
    """Return what Shopify advises against an order, if it does: "Investigate (high risk)"."""
    advice = text(order, "risk", "recommendation")
    if advice not in _RISKY:
        return None
    levels = {text(assessment, "riskLevel") for assessment in nodes(order, "risk", "assessments")}
    level = next((level for level in ("HIGH", "MEDIUM", "LOW") if level in levels), None)
    return f"{plain(advice)} ({level.lower()} risk)" if level else plain(advice)


def _has_all(line: Node) -> bool:
    """Return whether a line has what none is without."""
    has_numbers = None not in (whole(line, "quantity"), whole(line, "currentQuantity"))
    return has_numbers and text(line, "title") is not None and paid(line, "originalUnitPriceSet") is not None


def _item(line: Node, *, is_now: bool) -> LineItem | None:
    title, unit = text(line, "title"), paid(line, "originalUnitPriceSet")
    current = whole(line, "currentQuantity")
    quantity = current if is_now else whole(line, "quantity")
    if title is None or unit is None or quantity is None or (is_now and not quantity):
        return None
    if not 0 <= quantity < _MOST_OF_ONE:
        return None
    left = whole(line, "unfulfilledQuantity")
    needs_parcel = line.get("requiresShipping") is not False
    return LineItem(
        title=title,
        quantity=quantity,
        unit=unit,
        total=unit * quantity,
        variant=text(line, "variantTitle"),
        sku=text(line, "sku"),
        current=current,
        shipped=max(current - left, 0) if needs_parcel and current is not None and left is not None else None,
        refundable=whole(line, "refundableQuantity"),
    )


def _sums(order: Node, items: tuple[LineItem, ...], total: Money, *, is_now: bool) -> dict[str, Any]:
    amounts = Money.sum(item.total for item in items)
    is_whole = not is_true(order, "lineItems", "pageInfo", "hasNextPage")
    same = len(amounts) == 1 and amounts[0].currency == total.currency
    return {
        "total": total,
        "subtotal": amounts[0] if is_whole and same else None,
        "discount": paid(order, "currentTotalDiscountsSet" if is_now else "totalDiscountsSet"),
        "shipping": paid(order, "currentShippingPriceSet" if is_now else "totalShippingPriceSet"),
        "tax": paid(order, "currentTotalTaxSet" if is_now else "totalTaxSet"),
    }


def _due(order: Node) -> Money | None:
    """Return what the customer still owes. What the shop owes the customer is no debt of theirs."""
    due = paid(order, "totalOutstandingSet")
    return due if due is None or due.minor >= 0 else Money.zero(due.currency)


def _method(order: Node) -> Method | None:
    taken = [
        transaction
        for transaction in nodes(order, "transactions")
        if text(transaction, "kind") in _TAKEN and text(transaction, "status") not in {None, "FAILURE", "ERROR"}
    ]
    return next((method for transaction in taken if (method := method_of(transaction))), None)


def _latest_return(order: Node) -> str | None:
    return next((text(entry, "status") for entry in nodes(order, "returns")), None)
