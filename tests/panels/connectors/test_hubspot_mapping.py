"""HubSpot's words, amounts and times in ours, whatever is missing or odd."""

import contextlib
import copy
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panels.api import (
    ConnectorError,
    DeliveryWord,
    DisputeWord,
    Gaps,
    Identity,
    InvoiceWord,
    Money,
    Order,
    PaymentWord,
    SubscriptionWord,
)
from panels.connectors.hubspot import words
from panels.connectors.hubspot.orders import OrderContext, make_orders, received
from panels.connectors.hubspot.payments import Account, make_invoices, make_payments, make_subscriptions
from panels.connectors.hubspot.row import Row, as_instant
from tests.support.hubspot import AT, HubSpot, record
from tests.support.outside import Asked, Reply

EUR = Account(currency="EUR", id=None, gaps=Gaps("CRM"))
CONTEXT = OrderContext(currency="EUR", account_id=None, stages={"s2": "Cancelled"}, cancelled=frozenset({"cancelled"}))
WHO = Identity(emails=("ada@example.com",))


def row(**properties: Any) -> Row:
    made = Row.of(record("1", **properties))
    assert made is not None
    return made


def order(*items: Row, **properties: Any) -> Order:
    (made,) = make_orders([row(**{"hs_total_price": "59.00", **properties})], {"1": items}, CONTEXT)
    return made


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("Paid", PaymentWord.PAID), ("paid", PaymentWord.PAID), ("pending", PaymentWord.PENDING),
        ("Unpaid", PaymentWord.PENDING), ("Authorized", PaymentWord.AUTHORISED),
        ("Partially Paid", PaymentWord.PART_PAID), ("partially-refunded", PaymentWord.PART_REFUNDED),
        ("PARTIALLY_REFUNDED", PaymentWord.PART_REFUNDED), ("Refunded", PaymentWord.REFUNDED),
        ("voided", PaymentWord.NOT_CHARGED), ("failed", PaymentWord.FAILED), ("Bezahlt", PaymentWord.UNKNOWN),
        (None, PaymentWord.UNKNOWN),
    ],
)  # fmt: skip
def test_order_payments(said: str | None, word: PaymentWord) -> None:
    made = order(hs_payment_status=said)
    assert (made.pay, made.raw_status.get("payment")) == (word, said)


@pytest.mark.parametrize("said", ["Packing", "Delivered", "unterwegs", "fulfilled"])
def test_deliveries_are_shown_as_hubspot_says(said: str) -> None:
    made = order(hs_fulfillment_status=said)
    assert (made.ship, made.raw_status["delivery"]) == (DeliveryWord.UNKNOWN, said)


def test_the_stage_stands_in_for_a_missing_delivery() -> None:
    assert order(hs_pipeline_stage="s2").raw_status["delivery"] == "Cancelled"
    assert "delivery" not in order(hs_pipeline_stage="unheard-of").raw_status


@pytest.mark.parametrize(
    ("said", "is_cancelled"),
    [
        ({"hs_pipeline_stage": "s2"}, True), ({"hs_external_order_status": "CANCELLED"}, True),
        ({"hs_pipeline_stage": "s1"}, False), ({"hs_external_order_status": "not cancelled"}, False), ({}, False),
    ],
)  # fmt: skip
def test_cancelled_orders(said: dict[str, Any], is_cancelled: bool) -> None:
    assert (order(hs_closed_date=AT, **said).cancelled_at is not None) is is_cancelled


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ({"hs_payment_status": "Paid"}, "59"), ({}, "59"), ({"hs_payment_status": "pending"}, "0"),
        ({"hs_payment_status": "Refunded"}, "0"), ({"hs_pipeline_stage": "s2"}, "0"),
        ({"hs_payment_status": "partially refunded", "hs_refund_amount": "9"}, "50"),
        ({"hs_payment_status": "voided"}, "0"), ({"hs_payment_status": "failed"}, "0"),
        ({"hs_payment_status": "authorized"}, "0"),
    ],
)  # fmt: skip
def test_what_was_received(said: dict[str, Any], amount: str) -> None:
    assert received(order(**said)) == Money.of(amount, "EUR")


@pytest.mark.parametrize(
    ("subtotal", "discount", "shipping", "tax", "before_discount", "is_included"),
    [
        ("56", "6", "4", "5", "56", False),  # before the discount, tax on top
        ("50", "6", "4", "5", "56", False),  # after the discount, tax on top
        ("61", "6", "4", "5", "61", True),  # before the discount, tax within
        ("55", "6", "4", "5", "61", True),  # after the discount, tax within
        ("12", "6", "4", "5", "12", False),  # nothing fits: as it was given
    ],
)  # fmt: skip
def test_parts_of_a_total(
    subtotal: str, discount: str, shipping: str, tax: str, before_discount: str, is_included: bool
) -> None:
    made = order(hs_subtotal_price=subtotal, hs_order_discount=discount, hs_shipping_cost=shipping, hs_tax=tax)
    assert (made.subtotal, made.tax_included) == (Money.of(before_discount, "EUR"), is_included)


