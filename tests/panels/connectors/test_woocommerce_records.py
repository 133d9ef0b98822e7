"""What becomes of a WooCommerce shop's orders, refunds, parcels and customers."""

import copy
import datetime as dt
import json
import random
from contextlib import nullcontext, suppress
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panels.api import (
    Address,
    ConnectorError,
    DeliveryWord,
    Gaps,
    Identity,
    LineItem,
    Method,
    Money,
    OperatorError,
    Order,
    Payment,
    PaymentWord,
    RefundWord,
)
from panels.capabilities import CAPABILITIES
from panels.connectors.woocommerce.connector import MAX_DETAILED, WooCommerceConnector
from panels.connectors.woocommerce.orders import Details, make_order
from panels.connectors.woocommerce.parcels import read_tracking
from tests.support.outside import Asked, Reply
from tests.support.woocommerce import WooCommerceShop, fixture

ADA = Identity(emails=("ada@example.com",))
BOB = Identity(emails=("bob@example.com",))
NOW = "2026-11-20T10:00:00"


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def made(number: int, details: Details = Details(), **changes: Any) -> Order:  # noqa: B008 - frozen
    row = next(row for row in fixture("orders") if row["id"] == number)
    order = make_order({**row, **changes}, details, shop="https://shop.example", gaps=Gaps("Shop A"))
    assert order is not None
    return order


def orders_of(shop: WooCommerceShop, who: Identity) -> dict[str, Order]:
    return {order.number: order for order in shop.connector().orders(who).orders}


def utc(*moment: int) -> dt.datetime:
    return dt.datetime(*moment, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]


# --- words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "paid", "refunded", "word"),
    [
        ("pending", False, "0", PaymentWord.PENDING),
        ("on-hold", False, "0", PaymentWord.PENDING),
        ("processing", False, "0", PaymentWord.PENDING),
        ("processing", True, "0", PaymentWord.PAID),
        ("completed", True, "0", PaymentWord.PAID),
        ("completed", False, "0", PaymentWord.PAID),
        ("completed", True, "5", PaymentWord.PART_REFUNDED),
        ("processing", True, "5", PaymentWord.PART_REFUNDED),
        ("processing", True, "79", PaymentWord.REFUNDED),
        ("on-hold", True, "0", PaymentWord.PAID),
        ("refunded", True, "79", PaymentWord.REFUNDED),
        ("refunded", False, "0", PaymentWord.REFUNDED),
        ("cancelled", False, "0", PaymentWord.NOT_CHARGED),
        ("cancelled", True, "0", PaymentWord.PAID),
        ("cancelled", True, "79", PaymentWord.REFUNDED),
        ("failed", False, "0", PaymentWord.FAILED),
        ("at-the-notary", False, "0", PaymentWord.UNKNOWN),
        ("at-the-notary", True, "0", PaymentWord.PAID),
    ],
)
def test_payment_words(status: str, paid: bool, refunded: str, word: PaymentWord) -> None:
    refunds = [] if refunded == "0" else [{"id": 1, "reason": "", "total": f"-{refunded}.00"}]
    order = made(1002, status=status, date_paid_gmt=NOW if paid else None, refunds=refunds)
    assert order.pay is word
    assert order.raw_status["payment"] == status
    assert order.due == (order.total - euros(refunded) if word is PaymentWord.PENDING else None)


