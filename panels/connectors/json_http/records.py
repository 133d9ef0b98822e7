"""Mapped rows become our records."""

from typing import Any, cast

from panels.api import (
    Address,
    Customer,
    DeliveryWord,
    Fulfilment,
    Interval,
    Invoice,
    InvoiceWord,
    LineItem,
    Match,
    Method,
    Money,
    Order,
    Payment,
    PaymentWord,
    Refund,
    RefundWord,
    ReturnWord,
    Subscription,
    SubscriptionWord,
)
from panels.connectors.json_http.rows import Found, Row
from panels.connectors.json_http.values import Unreadable, text_of
from panels.connectors.json_http.words import plain

_COUNTRY_LETTERS = 2
_INTERVALS: dict[str, Interval] = {
    **dict.fromkeys(("day", "days", "daily"), "day"),
    **dict.fromkeys(("week", "weeks", "weekly"), "week"),
    **dict.fromkeys(("month", "months", "monthly"), "month"),
    **dict.fromkeys(("year", "years", "yearly", "annual", "annually"), "year"),
}
_CARD_DIGITS = 4


def make_customer(found: Found) -> Customer:
    """Return the customer. Raises `Unreadable` for a row without an id."""
    row, owner = found.row, found.owner
    spent = row.money("spent")
    return Customer(
        external_id=row.require("customer_id", owner.key),
        match=Match(by=found.by, value=found.value),
        name=owner.name,
        emails=owner.emails,
        phones=owner.phones,
        url=row.link("url"),
        orders=row.number("orders"),
        spent=(spent,) if spent is not None else (),
        since=row.time("since"),
        first_at=row.time("first_at"),
        last_at=row.time("last_at"),
        credit=row.money("credit"),
        past_due=row.flag("past_due"),
        locale=row.text("locale"),
        time_zone=row.text("time_zone"),
        address=_address(row, "address"),
        marketing_consent=row.flag("consent"),
        tags=row.texts("tags"),
        note=row.text("note"),
        guest=bool(row.flag("guest")),
        test=bool(row.flag("test")),
    )


def make_order(found: Found) -> Order:
    """Return the order. Raises `Unreadable` for a row without number, time or total."""
    row, owner = found.row, found.owner
    currency = row.text("currency")
    total = row.require("total", row.money("total"))
    number = row.require("number", row.text("number"))
    refunds = _refunds(row, currency)
    refunded = row.money("refunded")
    return Order(
        external_id=row.text("id") or number,
        number=number,
        placed_at=row.require("placed_at", row.time("placed_at")),
        pay=cast("PaymentWord", row.word("payment", "payment") or PaymentWord.UNKNOWN),
        ship=cast("DeliveryWord", row.word("delivery", "delivery") or DeliveryWord.UNKNOWN),
        returned=cast("ReturnWord | None", row.word("returned", "return")),
        raw_status=_raw(row, payment="payment", delivery="delivery", returned="return"),
        total=total,
        subtotal=row.money("subtotal"),
        discount=row.money("discount"),
        shipping=row.money("shipping"),
        tax=row.money("tax"),
        tax_included=bool(row.flag("tax_included")),
        refunded=refunded if refunded is not None else _sum(refunds, total.currency),
        due=row.money("due"),
        cancelled_at=row.time("cancelled_at"),
        cancel_reason=row.text("cancel_reason"),
        codes=row.texts("codes"),
        method=_method(row, "payment_method"),
        ship_to=_address(row, "ship_to"),
        email=owner.emails[0] if owner.emails else None,
        phone=owner.phones[0] if owner.phones else None,
        items=_items(row, currency),
        fulfilments=_parcels(row),
        refunds=refunds,
        url=row.link("url"),
        guest=bool(row.flag("guest")),
        test=bool(row.flag("test")),
        tags=row.texts("tags"),
        note=row.text("note"),
    )


def make_payment(found: Found) -> Payment:
    """Return the payment. Raises `Unreadable` for a row without id, amount or time."""
    row = found.row
    amount = row.require("amount", row.money("amount"))
    refunds = _refunds(row, row.text("currency"))
    refunded = row.money("refunded") or _sum(refunds, amount.currency)
    return Payment(
        external_id=row.require("id", row.text("id")),
        amount=amount,
        at=row.require("at", row.time("at")),
        word=cast("PaymentWord", row.word("payment", "payment") or PaymentWord.UNKNOWN),
        raw_status=_raw(row, payment="payment"),
        refunded=refunded or Money.zero(amount.currency),
        refunds=refunds,
        method=_method(row, "method"),
        decline=row.text("decline"),
        gateway=row.text("gateway"),
        reference=row.text("reference"),
        receipt_url=row.link("receipt_url"),
        order=row.text("order"),
        invoice=row.text("invoice"),
        url=row.link("url"),
        test=bool(row.flag("test")),
    )