def test_an_order_without_a_total_comes_to_its_items() -> None:
    items = (row(name="Mug", quantity="2", price="25"), row(name="Tea", quantity="1", price="4.50"))
    assert order(*items, hs_total_price=None).total == Money.of("54.50", "EUR")
    assert order(hs_total_price="much").total == Money.zero("EUR")


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"name": "Mug", "quantity": "2", "price": "25"}, ("Mug", 2, "25", "50")),
        ({"name": "Mug", "price": "25"}, ("Mug", 1, "25", "25")),
        ({"name": "Hours", "quantity": "1.50", "price": "80", "amount": "120"}, ("1.5 × Hours", 1, "120", "120")),
        ({"name": "Hours", "quantity": "0.5", "price": "80"}, ("0.5 × Hours", 1, "40", "40")),
        ({"name": "Mugs", "quantity": "3", "price": None, "amount": "10"}, ("3 × Mugs", 1, "10", "10")),
        ({"hs_sku": "M1", "quantity": "-1", "price": "x"}, ("M1", 1, "0", "0")),
        ({"quantity": "1e9999", "price": "1e9999"}, ("1", 1, "0", "0")),
        ({"name": "Nails", "quantity": "100000", "price": "0.01"}, ("100000 × Nails", 1, "1000", "1000")),
        ({"name": "X", "quantity": "1000000000000", "price": "90000000000"}, ("1000000000000 × X", 1, "0", "0")),
    ],
)  # fmt: skip
def test_line_items(properties: dict[str, str | None], expected: tuple[str, int, str, str]) -> None:
    (item,) = order(row(**properties)).items
    title, quantity, unit, total = expected
    assert (item.title, item.quantity, item.unit, item.total) == (
        title, quantity, Money.of(unit, "EUR"), Money.of(total, "EUR"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "urls", "expected"),
    [
        ("A1", "https://p.example/A1", [("A1", "https://p.example/A1")]),
        ("A1, B2", "https://p.example/A1,https://p.example/B2", [("A1", "https://p.example/A1"), ("B2", "https://p.example/B2")]),
        ("A1, B2", "https://p.example/A1", [("A1", None), ("B2", None)]),
        ("A1", "javascript:alert(1)", [("A1", None)]),
        ("A1", "http://[", [("A1", None)]),
        (None, "https://p.example", []),
    ],
)  # fmt: skip
def test_parcels(numbers: str | None, urls: str, expected: list[tuple[str, str | None]]) -> None:
    parcels = order(hs_shipping_tracking_number=numbers, hs_shipping_status_url=urls).fulfilments
    assert [(parcel.numbers[0], next(iter(parcel.urls), None)) for parcel in parcels] == expected


@pytest.mark.parametrize(
    ("said", "word", "dispute"),
    [
        ("processing", PaymentWord.PROCESSING, None), ("succeeded", PaymentWord.PAID, None),
        ("failed", PaymentWord.FAILED, None), ("partially_refunded", PaymentWord.PART_REFUNDED, None),
        ("refunded", PaymentWord.REFUNDED, None), ("processing_refund", PaymentWord.PAID, None),
        ("disputed_action_required", PaymentWord.PAID, DisputeWord.ANSWER),
        ("disputed_awaiting_decision", PaymentWord.PAID, DisputeWord.IN_REVIEW),
        ("disputed_won", PaymentWord.PAID, DisputeWord.WON), ("disputed_lost", PaymentWord.PAID, DisputeWord.LOST),
        ("paused_by_bank", PaymentWord.UNKNOWN, None), (None, PaymentWord.UNKNOWN, None),
    ],
)  # fmt: skip
def test_payments(said: str | None, word: PaymentWord, dispute: DisputeWord | None) -> None:
    (payment,), disputes = make_payments([row(hs_initial_amount="5", hs_latest_status=said)], EUR)
    assert (payment.word, payment.raw_status.get("payment")) == (word, said)
    assert [one.word for one in disputes] == ([dispute] if dispute else [])


