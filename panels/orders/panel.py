"""The built-in panel of orders: where the goods are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from panels.api import Money, Order, Orders, Panel, PanelContext, PaymentWord, Window, read_offset

_PAGE = 20
_RECEIVED = frozenset({PaymentWord.PAID, PaymentWord.PART_REFUNDED, PaymentWord.REFUNDED})


class OrdersSettingsForm(forms.Form):
    """How much the first view shows."""

    rows = forms.IntegerField(
        label=_("Orders shown at first"),
        initial=5,
        min_value=1,
        max_value=20,
        help_text=_("More come on demand."),
    )
    summary = forms.BooleanField(label=_("Show totals and chart"), initial=True, required=False)


@dataclass(frozen=True, slots=True)
class Summary:
    """What all the orders come to, test orders and refunded money left out."""

    count: int
    open_count: int
    spent: tuple[Money, ...]
    since: datetime
    # When and how much, for the chart.
    points: tuple[tuple[datetime, Money], ...]


class OrdersPanel(Panel):
    """Shows orders, unfinished ones first, then the newest; an order's details come when it is opened."""

    slug = "orders"
    title = _("Orders")
    capability = "orders"
    SettingsForm = OrdersSettingsForm
    skeleton_lines = 6
    parts = {"order": "orders/order.html", "rows": "orders/rows.html"}

    @property
    def empty_template(self) -> str:
        return "orders/empty.html"

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        data: Orders = ctx.data
        rows = int(ctx.settings.get("rows") or 5)
        return {
            "summary": summarise(data.orders) if ctx.settings.get("summary", True) else None,
            "windows": limited(data.windows),
            **_page(data, 0, rows),
        }

    def get_part_context(self, ctx: PanelContext, part: str, params: Mapping[str, str]) -> dict[str, Any]:
        data: Orders = ctx.data
        if part == "rows" and "number" in params:
            return _numbered(data, params["number"])
        if part == "rows":
            return _page(data, read_offset(params), _PAGE)
        order = next((order for order in data.orders if order.key == params.get("id")), None)
        if part != "order" or order is None:
            raise LookupError(part)
        return {"order": order}


def summarise(orders: Sequence[Order]) -> Summary | None:
    """Return what the orders come to, or None when all of them are tests."""
    real = [order for order in orders if not order.test]
    if not real:
        return None
    spent = tuple((order.placed_at, received(order)) for order in real if order.pay in _RECEIVED)
    return Summary(
        count=len(real),
        open_count=sum(order.is_open for order in real),
        spent=Money.sum(money for _at, money in spent),
        since=min(order.placed_at for order in real),
        points=spent,
    )


def received(order: Order) -> Money:
    """Return the money that came in for a paid order and stayed."""
    return order.total - order.refunded if order.refunded else order.total


def limited(windows: Sequence[Window]) -> list[Window]:
    """Return the connections that could not look back to the beginning."""
    return [window for window in windows if window.since]


def _page(data: Orders, offset: int, size: int) -> dict[str, Any]:
    orders = sorted(data.orders, key=lambda order: not order.is_open)
    end = offset + size
    if offset and offset >= len(orders):
        raise LookupError(offset)
    return {
        "orders": orders[offset:end],
        "is_first_page": offset == 0,
        "several_stores": _has_several_stores(data),
        "hidden_numbers": " ".join(bare_number(order.number) for order in orders[end:]),
        "remaining": max(len(orders) - end, 0),
        "next_offset": end,
    }


def _numbered(data: Orders, number: str) -> dict[str, Any]:
    """Return the rows of the orders with that number: the chat mentions it, and it is on no page yet."""
    orders = [order for order in data.orders if bare_number(order.number) == number]
    if not orders:
        raise LookupError(number)
    return {"orders": orders, "is_first_page": True, "several_stores": _has_several_stores(data), "remaining": 0}


def bare_number(number: str) -> str:
    """Return an order number without the sign some systems put before it."""
    return number.lstrip("#")


def _has_several_stores(data: Orders) -> bool:
    return len({order.source for order in data.orders}) > 1