@pytest.mark.parametrize(
    ("status", "fulfilment", "word"),
    [
        ("processing", None, DeliveryWord.NOT_SHIPPED),
        ("processing", "unfulfilled", DeliveryWord.NOT_SHIPPED),
        ("processing", "no_fulfillments", DeliveryWord.NOT_SHIPPED),
        ("processing", "partially_fulfilled", DeliveryWord.PART_SHIPPED),
        ("processing", "fulfilled", DeliveryWord.SHIPPED),
        ("completed", "fulfilled", DeliveryWord.SHIPPED),
        ("completed", "no_fulfillments", DeliveryWord.COMPLETED),
        ("completed", None, DeliveryWord.COMPLETED),
        ("on-hold", None, DeliveryWord.ON_HOLD),
        ("pending", None, DeliveryWord.NOT_SHIPPED),
        ("failed", None, DeliveryWord.NOT_SHIPPED),
        ("cancelled", None, DeliveryWord.NOT_SHIPPED),
        ("refunded", None, DeliveryWord.NOT_NEEDED),
        ("at-the-notary", None, DeliveryWord.UNKNOWN),
    ],
)
def test_delivery_words(status: str, fulfilment: str | None, word: DeliveryWord) -> None:
    kept = [{"id": 1, "key": "_fulfillment_status", "value": fulfilment}] if fulfilment else []
    order = made(1002, status=status, meta_data=kept)
    assert order.ship is word
    assert order.raw_status["delivery"] == (fulfilment or status)
    assert (order.cancelled_at is not None) == (status == "cancelled")


def test_what_needs_no_parcel() -> None:
    assert made(1008).ship is DeliveryWord.NOT_NEEDED
    nothing = dict.fromkeys(fixture("orders")[1]["shipping"], "")
    services: dict[str, Any] = {"shipping_lines": [], "shipping": nothing}
    assert made(1002, **services).ship is DeliveryWord.NOT_NEEDED
    assert made(1002, **services, created_via="admin").ship is DeliveryWord.NOT_SHIPPED, "nobody was asked there"
    assert made(1002, **services, status="completed").ship is DeliveryWord.COMPLETED


def test_given_back_after_it_was_completed() -> None:
    assert made(1011, date_completed_gmt=NOW).ship is DeliveryWord.COMPLETED


def test_a_cancellation_has_the_time_of_the_last_change() -> None:
    order = made(1006)
    assert order.cancelled_at == utc(2026, 10, 23, 7)
    assert not order.is_open


# --- money ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [row["id"] for row in fixture("orders")])
def test_totals_follow_from_their_parts(number: int) -> None:
    order = made(number)
    assert order.subtotal is not None
    assert order.discount is not None
    assert order.shipping is not None
    assert order.tax is not None
    assert (order.subtotal,) == Money.sum(item.total for item in order.items)
    untaxed = order.subtotal - order.discount + order.shipping
    assert order.total == (untaxed if order.tax_included else untaxed + order.tax)


def test_prices_are_as_the_customer_saw_them() -> None:
    order = made(1001)
    assert order.items == (
        LineItem(
            title="Salt & Pepper jumper",
            variant="Navy, M",
            sku="MER-CREW",
            quantity=2,
            unit=euros("44.50"),
            total=euros("89.00"),
            image="https://shop.example/wp-content/uploads/mer-crew.jpg",
        ),
        LineItem(title="Gift wrap", quantity=1, unit=euros("9.40"), total=euros("9.40")),
    )
    assert (order.discount, order.codes) == (euros("10.00"), ("save10",))
    assert (order.shipping, order.tax, order.tax_included) == (euros("4.90"), euros("14.90"), True)
    net = made(1001, prices_include_tax=False)
    assert (net.items[0].total, net.shipping, net.tax_included) == (euros("74.79"), euros("4.12"), False)
    assert net.total == order.total


def test_a_fee_below_zero_is_a_discount() -> None:
    fee = {"id": 1, "name": "Loyal customer", "total": "-5.00", "total_tax": "0.00"}
    order = made(1002, fee_lines=[fee], total="74.00")
    assert (order.discount, len(order.items)) == (euros("5.00"), 2)


@pytest.mark.parametrize(
    ("currency", "total", "minor"), [("JPY", "1200", 1200), ("KWD", "3.250", 3250), ("eur", "12.345", 1235)]
)
def test_currencies_have_their_own_decimals(currency: str, total: str, minor: int) -> None:
    assert made(1002, currency=currency, total=total).total == Money(minor, currency.upper())


# --- the rest of an order ------------------------------------------------------------------------------


def test_moments_are_gmt_and_not_the_shops(shop: WooCommerceShop) -> None:
    order = orders_of(shop, ADA)["1001"]
    assert order.placed_at == utc(2026, 9, 30, 22, 30), "it is October already where the shop is"
    payment = next(payment for payment in shop.connector().payments(ADA).payments if payment.order == "1001")
    assert payment.at == utc(2026, 9, 30, 22, 31, 5)


