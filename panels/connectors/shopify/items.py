"""The lines of orders that have more of them than come with the order."""

from collections.abc import Iterable

from panels.connectors.shopify.client import Shop
from panels.connectors.shopify.problems import Throttled
from panels.connectors.shopify.queries import ITEMS
from panels.connectors.shopify.reading import Node, is_true, node, nodes, text

# Pages of a hundred lines, for all orders of an answer together. What is not read shows no subtotal.
_MOST_PAGES = 4


def with_all_items(shop: Shop, orders: Iterable[Node]) -> list[Node]:
    """Return the orders with the rest of their lines. Raises a `ConnectorError`."""
    pages = _MOST_PAGES
    whole: list[Node] = []
    for order in orders:
        lines = node(order, "lineItems")
        while pages and is_true(lines, "pageInfo", "hasNextPage"):
            pages -= 1
            try:
                reply = shop.ask(ITEMS, {"id": text(order, "id"), "after": text(lines, "pageInfo", "endCursor")})
            except Throttled:
                pages = 0
                break
            rest = node(reply.data, "order", "lineItems")
            if not nodes(rest):
                break
            lines = {"nodes": [*nodes(lines), *nodes(rest)], "pageInfo": node(rest, "pageInfo")}
        whole.append({**order, "lineItems": lines})
    return whole
