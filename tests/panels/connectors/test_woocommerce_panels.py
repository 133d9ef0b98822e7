"""The built-in panels with what a WooCommerce shop answered."""

from typing import Any

import pytest

from panels.api import Identity, Panel
from panels.capabilities import CAPABILITIES
from panels.customer.panel import CustomerPanel
from panels.orders.panel import OrdersPanel
from panels.payments.panel import PaymentsPanel
from tests.panels.rendering import Document, make_ctx, render_panel, render_part
from tests.support.woocommerce import WooCommerceShop

ADA = Identity(emails=("ada@example.com",))
BOB = Identity(emails=("bob@example.com",))


def answer_of(shop: WooCommerceShop, capability: str, who: Identity) -> Any:
    return CAPABILITIES[capability].merge([("Shop A", getattr(shop.connector(), capability)(who))])


def show(shop: WooCommerceShop, panel: Panel, who: Identity, **settings: Any) -> Document:
    data = answer_of(shop, str(panel.capability), who)
    document = render_panel(panel, make_ctx(data, identity=who, settings=settings))
    document.assert_inert()
    return document


def test_customer(shop: WooCommerceShop) -> None:
    text = show(shop, CustomerPanel(), ADA).text
    for expected in ("Ada Okafor", "Matched by email", "€152.80", "#1003", "On hold", "Pending"):
        assert expected in text


def test_a_choice_of_customers(shop: WooCommerceShop) -> None:
    text = show(shop, CustomerPanel(), Identity(phones=("+4915123456789",))).text
    assert "2 customers match" in text
    assert "Gül Yıldız" in text
    assert "Max Weiss" in text


def test_orders(shop: WooCommerceShop) -> None:
    document = show(shop, OrdersPanel(), ADA)
    assert [row["data-mention"] for row in document.having(attr="data-row")] == ["1003", "1002", "1001"]
    for expected in ("On hold", "Not shipped", "Shipped", "Part refunded", "€93.30", "00340434161094", "Guest"):
        assert expected in document.text


def test_an_order_opened(shop: WooCommerceShop) -> None:
    data = answer_of(shop, "orders", ADA)
    for number, expected in {
        "1001": ("Salt & Pepper jumper", "Navy, M", "save10", "Tax, included", "Gift wrap", "Kastanienallee 12"),
        "1002": ("Recorded only", "Done", "One mug broken", "1 sent back", "Please ring twice."),
        "1003": ("Still to pay", "Bank transfer"),
    }.items():
        document = render_part(OrdersPanel(), make_ctx(data), "order", {"id": f"Shop%20A:{number}"})
        document.assert_inert()
        for text in expected:
            assert text in document.text


def test_payments(shop: WooCommerceShop) -> None:
    document = show(shop, PaymentsPanel(), BOB, rows=10)
    assert [row["data-mention"] for row in document.having(attr="data-row")] == ["1012", "1010", "1005", "1008", "1011"]
    for expected in ("Cash on delivery", "PayPal", "Failed", "Refunded", "Test", "$48.00"):
        assert expected in document.text


@pytest.mark.parametrize("panel", [CustomerPanel(), OrdersPanel(), PaymentsPanel()])
def test_hostile_texts_stay_texts(shop: WooCommerceShop, panel: Panel) -> None:
    hostile = "<script>alert(1)</script>\"'>&lt;img src=x onerror=alert(2)&gt;"
    order = shop.order(1002)
    order.update(number=hostile, customer_note=hostile, payment_method_title=hostile, transaction_id=hostile)
    order["line_items"][0].update(name=hostile, sku=hostile, image={"src": "javascript:alert(1)"})
    order["billing"]["first_name"] = hostile
    order["meta_data"] = [
        {"key": "_wc_shipment_tracking_items", "value": [
            {"tracking_number": hostile, "tracking_provider": hostile, "custom_tracking_link": "javascript:alert(1)"}]}
    ]  # fmt: skip
    show(shop, panel, ADA)
