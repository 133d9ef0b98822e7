"""Orders as the Shopify connector reads them."""

from datetime import UTC, datetime, timedelta

import pytest

from panels.api import DeliveryWord, Identity, ItemCount, Money, PaymentWord, RefundWord, ReturnWord
from panels.connectors.shopify import completing, connector
from tests.support.shopify import EVERYTHING, Setup
from tests.support.shopify_data import (
    bag,
    make_customer,
    make_line,
    make_order,
    make_parcel,
    make_refund,
    make_transaction,
)

EMAIL = "ada@example.com"
ADA = Identity(emails=(EMAIL,), order=("email", "phone"))


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def test_an_order_is_read_in_full(setup: Setup) -> None:
    ada = make_customer(7, email=EMAIL)
    back = make_transaction(5, "REFUND", parentTransaction={"id": "gid://shopify/OrderTransaction/1042"})
    setup.shop.customers = [ada]
    setup.shop.orders = [
        make_order(
            1042,
            customer=ada,
            displayFinancialStatus="PARTIALLY_REFUNDED",
            returnStatus="IN_PROGRESS",
            totalPriceSet=bag("64.00", "USD", shop=("58.90", "EUR")),
            totalRefundedSet=bag("24.00", "USD"),
            refunds=[make_refund("24.00", back), make_refund("0.00")],
            note="Ring twice",
            tags=["gift"],
            risk={"recommendation": "INVESTIGATE", "assessments": [{"riskLevel": "LOW"}, {"riskLevel": "HIGH"}]},
            disputes=[
                {"id": "gid://shopify/OrderDisputeSummary/3", "status": "NEEDS_RESPONSE", "initiatedAs": "INQUIRY"}
            ],
        )
    ]
    (order,) = setup.connector().orders(ADA).orders
    assert (order.external_id, order.number) == ("1042", "#1042")
    assert order.url == "https://admin.shopify.com/store/fernweh/orders/1042"
    assert (order.pay, order.ship, order.returned) == (
        PaymentWord.PART_REFUNDED,
        DeliveryWord.ON_ITS_WAY,
        ReturnWord.IN_PROGRESS,
    )
    assert order.raw_status == {"payment": "PARTIALLY_REFUNDED", "delivery": "FULFILLED", "return": "IN_PROGRESS"}
    assert (order.total, order.shop_total) == (Money.of("64", "USD"), euros("58.90"))
    assert (order.discount, order.shipping, order.tax) == (euros("6"), euros("4.90"), euros("9.40"))
    assert (order.codes, order.tax_included) == (("SAVE10",), True)
    assert order.method is not None
    assert (order.method.brand, order.method.last4, order.method.expiry) == ("Visa", "4242", "2031-12")
    assert (order.method.wallet, order.method.expires_soon) == ("Apple Pay", False)
    (item,) = order.items
    assert (item.title, item.variant, item.sku) == ("Linen shirt", "Blue / M", "LS-BLU-M")
    assert (item.quantity, item.shipped, item.unit, item.total) == (2, 2, euros("30"), euros("60"))
    (parcel,) = order.fulfilments
    assert (parcel.carrier, parcel.numbers, parcel.urls) == ("DHL", ("00340434",), ("https://dhl.example/00340434",))
    assert parcel.last_event is not None
    assert (parcel.last_event.text, parcel.last_event.place) == ("Arrived at depot", "Leipzig, Germany")
    assert parcel.items == (ItemCount(title="Linen shirt", quantity=2),)
    (refund,) = order.refunds
    assert (refund.amount, refund.word, refund.reason, refund.actor) == (
        euros("24"),
        RefundWord.DONE,
        "Damaged",
        "Tom",
    )
    assert refund.destination is not None
    assert refund.destination.last4 == "4242"
    assert (order.risk, order.disputed, order.note, order.tags) == (
        "Investigate (high risk)",
        True,
        "Ring twice",
        ("gift",),
    )
    assert order.ship_to is not None
    assert (order.ship_to.city, order.ship_to.country) == ("Berlin", "DE")


def test_totals_follow_from_their_parts(setup: Setup) -> None:
    setup.shop.orders = [make_order(1, email=EMAIL)]
    (order,) = setup.connector().orders(ADA).orders
    assert order.subtotal is not None
    assert order.discount is not None
    assert order.shipping is not None
    assert order.total == order.subtotal - order.discount + order.shipping