def test_ways_to_pay() -> None:
    properties = {"hs_initial_amount": "5", "hs_payment_method_type": "card", "hs_payment_method_last_4": "4242"}
    (payment,), _disputes = make_payments([row(**properties, hs_digital_wallet_type="apple_pay")], EUR)
    assert payment.method is not None
    assert (payment.method.kind, payment.method.last4, payment.method.wallet) == ("card", "4242", "Apple Pay")
    (payment,), _disputes = make_payments([row(hs_initial_amount="5", hs_processor_type="none")], EUR)
    assert (payment.method, payment.gateway) == (None, None)


def test_amounts_have_the_decimals_of_their_currency() -> None:
    for currency, minor in (("JPY", 1235), ("KWD", 1234500), ("eur", 123450)):
        (payment,), _disputes = make_payments([row(hs_initial_amount="1234.5", hs_currency_code=currency)], EUR)
        assert payment.amount == Money(minor, currency.upper())
    (payment,), _disputes = make_payments([row(hs_initial_amount="1", hs_currency_code="Euro")], EUR)
    assert payment.amount == Money(100, "EUR")


@pytest.mark.parametrize(
    ("said", "due", "word"),
    [
        ("draft", None, InvoiceWord.DRAFT), ("open", None, InvoiceWord.OPEN), ("paid", -5, InvoiceWord.PAID),
        ("voided", -5, InvoiceWord.VOID), ("open", 5, InvoiceWord.OPEN), ("open", -5, InvoiceWord.OVERDUE),
        ("torn", -5, InvoiceWord.UNKNOWN), (None, None, InvoiceWord.UNKNOWN),
    ],
)  # fmt: skip
def test_invoices(said: str | None, due: int | None, word: InvoiceWord) -> None:
    due_at = (datetime.now(UTC) + timedelta(days=due)).isoformat() if due is not None else None
    (invoice,) = make_invoices([row(hs_amount_billed="120", hs_invoice_status=said, hs_due_date=due_at)], EUR)
    assert (invoice.word, invoice.raw_status.get("invoice")) == (word, said)
    assert invoice.paid + invoice.remaining == invoice.total


@pytest.mark.parametrize(
    ("properties", "remaining"),
    [
        ({"hs_balance_due": "20", "hs_amount_paid": "5"}, "20"), ({"hs_amount_paid": "50"}, "70"),
        ({"hs_invoice_status": "paid"}, "0"), ({"hs_invoice_status": "open"}, "120"),
    ],
)  # fmt: skip
def test_what_is_left_of_an_invoice(properties: dict[str, str], remaining: str) -> None:
    (invoice,) = make_invoices([row(hs_amount_billed="120", **properties)], EUR)
    assert invoice.remaining == Money.of(remaining, "EUR")


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("active", SubscriptionWord.ACTIVE), ("past_due", SubscriptionWord.PAST_DUE),
        ("unpaid", SubscriptionWord.UNPAID), ("paused", SubscriptionWord.PAUSED),
        ("scheduled", SubscriptionWord.WAITING), ("canceled", SubscriptionWord.ENDED),
        ("expired", SubscriptionWord.ENDED), ("asleep", SubscriptionWord.UNKNOWN), (None, SubscriptionWord.UNKNOWN),
    ],
)  # fmt: skip
def test_subscriptions(said: str | None, word: SubscriptionWord) -> None:
    plan = row(hs_status=said, hs_next_payment_amount="5", hs_recurring_billing_frequency="monthly")
    (subscription,) = make_subscriptions([plan], EUR)
    assert (subscription.word, subscription.raw_status.get("subscription")) == (word, said)


@pytest.mark.parametrize(
    ("said", "every"),
    [
        ("weekly", (1, "week")), ("biweekly", (2, "week")), ("monthly", (1, "month")), ("quarterly", (3, "month")),
        ("per_six_months", (6, "month")), ("annually", (1, "year")), ("per_two_years", (2, "year")),
        ("per_three_years", (3, "year")), ("per_four_years", (4, "year")), ("per_five_years", (5, "year")),
        ("P30D", (30, "day")), ("P1M", (1, "month")), ("P0M", None), ("sometimes", None), (None, None),
    ],
)  # fmt: skip
def test_frequencies(said: str | None, every: tuple[int, str] | None) -> None:
    assert words.frequency(said) == every
    plan = row(hs_name="Pro", hs_next_payment_amount="5", hs_recurring_billing_frequency=said)
    (made,) = make_subscriptions([plan], EUR)
    assert (made.count, made.interval) == (every or (1, None)), "no wrong interval is ever shown"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2024-03-27T18:04:11.823Z", "2024-03-27T18:04:11.823000+00:00"),
        ("2024-03-27T20:04:11+02:00", "2024-03-27T18:04:11+00:00"),
        ("2024-03-27", "2024-03-27T00:00:00+00:00"),
        ("1711562651823", "2024-03-27T18:04:11.823000+00:00"),
        (1711562651823, "2024-03-27T18:04:11.823000+00:00"),
        ("", None), (None, None), ("yesterday", None), ("0001-01-01T00:00:00+23:00", None), (True, None), ({}, None),
        ("99999999999999", "5138-11-16T09:46:39.999000+00:00"), ("²²²²²²²²²²²²²", None),
    ],
)  # fmt: skip
def test_times(said: Any, expected: str | None) -> None:
    at = as_instant(said)
    assert (at.isoformat() if at else None) == expected


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-1e400", "1e400", "12,50", "", " ", None, 1.5, True, [], {}])
def test_what_is_no_amount(odd: Any) -> None:
    assert row(amount=odd).number("amount") is None
    assert row(amount=" -3.10 ").number("amount") == Decimal("-3.10")


