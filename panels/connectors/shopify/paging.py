"""Reading the orders of found customers page by page, and saying honestly how far back that went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from panels.api import ConnectorError, Window, lacks
from panels.connectors.shopify.client import Shop
from panels.connectors.shopify.people import Found
from panels.connectors.shopify.problems import Throttled, TooCostly
from panels.connectors.shopify.queries import Query
from panels.connectors.shopify.reading import Node, is_true, moment, node, text

# What Shopify shows of orders to an app without `read_all_orders`.
DAYS_WITHOUT_ALL = 60


@dataclass(frozen=True, slots=True)
class Rows:
    """Orders, newest first. `windows` is empty where they are all there are."""

    orders: tuple[Node, ...]
    windows: tuple[Window, ...]


def read_orders(shop: Shop, found: Found, query: Query, variables: Mapping[str, Any], *, size: int, most: int) -> Rows:
    """Return the found customers' newest orders, `most` at most, `size` in a page. Raises a `ConnectorError`."""
    orders: list[Node] = []
    after: str | None = None
    error: ConnectorError | None = None
    is_whole = False
    while len(orders) < most and not is_whole:
        asked = {**variables, "search": found.search, "first": min(size, most - len(orders)), "after": after}
        try:
            reply = shop.ask(query, asked)
        except TooCostly:
            if size == 1:
                raise
            size //= 2
            continue
        except Throttled:
            if not orders:
                raise
            break
        error = error or reply.error
        orders += shop.nodes_of(reply, "orders")
        page = node(reply.data, "orders", "pageInfo")
        before, after = after, text(page, "endCursor")
        is_whole = not is_true(page, "hasNextPage") or after in {None, before}
    return Rows(owned(shop, found, orders, error), _windows(shop, orders, is_whole=is_whole))


def owned(shop: Shop, found: Found, orders: list[Node], error: ConnectorError | None) -> tuple[Node, ...]:
    """Return those of the orders that are the customers'; `error` is why Shopify held something back, if it did.

    Raises a `ConnectorError` where none is, but may be.
    """
    own = tuple(order for order in orders if found.owns(order))
    if not own and error is not None:
        raise error
    if any(found.is_untold(order) for order in orders):
        if not own:
            raise lacks(shop.name, "orders.customer")
        shop.gaps.note()
    return own


def placed_at(order: Node) -> datetime | None:
    return moment(order, "processedAt") or moment(order, "createdAt")


def windows_of(shop: Shop) -> tuple[Window, ...]:
    """Return how far back the app may look."""
    if shop.may("read_all_orders"):
        return ()
    return (Window(since=datetime.now(UTC) - timedelta(days=DAYS_WITHOUT_ALL)),)


def _windows(shop: Shop, orders: list[Node], *, is_whole: bool) -> tuple[Window, ...]:
    windows = windows_of(shop)
    moments = [at for order in orders if (at := placed_at(order))]
    if is_whole or not moments:
        return windows
    return (Window(since=max([min(moments), *(window.since for window in windows if window.since)])),)
