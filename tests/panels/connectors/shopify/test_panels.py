"""The panels, filled by the connector."""

import pytest

from panels.api import Customers, Identity, Orders, Payments
from panels.customer.panel import CustomerPanel
from panels.orders.panel import OrdersPanel
from panels.payments.panel import PaymentsPanel
from tests.panels.rendering import make_ctx, render_panel, render_part
from tests.support.shopify import Setup
from tests.support.shopify_data import (
    bag,
    make_customer,
    make_dispute,
    make_line,
    make_order,
    make_refund,
    make_transaction,
)

EMAIL = "ada@example.com"
ADA = Identity(emails=(EMAIL,))
HOSTILE = '<script>alert(1)</script> " onload=x \u202e'


@pytest.fixture
def shop(setup: Setup) -> Setup:
    ada = make_customer(7, email=EMAIL, phone="+4930123456")
    dispute = {"id": "gid://shopify/ShopifyPaymentsDispute/3", "status": "NEEDS_RESPONSE", "initiatedAs": "CHARGEBACK"}
    back = make_transaction(9, "REFUND", parentTransaction={"id": "gid://shopify/OrderTransaction/1042"})
    setup.shop.customers = [ada]
    setup.shop.orders = [
        make_order(1001, days=40, customer=ada),
        make_order(
            1042,
            customer=ada,
            displayFinancialStatus="PARTIALLY_REFUNDED",
            totalRefundedSet=bag("24.00"),
            refunds=[make_refund("24.00", back)],
            transactions=[make_transaction(1042), back],
            disputes=[dispute],
        ),
    ]
    setup.shop.disputes = [make_dispute(3)]
    return setup


def test_customer(shop: Setup) -> None:
    data = Customers.merge([("Fernweh", shop.connector().customer(ADA))])
    page = render_panel(CustomerPanel(), make_ctx(data, identity=ADA))
    page.assert_inert()
    for text in ("Ada Okafor", "Matched by email", "€840.50", "Answer dispute", "#1042", "Berlin"):
        assert text in page.text


def test_orders(shop: Setup) -> None:
    data = Orders.merge([("Fernweh", shop.connector().orders(ADA))])
    ctx = make_ctx(data, identity=ADA)
    page = render_panel(OrdersPanel(), ctx)
    assert page.texts("vx-row__title") == ["#1042", "#1001"]
    assert page.texts("vx-row__state")[0] == "On its way"
    order = render_part(OrdersPanel(), ctx, "order", {"id": data.orders[0].key})
    order.assert_inert()
    for text in ("00340434", "Arrived at depot, Leipzig", "2 of 2 shipped", "SAVE10", "Refund €24.00", "by Tom"):
        assert text in order.text


def test_payments(shop: Setup) -> None:
    data = Payments.merge([("Fernweh", shop.connector().payments(ADA))])
    page = render_panel(PaymentsPanel(), make_ctx(data, identity=ADA))
    page.assert_inert()
    for text in ("Part refunded", "€58.90", "Visa •4242", "Product not received"):
        assert text in page.text


def test_nothing_from_the_shop_runs_in_a_panel(setup: Setup) -> None:
    line = make_line(HOSTILE, variantTitle=HOSTILE, sku=HOSTILE)
    setup.shop.orders = [
        make_order(
            1, email=EMAIL, name=HOSTILE, note=HOSTILE, tags=[HOSTILE], discountCodes=[HOSTILE], lineItems=[line]
        )
    ]
    data = Orders.merge([("Fernweh", setup.connector().orders(ADA))])
    ctx = make_ctx(data, identity=ADA)
    render_panel(OrdersPanel(), ctx).assert_inert()
    order = render_part(OrdersPanel(), ctx, "order", {"id": data.orders[0].key})
    order.assert_inert()
    assert "<script>" in order.text
