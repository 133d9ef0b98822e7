"""One system for each connector, with the same two customers, reached through the proxy as a connection would be."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from panels.connectors.hubspot.connector import HubSpotConnector
from panels.connectors.shopify import memory
from panels.connectors.shopify.connector import ShopifyConnector
from panels.connectors.stripe.connector import StripeConnector
from tests.support import hubspot as hubspot_support
from tests.support import json_http, shopify, shopify_data, stripe_shop, woocommerce
from tests.support.outside import Asked, Reply, running

ADA, BOB = "ada@example.com", "bob@example.com"
API_KEY = "api-key-51Ada"


@dataclass(frozen=True, slots=True)
class System:
    """A system at `url` that knows Ada and Bob, and what an operator enters to connect it.

    `detail` is a field of its answers that panels can do without, `needed` are some without which no row can be shown.
    Most is tried with `panel`, and what goes wrong in the same way for each capability with `others`, too.
    """

    url: str
    connector: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    detail: str
    needed: tuple[str, ...]
    panel: str = "orders"
    others: tuple[str, ...] = ("customer", "payments")


# Given where the proxy is and the means to have a connector ask there, returns the system behind it.
Maker = Callable[[str, pytest.MonkeyPatch], Any]


@contextmanager
def shopify_system(proxy: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    monkeypatch.setattr(ShopifyConnector, "base", proxy)
    memory.forget()
    shop = shopify.FakeShop()
    shop.customers = [shopify_data.make_customer(number, email=email) for number, email in enumerate((ADA, BOB), 7)]
    shop.orders = [
        shopify_data.make_order(1000 + number, customer=customer)
        for number, customer in enumerate((*shop.customers, *shop.customers))
    ]
    with running() as outside:
        outside.answer = shop.answer
        yield System(
            outside.url,
            "shopify",
            {"shop": "fernweh.myshopify.com"},
            {"token": shopify.TOKEN},
            detail="displayFulfillmentStatus",
            needed=("totalPriceSet", "data"),
        )
    memory.forget()


@contextmanager
def woocommerce_system(proxy: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    with running() as outside:
        woocommerce.WooCommerceShop(outside)
        yield System(
            outside.url,
            "woocommerce",
            {"address": proxy},
            {"consumer_key": woocommerce.KEY, "consumer_secret": woocommerce.SECRET},
            detail="line_items",
            needed=("total", "currency"),
        )


@contextmanager
def hubspot_system(proxy: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    monkeypatch.setattr(HubSpotConnector, "address", proxy)
    # Its pace is tested elsewhere, and would be most of what these tests take.
    monkeypatch.setattr(HubSpotConnector, "max_rate", None)
    with running() as outside:
        account = hubspot_support.HubSpot(outside)
        for number, email in ((501, ADA), (502, BOB)):
            account.add("contacts", f"{number}", firstname="Ada", email=email)
            account.add(
                "orders", f"9{number}", of=("contacts", f"{number}"), hs_order_name=f"#{number}",
                hs_createdate=hubspot_support.AT, hs_total_price="59.00", hs_currency_code="EUR",
                hs_fulfillment_status="Packing", hs_pipeline_stage="s1",
            )  # fmt: skip
            account.add(
                "commerce_payments", f"7{number}", of=("contacts", f"{number}"), hs_initial_amount="59.00",
                hs_currency_code="EUR", hs_initiated_date=hubspot_support.AT, hs_latest_status="succeeded",
            )  # fmt: skip

        def answer(asked: Asked) -> Reply:
            if asked.headers["authorization"] != f"Bearer {hubspot_support.TOKEN}":
                return Reply({"status": "error", "category": "INVALID_AUTHENTICATION", "message": "…"}, 401)
            return account.answer(asked)

        outside.answer = answer
        settings = {name: value for name, value in hubspot_support.SETTINGS.items() if name != "token"}
        yield System(
            outside.url,
            "hubspot",
            settings,
            {"token": hubspot_support.TOKEN},
            detail="hs_fulfillment_status",
            needed=("properties", "results", "from", "to", "toObjectId"),
        )


@contextmanager
def json_system(proxy: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    known = list(enumerate((ADA, BOB), 1))
    rows = {
        "/orders": [json_http.order(number, email=email, customer_id=email) for number, email in known],
        "/customers": [{"id": number, "email": email, "name": "Ada Okafor"} for number, email in known],
        "/payments": [
            {"id": number, "email": email, "amount": "12.50", "paid_at": "2026-11-01T10:00:00Z"}
            for number, email in known
        ],
    }

    def answer(asked: Asked) -> Reply:
        if asked.headers.get("x-api-key") != API_KEY:
            return Reply({"message": "Unauthorized"}, 401)
        return Reply([row for row in rows[asked.path] if row["email"] == asked.params["email"]])

    with running() as outside:
        outside.answer = answer
        yield System(
            outside.url,
            "json-http",
            {
                "address": proxy,
                "auth": "header",
                "header_name": "X-Api-Key",
                "orders_addresses": "/orders?email={email}",
                "customer_addresses": "/customers?email={email}",
                "payments_addresses": "/payments?email={email}",
            },
            {"header_value": API_KEY},
            detail="items",
            needed=("created_at", "total", "email"),
        )


@contextmanager
def stripe_system(proxy: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    monkeypatch.setattr(StripeConnector, "address", proxy)
    with stripe_shop.running_localstripe() as url:
        shop = stripe_shop.sdk(url)
        for email in (ADA, BOB):
            customer = stripe_shop.make_customer(shop, email)
            shop.charges.create({"amount": 1999, "currency": "eur", "customer": customer})
        yield System(
            url,
            "stripe",
            {},
            {"key": stripe_shop.KEY},
            detail="payment_method_details",
            needed=("amount", "created", "data"),
            panel="payments",
            others=("customer",),
        )


MAKERS: Mapping[str, Maker] = {
    "shopify": shopify_system,
    "stripe": stripe_system,
    "woocommerce": woocommerce_system,
    "hubspot": hubspot_system,
    "json-http": json_system,
}