def test_an_order_whole(shop: WooCommerceShop) -> None:
    order = orders_of(shop, ADA)["1002"]
    assert order.external_id == "1002"
    assert (order.url or "").endswith("/wp-admin/post.php?post=1002&action=edit")
    assert order.ship_to == Address(
        name="Ada Okafor", lines=("Kastanienallee 12",), postcode="10437", city="Berlin", region="DE-BE", country="DE"
    )
    assert (order.email, order.phone, order.note) == ("ada@example.com", "030 1234567", "Please ring twice.")
    assert order.method == Method(kind="Credit card (Stripe)")
    assert not order.guest
    assert not order.test


def test_refunds_say_whether_money_moved(shop: WooCommerceShop) -> None:
    order = orders_of(shop, ADA)["1002"]
    recorded, sent = order.refunds
    assert (recorded.word, recorded.amount, recorded.destination) == (RefundWord.RECORDED_ONLY, euros("5.00"), None)
    assert (sent.word, sent.amount, sent.destination) == (RefundWord.DONE, euros("14.50"), order.method)
    assert (sent.at, sent.reason) == (utc(2026, 11, 15, 10), "One mug broken")
    assert [(item.title, item.quantity) for item in sent.items] == [("Stoneware mug", 1)]
    assert order.refunded == euros("19.50")
    assert [(item.quantity, item.current) for item in order.items] == [(4, 3), (1, None)]
    assert order.pay is PaymentWord.PART_REFUNDED


def test_a_refund_that_does_not_say_is_unknown() -> None:
    row = {"id": 1, "amount": "5.00", "date_created_gmt": NOW}
    assert made(1002, Details(refunds=(row,))).refunds[0].word is RefundWord.UNKNOWN


def test_parcels_that_a_plugin_noted(shop: WooCommerceShop) -> None:
    order = orders_of(shop, ADA)["1001"]
    (parcel,) = order.fulfilments
    assert (parcel.word, parcel.carrier, parcel.numbers) == (DeliveryWord.SHIPPED, "DHL", ("00340434161094",))
    assert parcel.urls == ("https://www.dhl.de/track?region=de&nr=00340434161094",)
    assert parcel.shipped_at == dt.datetime.fromtimestamp(1790899200, dt.UTC)
    assert order.ship is DeliveryWord.SHIPPED
    assert not any(path.endswith("/fulfillments") for path in shop.paths())


@pytest.mark.parametrize(
    ("kept", "carrier"),
    [
        ({"_tracking_number": "N1", "_tracking_provider": "royal-mail"}, "Royal Mail"),
        ({"_aftership_tracking_number": "N1", "_aftership_tracking_provider_name": "DPD"}, "DPD"),
        ({"ywot_tracking_code": "N1", "ywot_carrier_name": "GLS"}, "GLS"),
        ({"_wc_shipment_tracking_items": {"1": {"tracking_number": "N1", "tracking_provider": "fedex"}}}, "FedEx"),
        ({"_wc_shipment_tracking_items": [{"tracking_number": "N1", "custom_tracking_provider": "Bike"}]}, "Bike"),
    ],
)  # fmt: skip
def test_plugins_for_tracking(kept: dict[str, Any], carrier: str) -> None:
    rows = [{"id": at, "key": key, "value": value} for at, (key, value) in enumerate(kept.items())]
    (parcel,) = read_tracking({"meta_data": rows})
    assert (parcel.numbers, parcel.carrier) == (("N1",), carrier)


def test_fulfilments_where_the_shop_uses_them(shop: WooCommerceShop) -> None:
    shop.has_fulfilments = True
    order = orders_of(shop, BOB)["1012"]
    gone, waiting = order.fulfilments
    assert (gone.word, gone.carrier, gone.numbers) == (DeliveryWord.SHIPPED, "UPS", ("1Z999AA1234567890",))
    assert [(item.title, item.quantity) for item in gone.items] == [("Wool socks", 2)]
    assert (waiting.word, waiting.numbers) == (DeliveryWord.NOT_SHIPPED, ())
    assert [(item.shipped, item.quantity) for item in order.items] == [(2, 2), (0, 1)]
    assert order.ship is DeliveryWord.PART_SHIPPED


