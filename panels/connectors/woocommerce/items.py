"""What was ordered, and what it came to."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from panels.api import LineItem, Money
from panels.connectors.woocommerce.values import Row, as_id, as_int, as_money, as_row, as_rows, as_text, as_web_address


class Sums(NamedTuple):
    """The parts of an order's total, with tax or without as the shop shows its prices. None: the shop does not tell."""

    subtotal: Money | None
    discount: Money | None
    shipping: Money | None
    tax: Money | None
    tax_included: bool


def read_items(
    order: Row, currency: str, *, sent_back: Mapping[int, int], shipped: Mapping[int, int] | None
) -> tuple[LineItem | None, ...]:
    """Return the order's lines, and its fees as lines of their own; None for each that lacks its amount or number.

    `sent_back` and `shipped` say how many of a line were refunded and are in parcels; `shipped` None: not known.
    """
    gross = shows_tax(order)
    lines = [_item(row, currency, gross, sent_back, shipped) for row in as_rows(order.get("line_items"))]
    fees = [
        None if amount is None else LineItem(title=_title(row), quantity=1, unit=amount, total=amount)
        for row, amount in _fees(order, currency)
        if amount is None or (amount and not _is_negative(amount))
    ]
    return (*lines, *fees)


def read_sums(order: Row, items: Sequence[LineItem | None], currency: str) -> Sums:
    """Return the parts of the total. A fee below zero is a discount."""
    gross = shows_tax(order)
    given = _amount(order, "discount_total", "discount_tax", currency, gross)
    fees = [fee for _row, fee in _fees(order, currency) if fee is not None and _is_negative(fee)]
    whole = [item.total for item in items if item is not None]
    is_whole = len(whole) == len(items) and _has_lists(order)
    return Sums(
        subtotal=sum(whole, Money.zero(currency)) if is_whole else None,
        discount=None if given is None else given - sum(fees, Money.zero(currency)),
        shipping=_amount(order, "shipping_total", "shipping_tax", currency, gross),
        tax=_money(order.get("total_tax"), currency),
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
) -> LineItem | None:
    total = _amount(row, "subtotal", "subtotal_tax", currency, gross)
    if total is None or row.get("quantity") is None:
        return None
    quantity = max(as_int(row["quantity"]) or 0, 0)
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
    name, parent = _title(row), as_text(row.get("parent_name"))
    chosen = [
        value
        for item in as_rows(row.get("meta_data"))
        if not str(item.get("key") or "_").startswith("_") and (value := as_text(item.get("display_value")))
    ]
    title = parent if parent and as_id(row.get("variation_id")) else name
    return title, ", ".join(chosen) or (name.removeprefix(title).lstrip(" -–") or None)


def _title(row: Row) -> str:
    return as_text(row.get("name")) or "–"


def _has_lists(order: Row) -> bool:
    return all(order.get(name) is not None for name in ("line_items", "fee_lines"))


def _fees(order: Row, currency: str) -> list[tuple[Row, Money | None]]:
    gross = shows_tax(order)
    return [(row, _amount(row, "total", "total_tax", currency, gross)) for row in as_rows(order.get("fee_lines"))]


def _amount(row: Row, net: str, tax: str, currency: str, gross: bool) -> Money | None:
    """Return the amount, with its tax if prices are shown so; None where the shop does not tell both."""
    amount = _money(row.get(net), currency)
    if amount is None or not gross:
        return amount
    taxed = _money(row.get(tax), currency)
    return None if taxed is None else amount + taxed


def _money(value: object, currency: str) -> Money | None:
    """Return the amount; an empty text is none to pay, what is gone or no amount is None."""
    return Money.zero(currency) if value == "" else as_money(value, currency)


def _is_negative(amount: Money) -> bool:
    return amount < Money.zero(amount.currency)