@pytest.mark.parametrize(
    "odd", [None, 5, "x", [], {}, {"id": "1"}, {"id": "x", "properties": {}}, {"id": "1", "properties": []}]
)
def test_what_is_no_record(odd: Any) -> None:
    assert Row.of(odd) is None


# --- anything may be missing or odd --------------------------------------------------------------------

ODD: tuple[Any, ...] = (
    None, True, -1, 10**30, 1.5, "", " ", "-1", "1e99999", "NaN", "9999-99-99", "\u0663", "x" * 5000, [], {}, [None],
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "https://[", "a;b,c", {"id": "1"}, "99999999999.99",
)  # fmt: skip


def spoil(answer: Any, dice: random.Random) -> Any:
    """Return the answer with some of its values replaced or taken away."""
    answer = copy.deepcopy(answer)
    for _ in range(dice.randint(1, 5)):
        here = answer
        while here:
            key = dice.choice(list(here) if isinstance(here, dict) else range(len(here)))
            if isinstance(here[key], (dict, list)) and dice.random() < 0.8:
                here = here[key]
                continue
            if isinstance(here, dict) and dice.random() < 0.3:
                del here[key]
            else:
                here[key] = copy.deepcopy(dice.choice(ODD))
            break
    return answer


FULL = {
    "contacts": {"firstname": "Ada", "email": "ada@example.com", "phone": "+4930123456", "createdate": AT,
                 "hs_timezone": "europe_slash_berlin", "hs_language": "en-gb", "address": "A\nB", "country": "Germany"},
    "orders": {"hs_order_name": "#1", "hs_createdate": AT, "hs_total_price": "59", "hs_subtotal_price": "50",
               "hs_tax": "9", "hs_currency_code": "EUR", "hs_pipeline_stage": "s1", "hs_shipping_tracking_number": "A1",
               "hs_shipping_status_url": "https://p.example", "hs_refund_amount": "5", "hs_payment_status": "paid"},
    "line_items": {"name": "Mug", "quantity": "2", "price": "25", "amount": "50"},
    "commerce_payments": {"hs_initial_amount": "59", "hs_initiated_date": AT, "hs_latest_status": "disputed_won"},
    "invoices": {"hs_amount_billed": "59", "hs_balance_due": "9", "hs_invoice_status": "open", "hs_due_date": AT},
    "subscriptions": {"hs_name": "Pro", "hs_next_payment_amount": "5", "hs_recurring_billing_frequency": "monthly"},
    "0-3": {"dealname": "Renewal", "amount": "5"},
    "tickets": {"subject": "Broken"},
}  # fmt: skip


@pytest.mark.parametrize("capability", ["customer", "orders", "payments"])
@given(seed=st.integers(0, 2**32), spoilt=st.integers(0, 8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_whatever_hubspot_answers(hubspot: HubSpot, capability: str, seed: int, spoilt: int) -> None:
    """One of the answers is odd; what comes of it is an answer that can be stored, or one of our errors."""
    hubspot.records.clear()
    hubspot.owned.clear()
    hubspot.outside.asked.clear()
    hubspot.stages = {"s1": "Open"}
    for object_type, properties in FULL.items():
        owner = {"contacts": None, "line_items": ("orders", "1")}.get(object_type, ("contacts", "1"))
        hubspot.add(object_type, "1", of=owner, **properties)
    dice = random.Random(seed)  # noqa: S311 - a test is no secret

    def fault(asked: Asked) -> Reply | None:
        if len(hubspot.outside.asked) - 1 != spoilt:
            return None
        reply = hubspot.regular_answer(asked)
        return Reply(spoil(reply.body, dice), reply.status)

    hubspot.fault = fault
    with contextlib.suppress(ConnectorError):
        answer = getattr(hubspot.connector(), capability)(WHO)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=type(answer)) == answer