def test_an_edited_order_is_as_it_is_now(setup: Setup) -> None:
    setup.shop.orders = [
        make_order(
            1,
            email=EMAIL,
            edited=True,
            displayFinancialStatus="PENDING",
            currentTotalPriceSet=bag("34.90"),
            currentTotalDiscountsSet=bag("0"),
            totalOutstandingSet=bag("34.90"),
            lineItems=[
                make_line(quantity=2, currentQuantity=1, unfulfilledQuantity=1),
                make_line("Belt", currentQuantity=0, unfulfilledQuantity=0),
            ],
        )
    ]
    (order,) = setup.connector().orders(ADA).orders
    assert (order.total, order.subtotal, order.due, order.edited) == (euros("34.90"), euros("30"), euros("34.90"), True)
    assert [(item.title, item.quantity, item.shipped) for item in order.items] == [("Linen shirt", 1, 0)]


def test_what_the_shop_owes_is_not_due(setup: Setup) -> None:
    setup.shop.orders = [make_order(1, email=EMAIL, totalOutstandingSet=bag("-12.00"))]
    (order,) = setup.connector().orders(ADA).orders
    assert order.due == euros("0")


def test_orders_with_many_lines_are_completed(setup: Setup) -> None:
    setup.shop.orders = [make_order(1, email=EMAIL, lineItems=[make_line(f"Thing {place}") for place in range(150)])]
    (order,) = setup.connector().orders(ADA).orders
    assert len({item.title for item in order.items}) == 150
    assert order.subtotal == euros("9000")
    assert setup.asked.count("Items") == 2


def test_orders_with_many_parcels_and_refunds_are_completed(setup: Setup) -> None:
    parcels = [make_parcel("DELIVERED", trackingInfo=[]) for _parcel in range(4)]
    refunds = [make_refund("1.00") for _refund in range(6)]
    setup.shop.orders = [make_order(1, email=EMAIL, fulfillments=[*parcels, make_parcel("DELAYED")], refunds=refunds)]
    (order,) = setup.connector().orders(ADA).orders
    assert (len(order.fulfilments), len(order.refunds)) == (5, 6)
    assert setup.asked.count("Rest") == 1


def test_a_parcel_that_is_not_read_in_full_speaks_all_the_same(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completing, "_MOST_REQUESTS", 0)
    parcels = [*(make_parcel("DELIVERED") for _parcel in range(3)), make_parcel("FAILURE")]
    setup.shop.orders = [make_order(1, email=EMAIL, fulfillments=parcels)]
    (order,) = setup.connector().orders(ADA).orders
    assert len(order.fulfilments) == 3
    assert order.ship is DeliveryWord.PROBLEM


def test_lines_beyond_what_is_read_leave_no_wrong_subtotal(setup: Setup) -> None:
    setup.shop.orders = [make_order(1, email=EMAIL, lineItems=[make_line(f"Thing {place}") for place in range(500)])]
    (order,) = setup.connector().orders(ADA).orders
    assert len(order.items) == 415
    assert order.subtotal is None


def test_paging_ends_and_says_where(setup: Setup) -> None:
    setup.shop.restore_rate = 10_000.0
    setup.shop.orders = [make_order(1000 + place, days=300 - place, email=EMAIL) for place in range(60)]
    answer = setup.connector().orders(ADA)
    assert [order.number for order in answer.orders] == [f"#{1059 - place}" for place in range(connector.MOST_ORDERS)]
    assert setup.asked.count("Orders") == connector.MOST_ORDERS // connector.ORDERS_PER_PAGE
    assert [window.since for window in answer.windows] == [answer.orders[-1].placed_at]
    setup.shop.orders = setup.shop.orders[-connector.MOST_ORDERS :]
    assert setup.connector().orders(ADA).windows == ()


def test_sixty_days_are_told_where_the_app_sees_no_more(setup: Setup) -> None:
    ada = make_customer(7, email=EMAIL)
    setup.shop.scopes = EVERYTHING - {"read_all_orders"}
    setup.shop.customers = [ada]
    setup.shop.orders = [make_order(1, days=90, customer=ada), make_order(2, days=5, customer=ada)]
    shopify = setup.connector()
    orders, customers, payments = shopify.orders(ADA), shopify.customer(ADA), shopify.payments(ADA)
    assert [order.number for order in orders.orders] == ["#2"]
    for answer in (orders, customers, payments):
        ((since),) = [window.since for window in answer.windows]
        assert since is not None
        assert abs(since - (datetime.now(UTC) - timedelta(days=60))) < timedelta(minutes=1)
    assert customers.customers[0].first_at is None, "the first that is seen need not be the first"
