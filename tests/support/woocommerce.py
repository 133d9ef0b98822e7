"""A shop that answers as WooCommerce 11 was seen to answer, for what a connector asks of it."""

import base64
import copy
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import msgspec
import pytest

from panels.connectors.woocommerce.connector import WooCommerceConnector
from tests.support.outside import Asked, OutsideSystem, Reply

FIXTURES = Path(__file__).parents[1] / "fixtures" / "woocommerce"
KEY, SECRET = "ck_" + "a1" * 20, "cs_" + "b2" * 20
_ROOT = "/wp-json/wc/v3"
_SEARCHED = ("first_name", "last_name", "company", "address_1", "address_2", "city", "postcode", "email", "phone")


def fixture(name: str) -> Any:
    """Return what a real shop answered, made anonymous."""
    return msgspec.json.decode((FIXTURES / f"{name}.json").read_bytes())


class WooCommerceShop:
    """Keeps orders and customers as the API shows them. Tests change them, or set `fault` to answer instead."""

    def __init__(self, outside: OutsideSystem) -> None:
        self.orders: list[dict[str, Any]] = fixture("orders")
        self.customers: list[dict[str, Any]] = fixture("customers")
        self.refunds: dict[str, list[dict[str, Any]]] = fixture("refunds")
        self.fulfilments: dict[str, list[dict[str, Any]]] = fixture("fulfillments")
        self.errors: dict[str, Any] = fixture("errors")
        self.has_fulfilments = False
        self.sees_https = True
        self.fault: Callable[[Asked], Reply | None] = lambda asked: None
        self._outside = outside
        outside.answer = self._answer

    def connector(self, **settings: Any) -> WooCommerceConnector:
        entered = {"address": self._outside.url, "consumer_key": KEY, "consumer_secret": SECRET, **settings}
        return WooCommerceConnector(entered, name="Shop A")

    @property
    def asked(self) -> list[Asked]:
        return self._outside.asked

    def paths(self) -> list[str]:
        return [asked.path.removeprefix(_ROOT) for asked in self.asked]

    def order(self, number: int) -> dict[str, Any]:
        return next(order for order in self.orders if order["id"] == number)

    def add(self, number: int, like: int, **changes: Any) -> dict[str, Any]:
        """Add an order that differs from another one by `changes`."""
        order = {**copy.deepcopy(self.order(like)), "id": number, "number": str(number), **changes}
        self.orders.append(order)
        return order

    def _answer(self, asked: Asked) -> Reply:
        if (fault := self.fault(asked)) is not None:
            return fault
        if not asked.path.startswith(f"{_ROOT}/"):
            return Reply(self.errors["no_route"], status=404)
        expected = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if not self.sees_https or asked.headers.get("authorization") != expected:
            return Reply(self.errors["cannot_view"], status=401)
        return self._route(asked, asked.path.removeprefix(_ROOT))

    def _route(self, asked: Asked, path: str) -> Reply:
        match path.strip("/").split("/"):
            case ["orders"]:
                return self._list(asked, self._orders(asked.params))
            case ["customers"]:
                return self._list_customers(asked)
            case [("orders" | "customers") as kind, number] if number.isdecimal():
                return self._one(asked, kind, number)
            case ["orders", number, "refunds"]:
                return self._list(asked, self.refunds.get(number, []))
            case ["orders", number, "fulfillments"] if self.has_fulfilments:
                return Reply(self.fulfilments.get(number, []))
        return Reply(self.errors["no_route"], status=404)

    def _orders(self, params: dict[str, str]) -> list[dict[str, Any]]:
        rows = sorted(self.orders, key=lambda order: (order["date_created"], order["id"]), reverse=True)
        if "customer" in params:
            rows = [order for order in rows if order["customer_id"] == int(params["customer"])]
        if words := unquote_plus(params.get("search", "")).casefold():  # once more than it should, as shops do
            rows = [order for order in rows if words in _searched(order)]
        return rows

    def _list_customers(self, asked: Asked) -> Reply:
        rows, role = self.customers, asked.params.get("role", "customer")
        if role != "all":
            rows = [customer for customer in rows if customer["role"] == role]
        if (email := asked.params.get("email")) is not None:
            if not re.fullmatch(r"[\w.+'-]+@[\w-]+(\.[\w-]+)+", email, re.ASCII):
                return Reply(self.errors["email"], status=400)
            rows = [customer for customer in rows if customer["email"].casefold() == email.casefold()]
        return self._list(asked, rows)

    def _list(self, asked: Asked, rows: list[dict[str, Any]]) -> Reply:
        size, page = int(asked.params.get("per_page", 10)), int(asked.params.get("page", 1))
        if not 1 <= size <= 100:
            return Reply(self.errors["per_page"], status=400)
        shown = rows[(page - 1) * size : page * size]
        headers = {
            "X-WP-Total": str(len(rows)),
            "X-WP-TotalPages": str(math.ceil(len(rows) / size)),
            # As behind a proxy: not the address it was asked at.
            "Link": f'<http://internal.invalid{asked.path}?page={page + 1}>; rel="next"',
        }
        return Reply([_trimmed(row, asked) for row in shown], headers=headers)

    def _one(self, asked: Asked, kind: str, number: str) -> Reply:
        rows, missing = (self.orders, "no_order") if kind == "orders" else (self.customers, "no_customer")
        row = next((row for row in rows if row["id"] == int(number)), None)
        return Reply(self.errors[missing], status=404) if row is None else Reply(_trimmed(row, asked))


def _searched(order: dict[str, Any]) -> str:
    """Return all that the search looks into; a part of it is enough."""
    texts = [str(order[kind].get(name, "")) for kind in ("billing", "shipping") for name in _SEARCHED]
    return "\n".join([str(order["id"]), *texts]).casefold()


def _trimmed(row: dict[str, Any], asked: Asked) -> dict[str, Any]:
    fields = asked.params.get("_fields")
    return row if fields is None else {name: value for name, value in row.items() if name in fields.split(",")}


@pytest.fixture
def shop(outside: OutsideSystem) -> Iterator[WooCommerceShop]:
    """A WooCommerce shop with a few customers."""
    shop = WooCommerceShop(outside)
    yield shop
    outsiders = [asked for asked in shop.asked if asked.method != "GET"]
    assert not outsiders, "nothing is ever changed in a shop"