def make_subscription(found: Found) -> Subscription:
    """Return the subscription. Raises `Unreadable` for a row without id, plan or amount."""
    row = found.row
    return Subscription(
        external_id=row.require("id", row.text("id")),
        plan=row.require("plan", row.text("plan")),
        amount=row.require("amount", row.money("amount")),
        interval=_INTERVALS.get(plain(row.text("interval") or "")),
        count=row.number("count") or 1,
        word=cast("SubscriptionWord", row.word("subscription", "subscription") or SubscriptionWord.UNKNOWN),
        raw_status=_raw(row, subscription="subscription"),
        next_at=row.time("next_at"),
        trial_end=row.time("trial_end"),
        ends_at=row.time("ends_at"),
        url=row.link("url"),
        test=bool(row.flag("test")),
    )


def make_invoice(found: Found) -> Invoice:
    """Return the invoice. Raises `Unreadable` for a row without id, total, or time; unsaid is unpaid."""
    row = found.row
    total = row.require("total", row.money("total"))
    paid, remaining = row.money("paid"), row.money("remaining")
    word = cast("InvoiceWord", row.word("invoice", "invoice") or InvoiceWord.UNKNOWN)
    if paid is None:
        paid = (
            total
            if word is InvoiceWord.PAID
            else Money.zero(total.currency)
            if remaining is None
            else total - remaining
        )
    return Invoice(
        external_id=row.require("id", row.text("id")),
        number=row.text("number"),
        total=total,
        paid=paid,
        remaining=total - paid if remaining is None else remaining,
        word=word,
        raw_status=_raw(row, invoice="invoice"),
        issued_at=row.require("issued_at", row.time("issued_at")),
        due_at=row.time("due_at"),
        url=row.link("url"),
        test=bool(row.flag("test")),
    )


def _items(order: Row, currency: str | None) -> tuple[LineItem, ...]:
    items: list[LineItem] = []
    for row in order.inside("items"):
        quantity = row.number("quantity")
        quantity = 1 if quantity is None else quantity
        unit, total = row.money("price", currency), row.money("total", currency)
        if unit is None and total is not None:
            unit = Money(total.minor // quantity if quantity else 0, total.currency)
        try:
            title, unit = row.require("title", row.text("title")), row.require("price", unit)
        except Unreadable:
            continue
        items.append(
            LineItem(
                title=title,
                quantity=quantity,
                unit=unit,
                total=total if total is not None else unit * quantity,
                variant=row.text("variant"),
                sku=row.text("sku"),
                shipped=row.number("shipped"),
                image=row.link("image"),
            )
        )
    return tuple(items)


def _parcels(order: Row) -> tuple[Fulfilment, ...]:
    return tuple(
        Fulfilment(
            external_id=row.text("id") or str(number),
            word=cast("DeliveryWord", row.word("delivery", "delivery") or DeliveryWord.UNKNOWN),
            carrier=row.text("carrier"),
            numbers=row.texts("tracking_number"),
            urls=tuple(url for url in (row.link("tracking_url"),) if url),
            shipped_at=row.time("shipped_at"),
            eta=row.time("expected_at"),
            delivered_at=row.time("delivered_at"),
        )
        for number, row in enumerate(order.inside("parcels"), 1)
    )


def _refunds(owner: Row, currency: str | None) -> tuple[Refund, ...]:
    refunds: list[Refund] = []
    for number, row in enumerate(owner.inside("refunds"), 1):
        try:
            amount = row.require("amount", row.money("amount", row.text("currency") or currency))
            at = row.require("at", row.time("at"))
        except Unreadable:
            continue
        refunds.append(
            Refund(
                external_id=row.text("id") or str(number),
                # Some systems write what goes out with a minus.
                amount=-amount if amount.minor < 0 else amount,
                at=at,
                word=cast("RefundWord", row.word("refund", "refund") or RefundWord.UNKNOWN),
                reason=row.text("reason"),
                reference=row.text("reference"),
            )
        )
    return tuple(refunds)


def _sum(refunds: tuple[Refund, ...], currency: str) -> Money | None:
    amounts = [refund.amount for refund in refunds if refund.amount.currency == currency]
    return Money.sum(amounts)[0] if amounts else None


def _method(row: Row, name: str) -> Method | None:
    kind = row.text(name)
    digits = (row.text("last4") or "") if name == "method" else ""
    return (
        Method(
            kind=plain(kind),
            brand=row.text("brand") if name == "method" else None,
            # A whole number of a card must not be shown, whoever has mapped it.
            last4=digits[-_CARD_DIGITS:] or None,
        )
        if kind
        else None
    )


def _address(row: Row, name: str) -> Address | None:
    found = next(row.inside(name), None)
    if found is None:
        return None
    country = found.text("country") or ""
    values: dict[str, Any] = {key: found.text(key) for key in ("name", "postcode", "city", "region")}
    address = Address(
        **values,
        lines=found.texts("lines"),
        country=country.upper() if len(country) == _COUNTRY_LETTERS and country.isalpha() else None,
    )
    return None if address == Address() else address


def _raw(row: Row, **kinds: str) -> dict[str, str]:
    """Return the system's own words by kind."""
    said: dict[str, str] = {}
    for name, kind in kinds.items():
        try:
            theirs = text_of(row.values.get(name))
        except Unreadable:
            continue  # noted where the word was read
        if theirs:
            said[kind] = theirs
    return said
