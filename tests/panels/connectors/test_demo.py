import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.utils import translation
from msgspec import structs

from panels.api import (
    DeliveryWord,
    FinalError,
    Identity,
    InvoiceWord,
    MatchWord,
    Money,
    OperatorError,
    Order,
    PanelUnavailable,
    Payment,
    PaymentWord,
    SubscriptionWord,
    TemporaryError,
)
from panels.capabilities import CAPABILITIES
from panels.connectors.demo import connector as module
from panels.connectors.demo.connector import DemoConnector
from panels.connectors.demo.people import WORDS
from panels.connectors.demo.purchases import MANY

EMAILS = [f"ada{number}@example.com" for number in range(60)]
EDGES = [f"ada+{word}@example.com" for word in sorted(WORDS)]


def demo(**settings: Any) -> DemoConnector:
    return DemoConnector({"shop": "Shop A", "currency": "EUR", **settings}, name="Shop A")


def by_email(email: str) -> Identity:
    return Identity(emails=(email,))


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], None]:
    """Return what sets the connector's clock."""

    def set_to(moment: dt.datetime) -> None:
        class Clock(dt.datetime):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
                return moment.astimezone(tz)

        monkeypatch.setattr(module, "datetime", Clock)

    return set_to


@pytest.mark.parametrize("email", EMAILS + EDGES)
def test_order_totals_follow_from_their_parts(email: str) -> None:
    for order in demo().orders(by_email(email)).orders:
        assert (order.subtotal,) == Money.sum(item.total for item in order.items)
        assert all(item.total == item.unit * item.quantity for item in order.items)
        assert order.total == _of(order.subtotal) - _of(order.discount) + _of(order.shipping) + _of(order.tax)
        assert bool(order.codes) == bool(order.discount)
        assert Money.sum(refund.amount for refund in order.refunds) == ((order.refunded,) if order.refunds else ())
        assert not order.total < _of(order.refunded)


@pytest.mark.parametrize("email", EMAILS + EDGES)
def test_words_of_an_order_agree_with_its_money_and_parcels(email: str) -> None:
    for order in demo().orders(by_email(email)).orders:
        assert (order.pay is PaymentWord.REFUNDED) == bool(order.refunds and order.refunded == order.total)
        assert (order.pay is PaymentWord.PART_REFUNDED) == bool(order.refunds and order.refunded != order.total)
        assert bool(order.due) == (order.pay is PaymentWord.PENDING)
        delivered = [parcel.delivered_at for parcel in order.fulfilments]
        assert (order.ship is DeliveryWord.DELIVERED) == bool(delivered and all(delivered))
        if order.cancelled_at:
            assert not order.fulfilments
        if order.ship is DeliveryWord.PART_SHIPPED:
            assert 0 < sum(item.shipped or 0 for item in order.items) < order.quantity


@pytest.mark.parametrize("email", EMAILS + EDGES)
def test_nothing_happened_in_the_future_and_everything_in_its_order(email: str) -> None:
    now = dt.datetime.now(dt.UTC)
    who = by_email(email)
    orders = demo().orders(who).orders
    assert [order.placed_at for order in orders] == sorted((order.placed_at for order in orders), reverse=True)
    for order in orders:
        assert order.placed_at <= now
        for parcel in order.fulfilments:
            moments = [order.placed_at, parcel.shipped_at, parcel.delivered_at]
            told = [moment for moment in moments if moment]
            assert told == sorted(told)
            assert told[-1] <= now
        for refund in order.refunds:
            assert order.placed_at <= refund.at <= now
    for payment in demo().payments(who).payments:
        assert payment.at <= now


@pytest.mark.parametrize("email", EMAILS + EDGES)
def test_payments_agree_with_the_orders(email: str) -> None:
    who = by_email(email)
    orders = {order.number: order for order in demo().orders(who).orders}
    payments = demo().payments(who).payments
    taken = [payment for payment in payments if payment.order and payment.word is not PaymentWord.FAILED]
    assert sorted(_of_order(payment) for payment in taken) == sorted(orders)
    for payment in taken:
        order = orders[_of_order(payment)]
        assert (payment.amount, payment.word, payment.refunded) == (order.total, order.pay, order.refunded)
        assert (payment.refunds, payment.method, payment.test) == (order.refunds, order.method, order.test)
    for payment in payments:
        assert payment.gateway
        assert (payment.decline is not None) == (payment.word is PaymentWord.FAILED)


