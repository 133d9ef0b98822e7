"""What was ordered, and what it came to."""

from collections.abc import Mapping
from typing import NamedTuple

from panels.api import LineItem, Money
from panels.connectors.woocommerce.values import Row, as_id, as_int, as_money, as_row, as_rows, as_text, as_web_address


class Sums(NamedTuple):
    """The parts of an order's total, with tax or without as the shop shows its prices."""

    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    tax_included: bool


def read_items(
    order: Row, currency: str, *, sent_back: Mapping[int, int], shipped: Mapping[int, int] | None
) -> tuple[LineItem, ...]:
    """Return the order's lines, and its fees as lines of their own.

    `sent_back` and `shipped` say how many of a line were refunded and are in parcels; `shipped` None: not known.
    """
    gross = shows_tax(order)
    lines = [
        _item(row, currency, gross, sent_back, shipped)
        for row in as_rows(order.get("line_items"))
        if as_text(row.get("name"))
    ]
    fees = [
        LineItem(title=as_text(row.get("name")) or "–", quantity=1, unit=amount, total=amount)
        for row in as_rows(order.get("fee_lines"))
        if (amount := _amount(row, "total", "total_tax", currency, gross)) and not _is_negative(amount)
    ]
    return (*lines, *fees)


def read_sums(order: Row, items: tuple[LineItem, ...], currency: str) -> Sums:
    """Return the parts of the total. A fee below zero is a discount."""
    gross = shows_tax(order)
    zero = Money.zero(currency)
    discount = _amount(order, "discount_total", "discount_tax", currency, gross)
    for row in as_rows(order.get("fee_lines")):
        if _is_negative(fee := _amount(row, "total", "total_tax", currency, gross)):
            discount -= fee
    return Sums(
        subtotal=sum((item.total for item in items), zero),
        discount=discount,
        shipping=_amount(order, "shipping_total", "shipping_tax", currency, gross),
        tax=as_money(order.get("total_tax"), currency) or zero,
        tax_included=gross,
    )


def shows_tax(order: Row) -> bool:
    """Return whether the customer saw prices with tax."""
    return order.get("prices_include_tax") is True


def codes_of(order: Row) -> tuple[str, ...]:
    """Return the coupon codes that were used."""
    codes = (as_text(row.get("code")) for row in as_rows(order.get("coupon_lines")))
    return tuple(dict.fromkeys(code for code in codes if code))


def _item(
    row: Row, currency: str, gross: bool, sent_back: Mapping[int, int], shipped: Mapping[int, int] | None
) -> LineItem:
    quantity = max(as_int(row.get("quantity")) or 0, 0)
    total = _amount(row, "subtotal", "subtotal_tax", currency, gross)
    number = as_id(row.get("id"))
    title, variant = _names(row)
    return LineItem(
        title=title,
        variant=variant,
        sku=as_text(row.get("sku")),
        quantity=quantity,
        unit=Money.of(total.amount / quantity, currency) if quantity else total,
        total=total,
        current=max(quantity - sent_back[number], 0) if number in sent_back else None,
        shipped=min(shipped.get(number, 0), quantity) if shipped is not None else None,
        image=as_web_address(as_row(row.get("image")).get("src")),
    )


def _names(row: Row) -> tuple[str, str | None]:
    """Return the product's name, and what was chosen of it, such as size and colour."""
    name, parent = as_text(row.get("name")) or "–", as_text(row.get("parent_name"))
    chosen = [
        value
        for item in as_rows(row.get("meta_data"))
        if not str(item.get("key") or "_").startswith("_") and (value := as_text(item.get("display_value")))
    ]
    title = parent if parent and as_id(row.get("variation_id")) else name
    return title, ", ".join(chosen) or (name.removeprefix(title).lstrip(" -–") or None)


def _amount(row: Row, net: str, tax: str, currency: str, gross: bool) -> Money:
    amount = as_money(row.get(net), currency) or Money.zero(currency)
    return amount + (as_money(row.get(tax), currency) or Money.zero(currency)) if gross else amount


def _is_negative(amount: Money) -> bool:
    return amount < Money.zero(amount.currency)