def test_fulfilments_switched_off_again_are_no_error(shop: WooCommerceShop) -> None:
    order = orders_of(shop, BOB)["1012"]
    assert (order.fulfilments, order.ship) == ((), DeliveryWord.PART_SHIPPED)
    assert [path for path in shop.paths() if path.endswith("/fulfillments")] == ["/orders/1012/fulfillments"]


def test_test_orders_are_marked_and_left_out_of_figures(shop: WooCommerceShop) -> None:
    assert orders_of(shop, BOB)["1008"].test
    (bob,) = shop.connector().customer(BOB).customers
    assert (bob.orders, bob.spent) == (4, (Money.of("48.00", "USD"),))


# --- customers and payments ----------------------------------------------------------------------------


def test_a_customer_is_summed_up(shop: WooCommerceShop) -> None:
    (ada,) = shop.connector().customer(ADA).customers
    assert (ada.name, ada.guest, ada.since) == ("Ada Okafor", False, utc(2025, 3, 4, 10))
    assert (ada.emails, ada.phones) == (("ada@example.com",), ("030 1234567",))
    assert (ada.orders, ada.spent) == (3, (euros("152.80"),)), "93.30 and 79.00 - 19.50; a transfer is awaited"
    assert (ada.first_at, ada.last_at) == (utc(2026, 9, 30, 22, 30), utc(2026, 11, 18, 18, 20))
    assert [order.number for order in ada.last_orders] == ["1003", "1002", "1001"]
    assert (ada.url or "").endswith("/wp-admin/user-edit.php?user_id=5")
    assert ada.figures_since is None


def test_a_guest(shop: WooCommerceShop) -> None:
    (gul,) = shop.connector().customer(Identity(emails=("gul@example.net",))).customers
    assert (gul.name, gul.guest, gul.url, gul.since) == ("Gül Yıldız", True, None, None)
    assert (gul.orders, gul.spent) == (1, (euros("0"),))


def test_one_payment_for_each_order_that_cost_something(shop: WooCommerceShop) -> None:
    shop.add(1030, 1002, total="0.00", refunds=[], date_created_gmt=NOW)
    answer = shop.connector().payments(ADA)
    payments = {payment.order: payment for payment in answer.payments}
    assert set(payments) == {"1001", "1002", "1003"}
    first, second = payments["1001"], payments["1003"]
    assert (first.word, first.amount, first.captured) == (PaymentWord.PAID, euros("93.30"), euros("93.30"))
    assert (first.reference, first.gateway) == ("pi_3QabcD2eZvKYlo2C", "Credit card (Stripe)")
    assert (second.word, second.captured, second.method) == (
        PaymentWord.PENDING, euros("0"), Method(kind="bank_transfer"),
    )  # fmt: skip
    assert payments["1002"].refunded == Money.sum(refund.amount for refund in payments["1002"].refunds)[0]


def test_methods(shop: WooCommerceShop) -> None:
    kinds = {payment.order: _kind(payment) for payment in shop.connector().payments(BOB).payments}
    assert kinds == {
        "1005": "cash_on_delivery", "1008": "Card", "1010": "Credit card (Stripe)", "1011": "paypal",
        "1012": "Credit card (Stripe)",
    }  # fmt: skip


def test_details_are_read_for_so_many_orders(shop: WooCommerceShop) -> None:
    for number in range(3000, 3000 + MAX_DETAILED + 5):
        shop.add(number, 1002, date_created_gmt=NOW, date_created=NOW)
        shop.refunds[str(number)] = shop.refunds["1002"]
    orders = orders_of(shop, ADA)
    assert sum(path.endswith("/refunds") for path in shop.paths()) == MAX_DETAILED
    assert orders["1002"].refunds == ()
    assert orders["1002"].refunded == euros("19.50")
    assert orders["1002"].pay is PaymentWord.PART_REFUNDED


# --- whatever plugins make of it -----------------------------------------------------------------------

JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "x", 0, -1, 10**30, 1.5, float("1e300"), True, [], {}, [None], [[]], {"a": 1}, "NaN", "1e999999", "-0",
     "9" * 40, "\x00", "0000-00-00T00:00:00", "9999-12-31T23:59:59+00:01", "<script>"]
)  # fmt: skip


def spoil(value: Any, dice: random.Random, junk: Any) -> None:
    """Delete or replace something, somewhere inside."""
    while True:
        keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = dice.choice(keys)
        inside = value[key]
        if isinstance(inside, dict | list) and inside and dice.random() < 0.7:
            value = inside
            continue
        if dice.random() < 0.3 and isinstance(value, dict):
            del value[key]
        else:
            value[key] = copy.deepcopy(junk)
        return


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), junk=JUNK)
def test_odd_answers_never_break_what_is_right(shop: WooCommerceShop, seed: int, junk: Any) -> None:
    dice = random.Random(seed)  # noqa: S311 - chances of a test
    answers = {name: fixture(name) for name in ("orders", "customers", "refunds", "fulfillments")}
    for answer in answers.values():
        for _time in range(3):
            spoil(answer, dice, junk)
    shop.fault = lambda asked: Reply(json.dumps(_spoilt(answers, asked)).encode(), headers={"X-WP-TotalPages": "1"})
    for capability in WooCommerceConnector.capabilities:
        kind = CAPABILITIES[capability]
        for who in (ADA, Identity(identifier="7"), Identity(phones=("+4915123456789",))):
            with suppress(ConnectorError):
                answer = getattr(shop.connector(), capability)(who)
                assert msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=kind) == answer


ODD: tuple[Any, ...] = ([], {})
NEEDED = {"currency", "total"}


@pytest.mark.parametrize("field", fixture("orders")[0])
def test_any_field_of_an_order_may_be_anything(shop: WooCommerceShop, field: str) -> None:
    shop.fault = lambda asked: Reply(orders) if asked.path.endswith("/orders") else None
    for junk in ODD:
        orders = [{**order, field: junk} for order in shop.orders]
        for capability in WooCommerceConnector.capabilities:
            for who in (ADA, Identity(phones=("+4915123456789",))):
                is_untold = field == "billing" and who is not ADA
                with suppress(OperatorError) if field in NEEDED or is_untold else nullcontext():
                    getattr(shop.connector(), capability)(who)


@pytest.mark.parametrize("field", sorted(NEEDED))
@pytest.mark.parametrize("capability", WooCommerceConnector.capabilities)
def test_orders_none_of_which_can_be_shown_are_not_no_orders(
    shop: WooCommerceShop, capability: str, field: str
) -> None:
    for order in shop.orders:
        del order[field]
    with pytest.raises(OperatorError) as caught:
        getattr(shop.connector(), capability)(ADA)
    assert caught.value.sentence == f"What Shop A sends lacks “{field}”. Tell an admin."


def _spoilt(answers: dict[str, Any], asked: Asked) -> Any:
    match asked.path.removeprefix("/wp-json/wc/v3/").split("/"):
        case [kind]:
            return answers[kind]
        case [kind, number]:
            rows = answers[kind]
            return next((row for row in rows if isinstance(row, dict) and str(row.get("id")) == number), {})
        case [_orders, number, kind]:
            return answers[kind].get(number, [])
    raise AssertionError(asked.path)


def test_an_order_that_cannot_be_shown_leaves_the_others(shop: WooCommerceShop) -> None:
    for field in ("total", "currency"):
        shop.order(1001)[field] = None
        assert set(orders_of(shop, ADA)) == {"1002", "1003"}
    bare = {"id": 1, "total": "1.00", "currency": "EUR", "date_created_gmt": NOW}
    order = make_order(bare, Details(), shop="https://shop.example", gaps=Gaps("Shop A"))
    assert order is not None
    assert (order.number, order.pay, order.ship) == ("1", PaymentWord.UNKNOWN, DeliveryWord.UNKNOWN)


def _kind(payment: Payment) -> str:
    assert payment.method is not None
    return payment.method.kind