@pytest.mark.parametrize("email", EMAILS + EDGES)
def test_invoices_agree_with_the_payments(email: str) -> None:
    answer = demo().payments(by_email(email))
    paid = {payment.invoice: payment for payment in answer.payments if payment.invoice}
    assert set(paid) == {invoice.number for invoice in answer.invoices}
    for invoice in answer.invoices:
        payment = paid[invoice.number or ""]
        assert invoice.remaining == invoice.total - invoice.paid
        assert (invoice.word is InvoiceWord.PAID) == (payment.word is PaymentWord.PAID) == (not invoice.remaining)
        assert payment.amount == invoice.total


@pytest.mark.parametrize("email", EMAILS + EDGES)
def test_customers_figures_follow_from_the_orders(email: str) -> None:
    who = by_email(email)
    customers = demo().customer(who).customers
    for customer in customers:
        chosen = structs.replace(who, linked=(customer.external_id,)) if len(customers) > 1 else who
        orders = demo().orders(chosen).orders
        real = [order for order in orders if not order.test]
        assert customer.orders == len(real)
        assert [amount for amount in customer.spent if amount] == [
            amount for amount in Money.sum(_received(order) for order in real) if amount
        ]
        assert [order.number for order in customer.last_orders] == [order.number for order in orders[:5]]
        assert customer.last_at == (orders[0].placed_at if orders else None)
        assert customer.first_at == (orders[-1].placed_at if orders else None)


@pytest.mark.parametrize("capability", DemoConnector.capabilities)
@pytest.mark.parametrize("email", ["ada@example.com", *EDGES])
def test_two_calls_on_one_day_give_the_same(
    capability: str, email: str, set_clock: Callable[[dt.datetime], None]
) -> None:
    set_clock(dt.datetime(2026, 11, 20, 0, 1, tzinfo=dt.UTC))
    module._story.cache_clear()
    morning = msgspec.msgpack.encode(getattr(demo(), capability)(by_email(email)))
    set_clock(dt.datetime(2026, 11, 20, 23, 59, tzinfo=dt.UTC))
    module._story.cache_clear()
    assert msgspec.msgpack.encode(getattr(demo(), capability)(by_email(email))) == morning
    kind: Any = CAPABILITIES[capability]
    assert msgspec.msgpack.encode(msgspec.msgpack.decode(morning, type=kind)) == morning


def test_numbers_stay_and_dates_move_with_the_days(set_clock: Callable[[dt.datetime], None]) -> None:
    set_clock(dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC))
    today = demo().orders(by_email("ada@example.com")).orders
    set_clock(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC))
    later = demo().orders(by_email("ada@example.com")).orders
    assert [order.number for order in later] == [order.number for order in today]
    assert [order.placed_at - dt.timedelta(days=3) for order in later] == [order.placed_at for order in today]


def test_identity_is_identifier_then_first_email_in_any_case_then_phone() -> None:
    email = demo().orders(by_email("ada@example.com")).orders
    assert [order.number for order in demo().orders(by_email("ADA@Example.com")).orders] == [
        order.number for order in email
    ]
    both = Identity(identifier="c-9", emails=("ada@example.com",))
    other = Identity(identifier="c-9", emails=("bob@example.com",))
    assert [order.number for order in demo().orders(both).orders] == [
        order.number for order in demo().orders(other).orders
    ]
    matches = [
        demo().customer(who).customers[0].match.by
        for who in (both, by_email("a@example.com"), Identity(phones=("+4",)))
    ]
    assert matches == [MatchWord.IDENTIFIER, MatchWord.EMAIL, MatchWord.PHONE]


def test_another_shop_gives_the_same_person_other_orders() -> None:
    who = by_email("ada@example.com")
    one, other = demo(), demo(shop="Shop B")
    assert one.customer(who).customers[0].name == other.customer(who).customers[0].name
    assert one.orders(who).orders[0].number != other.orders(who).orders[0].number


@pytest.mark.parametrize("capability", DemoConnector.capabilities)
@pytest.mark.parametrize(
    "who", [Identity(), Identity(name="Ada"), by_email("nobody@example.com"), by_email("ada.nobody7@example.com")]
)
def test_nobody_knows_the_anonymous_and_nobody(capability: str, who: Identity) -> None:
    assert getattr(demo(), capability)(who).is_empty


