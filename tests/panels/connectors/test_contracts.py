"""What every connector must be: the tests that authors of other connectors use, for ours."""

from typing import Any, cast

from panels.connectors.demo.connector import DemoConnector
from panels.connectors.hubspot.connector import HubSpotConnector
from panels.connectors.json_http.connector import JsonHttpConnector
from panels.connectors.shopify import memory
from panels.connectors.shopify.connector import ShopifyConnector
from panels.connectors.stripe.connector import StripeConnector
from panels.connectors.woocommerce.connector import WooCommerceConnector
from panels.testing import Asked, ConnectorContract, Http, Reply
from tests.support import hubspot, json_http, shopify, shopify_data, stripe_api, woocommerce

API_KEY = "api-key-51Ada"


class TestDemo(ConnectorContract):
    connector = DemoConnector


class TestWooCommerce(ConnectorContract):
    connector = WooCommerceConnector
    settings = {
        "address": "https://shop.example",
        "consumer_key": woocommerce.KEY,
        "consumer_secret": woocommerce.SECRET,
    }

    def serve(self, http: Http) -> None:
        woocommerce.WooCommerceShop(cast("Any", http))


class TestJsonHttp(ConnectorContract):
    connector = JsonHttpConnector
    # Every answer is evaluated in a process of its own.
    most_spoilt = 40
    capabilities = ("orders",)
    settings = {
        "address": "https://api.acme.example",
        "auth": "header",
        "header_name": "X-Api-Key",
        "header_value": API_KEY,
        "orders_addresses": "/orders?email={email}",
    }

    def serve(self, http: Http) -> None:
        emails = [who.emails[0] for who in (self.identity, self.other)]
        rows = [json_http.order(number, email=email, customer_id=email) for number, email in enumerate(emails, 1)]

        def answer(asked: Asked) -> Reply:
            if asked.headers.get("x-api-key") != API_KEY:
                return Reply({"message": "Unauthorized"}, 401)
            return Reply([row for row in rows if row["email"] == asked.params["email"]])

        http.on("GET", "/orders", answer)


class TestStripe(ConnectorContract):
    connector = StripeConnector
    settings = {"key": stripe_api.KEY}

    def serve(self, http: Http) -> None:
        customers = [
            stripe_api.shape("customer", id=f"cus_{number}", email=who.emails[0])
            for number, who in enumerate((self.identity, self.other))
        ]
        charges = [
            stripe_api.shape("charge", id=f"ch_{number}", customer=customer["id"], captured=True)
            for number, customer in enumerate(customers)
        ]
        http.answer = stripe_api.FakeStripe(customers=customers, charges=charges)


class TestShopify(ConnectorContract):
    connector = ShopifyConnector
    settings = {"shop": "fernweh.myshopify.com", "token": shopify.TOKEN}
    # Every request is held against Shopify's whole schema, which takes its time.
    most_spoilt = 20

    def serve(self, http: Http) -> None:
        memory.forget()
        shop = shopify.FakeShop(available=1e9, maximum=1e9)
        shop.customers = [
            shopify_data.make_customer(number, email=who.emails[0])
            for number, who in enumerate((self.identity, self.other), 7)
        ]
        shop.orders = [
            shopify_data.make_order(1000 + number, customer=customer)
            for number, customer in enumerate((*shop.customers, *shop.customers))
        ]
        http.answer = shop.answer


class TestHubSpot(ConnectorContract):
    connector = HubSpotConnector
    settings = hubspot.SETTINGS

    def serve(self, http: Http) -> None:
        account = hubspot.HubSpot(cast("Any", http))
        for number, who in enumerate((self.identity, self.other), 501):
            # Its search finds everybody, by phone, too: so each has one.
            account.add("contacts", f"{number}", firstname="Ada", email=who.emails[0], phone=f"+49 30 12345{number}")
            account.add(
                "orders", f"9{number}", of=("contacts", f"{number}"), hs_order_name=f"#{number}",
                hs_createdate=hubspot.AT, hs_total_price="59.00", hs_currency_code="EUR",
                hs_fulfillment_status="Packing", hs_pipeline_stage="s1",
            )  # fmt: skip
            account.add(
                "commerce_payments", f"8{number}", of=("contacts", f"{number}"), hs_latest_status="succeeded",
                hs_initial_amount="59.00", hs_currency_code="EUR", hs_initiated_date=hubspot.AT,
            )  # fmt: skip
        http.answer = account.regular_answer
