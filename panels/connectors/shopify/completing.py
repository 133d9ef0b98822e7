"""What an order has more of than comes with it: lines, parcels, refunds."""

from collections.abc import Iterable

from panels.connectors.shopify.client import Shop
from panels.connectors.shopify.problems import Throttled
from panels.connectors.shopify.queries import ITEMS, PARCELS_SHOWN, REFUNDS_SHOWN, REST
from panels.connectors.shopify.reading import Node, is_true, node, nodes, text

# More requests for all orders of an answer together. Without all of its lines an order shows no subtotal.
_MOST_REQUESTS = 4


def completed(shop: Shop, orders: Iterable[Node], *, staff: bool) -> list[Node]:
    """Return the orders with the rest of what they have, as far as that goes. Raises a `ConnectorError`."""
    completer = _Completer(shop, staff=staff)
    return [completer.complete(order) for order in orders]


class _Completer:
    def __init__(self, shop: Shop, *, staff: bool) -> None:
        self._shop = shop
        self._staff = staff
        self._left = _MOST_REQUESTS

    def complete(self, order: Node) -> Node:
        try:
            return self._with_rest(self._with_lines(order))
        except Throttled:
            self._left = 0
            return order

    def _with_lines(self, order: Node) -> Node:
        lines = node(order, "lineItems")
        while self._left and is_true(lines, "pageInfo", "hasNextPage"):
            self._left -= 1
            after = text(lines, "pageInfo", "endCursor")
            reply = self._shop.ask(ITEMS, {"id": text(order, "id"), "after": after})
            more = node(reply.data, "order", "lineItems")
            if not nodes(more):
                break
            lines = {"nodes": [*nodes(lines), *nodes(more)], "pageInfo": node(more, "pageInfo")}
        return {**order, "lineItems": lines}

    def _with_rest(self, order: Node) -> Node:
        has_more_parcels = len(nodes(order, "fulfillments")) > PARCELS_SHOWN
        may_have_more_refunds = len(nodes(order, "refunds")) >= REFUNDS_SHOWN
        if not self._left or not (has_more_parcels or may_have_more_refunds):
            return order
        self._left -= 1
        reply = self._shop.ask(REST, {"id": text(order, "id"), "staff": self._staff})
        rest = node(reply.data, "order")
        return {**order, **{key: rest[key] for key in ("parcels", "refunds") if nodes(rest, key)}}