def test_words_ask_for_edge_cases() -> None:
    def orders(word: str) -> tuple[Order, ...]:
        return demo().orders(by_email(f"ada+{word}@example.com")).orders

    def currencies(word: str) -> set[str]:
        return {order.total.currency for order in orders(word)}

    assert len(orders("manyorders")) == MANY
    assert len(orders("oneorder")) == 1
    assert orders("nodata") == ()
    assert currencies("twocurrencies") == {"EUR", "USD"}
    assert currencies("jpy") == {"JPY"}
    assert currencies("kwd") == {"KWD"}
    assert orders("problem")[0].ship is DeliveryWord.PROBLEM
    assert orders("delayed")[0].ship is DeliveryWord.DELAYED
    assert orders("testmode")[0].test
    assert all(order.guest for order in orders("guest"))
    assert "<script>" in orders("hostile")[0].items[0].title


def test_several_customers_share_a_phone() -> None:
    customers = demo().customer(by_email("ada+several@example.com")).customers
    assert len({customer.external_id for customer in customers}) == 3
    assert {(customer.match.by, customer.match.value) for customer in customers} == {
        (MatchWord.PHONE, customers[0].phones[0])
    }
    for answer in (
        demo().orders(by_email("ada+several@example.com")),
        demo().payments(by_email("ada+several@example.com")),
    ):
        assert answer.is_empty
        assert [one.external_id for one in answer.candidates] == [one.external_id for one in customers]


def test_pastdue_has_an_overdue_invoice_and_dispute_a_deadline() -> None:
    answer = demo().payments(by_email("ada+pastdue+dispute@example.com"))
    assert answer.subscriptions[0].word is SubscriptionWord.PAST_DUE
    assert answer.invoices[0].word is InvoiceWord.OVERDUE
    assert len(answer.disputes) == 1
    assert answer.disputes[0].respond_by
    customer = demo().customer(by_email("ada+pastdue+dispute@example.com")).customers[0]
    assert customer.past_due
    assert [alert.word.value for alert in customer.alerts][:2] == ["dispute", "past_due"]


@pytest.mark.parametrize(
    ("fault", "error", "retry_after"),
    [("temporary", TemporaryError, None), ("rate_limited", TemporaryError, 30), ("final", FinalError, None)],
)
def test_faults_are_raised_as_asked(fault: str, error: type[PanelUnavailable], retry_after: int | None) -> None:
    with pytest.raises(error) as raised:
        demo(fault=fault).orders(by_email("ada@example.com"))
    assert getattr(raised.value, "retry_after", None) == retry_after
    assert "Shop A" in raised.value.sentence
    assert "ada" not in raised.value.sentence


def test_a_refused_token_is_the_operators() -> None:
    with pytest.raises(OperatorError):
        demo(fault="operator").check()


def test_a_flaky_shop_answers_every_other_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 120.0)
    assert not demo(fault="flaky").orders(by_email("ada@example.com")).is_empty
    monkeypatch.setattr(time, "time", lambda: 180.0)
    with pytest.raises(TemporaryError):
        demo(fault="flaky").orders(by_email("ada@example.com"))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("temporary", "Shop A hat nicht rechtzeitig geantwortet."),
        ("rate_limited", "Shop A bekommt gerade zu viele Anfragen."),
        ("final", "Shop A gibt zu diesem Kunden keine Auskunft."),
        ("operator", "Shop A lehnt ab (es fehlt read_orders). Bitte die Administration informieren."),
    ],
)
def test_faults_are_said_in_the_agents_language(fault: str, said: str) -> None:
    with pytest.raises(PanelUnavailable) as raised:
        demo(fault=fault).orders(by_email("ada@example.com"))
    with translation.override("de"):
        assert raised.value.sentence == said


def test_latency_and_slowness_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    demo(latency=250, fault="slow").orders(by_email("ada@example.com"))
    assert waited == [0.25, 8]


def test_check_answers_in_a_sentence() -> None:
    assert demo().check() == "The demonstration shop “Shop A” answers with invented data."


def test_settings_form_has_a_value_for_everything_and_refuses_what_is_no_currency() -> None:
    form = DemoConnector.SettingsForm()
    initial = {name: field.initial for name, field in form.fields.items()}
    assert DemoConnector.SettingsForm(initial).is_valid()
    assert set(DemoConnector.SettingsForm({**initial, "currency": "eur"}).errors) == {"currency"}


def _of(money: Money | None) -> Money:
    assert money is not None
    return money


def _of_order(payment: Payment) -> str:
    assert payment.order is not None
    return payment.order


def _received(order: Order) -> Money:
    if order.pay in {PaymentWord.PAID, PaymentWord.PART_REFUNDED, PaymentWord.REFUNDED}:
        return order.total - _of(order.refunded)
    return Money.zero(order.total.currency)
