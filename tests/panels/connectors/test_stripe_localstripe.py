"""The connector against localstripe, which the SDK fills as a shop would."""

from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from pytest_django.fixtures import Settings

from panels.api import (
    DisputeWord,
    Identity,
    InvoiceWord,
    MatchWord,
    Money,
    OperatorError,
    PaymentWord,
    RefundWord,
    SubscriptionWord,
)
from panels.connectors.stripe.connector import StripeConnector
from tests.support.stripe_api import shape
from tests.support.stripe_shop import KEY, make_customer, running_localstripe, sdk
from voxysapps.outgoing import send


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_localstripe() as found:
        yield found


@pytest.fixture
def shop(address: str) -> Any:
    return sdk(address)


@pytest.fixture
def connector(address: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> StripeConnector:
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr(StripeConnector, "address", address)
    return StripeConnector({"key": KEY}, name="Stripe")


def who(email: str) -> Identity:
    return Identity(emails=(email,))


def test_customer(shop: Any, connector: StripeConnector) -> None:
    customer_id = make_customer(shop, "ada@example.com", name="Ada Okafor", phone="+4930123456")
    (customer,) = connector.customer(who("ada@example.com")).customers
    assert (customer.external_id, customer.name, customer.phones) == (customer_id, "Ada Okafor", ("+4930123456",))
    assert customer.match.by is MatchWord.EMAIL
    (customer,) = connector.customer(who("ADA@example.com")).customers
    assert customer.external_id == customer_id
    (customer,) = connector.customer(Identity(phones=("+4930123456",))).customers
    assert customer.match.by is MatchWord.PHONE
    assert connector.payments(Identity(linked=(customer_id,))).matched_by is MatchWord.LINK
    assert connector.customer(who("nobody@example.com")).is_empty


def test_charges_and_refunds(shop: Any, connector: StripeConnector) -> None:
    customer_id = make_customer(shop, "charges@example.com")
    made = {
        name: shop.charges.create({"amount": amount, "currency": currency, "customer": customer_id, **options})
        for name, amount, currency, options in (
            ("paid", 1999, "eur", {"metadata": {"order_id": "1042"}}),
            ("yen", 500, "jpy", {}),
            ("held", 700, "eur", {"capture": False}),
            ("part", 1000, "eur", {}),
            ("all", 300, "eur", {}),
        )
    }
    shop.refunds.create({"charge": made["part"].id, "amount": 400})
    shop.refunds.create({"charge": made["all"].id})
    payments = {payment.external_id: payment for payment in connector.payments(who("charges@example.com")).payments}
    told = {name: payments[charge.id] for name, charge in made.items()}
    assert {name: (payment.word, payment.amount) for name, payment in told.items()} == {
        "paid": (PaymentWord.PAID, Money(1999, "EUR")),
        "yen": (PaymentWord.PAID, Money(500, "JPY")),
        "held": (PaymentWord.AUTHORISED, Money(700, "EUR")),
        "part": (PaymentWord.PART_REFUNDED, Money(1000, "EUR")),
        "all": (PaymentWord.REFUNDED, Money(300, "EUR")),
    }
    assert (told["paid"].order, told["paid"].test) == ("1042", True)
    assert told["paid"].method is not None
    assert told["paid"].method.last4 == "4242"
    assert [(refund.amount, refund.word) for refund in told["part"].refunds] == [(Money(400, "EUR"), RefundWord.DONE)]


def test_intents(shop: Any, connector: StripeConnector) -> None:
    customer_id = make_customer(shop, "intents@example.com")
    details = {"amount": 1500, "currency": "eur", "customer": customer_id}
    card = shop.payment_methods.list({"customer": customer_id, "type": "card"}).data[0].id
    waiting = shop.payment_intents.create(details)
    paid = shop.payment_intents.create({**details, "payment_method": card, "confirm": True})
    cancelled = shop.payment_intents.create(details)
    shop.payment_intents.cancel(cancelled.id)
    words = {payment.reference: payment.word for payment in connector.payments(who("intents@example.com")).payments}
    assert words == {
        waiting.id: PaymentWord.PENDING,
        paid.id: PaymentWord.PAID,
        cancelled.id: PaymentWord.NOT_CHARGED,
    }


def test_a_refused_card(shop: Any, connector: StripeConnector) -> None:
    customer_id = make_customer(shop, "refused@example.com", card="4000000000000341")
    card = shop.payment_methods.list({"customer": customer_id, "type": "card"}).data[0].id
    with pytest.raises(stripe.CardError):
        shop.payment_intents.create(
            {"amount": 900, "currency": "eur", "customer": customer_id, "payment_method": card, "confirm": True}
        )
    (payment,) = connector.payments(who("refused@example.com")).payments
    assert (payment.word, payment.decline_code) == (PaymentWord.FAILED, "card_declined")
    assert payment.decline == "Bank refused; customer should call it"


def test_subscriptions_and_invoices(shop: Any, connector: StripeConnector) -> None:
    customer_id = make_customer(shop, "pro@example.com")
    plan = shop.plans.create({"amount": 2900, "currency": "eur", "interval": "month", "product": {"name": "Pro"}})
    subscription = shop.subscriptions.create({"customer": customer_id, "items": [{"plan": plan.id}]})
    answer = connector.payments(who("pro@example.com"))
    (told,) = answer.subscriptions
    assert (told.plan, told.amount, told.interval, told.count) == ("Pro", Money(2900, "EUR"), "month", 1)
    assert (told.word, told.last_payment) == (SubscriptionWord.ACTIVE, PaymentWord.PAID)
    assert told.next_at is not None
    (invoice,) = answer.invoices
    assert (invoice.word, invoice.total, invoice.remaining) == (InvoiceWord.PAID, Money(2900, "EUR"), Money(0, "EUR"))
    assert [payment.invoice for payment in answer.payments] == [invoice.number]
    shop.subscriptions.cancel(subscription.id)
    (told,) = connector.payments(who("pro@example.com")).subscriptions
    assert (told.word, told.next_at) == (SubscriptionWord.ENDED, None)
    assert told.ends_at is not None


def test_saved_cards(shop: Any, connector: StripeConnector) -> None:
    make_customer(shop, "cards@example.com")
    (saved,) = connector.payments(who("cards@example.com")).methods
    assert (saved.method.brand, saved.method.last4, saved.method.expiry) == ("Visa", "4242", "2030-12")
    assert saved.is_default


def test_disputes(shop: Any, connector: StripeConnector, address: str) -> None:
    customer_id = make_customer(shop, "contested@example.com")
    charge = shop.charges.create({"amount": 1000, "currency": "usd", "customer": customer_id})
    send("POST", f"{address}/_config/disputes", json=shape("dispute", charge=charge.id, status="needs_response"))
    (dispute,) = connector.payments(who("contested@example.com")).disputes
    assert (dispute.word, dispute.payment) == (DisputeWord.ANSWER, charge.id)
    (customer,) = connector.customer(who("contested@example.com")).customers
    assert [alert.word.value for alert in customer.alerts] == ["dispute"]


def test_customers_who_share_an_address(shop: Any, connector: StripeConnector) -> None:
    ids = {make_customer(shop, email) for email in ("two@example.com", "Two@example.com")}
    answer = connector.payments(who("two@example.com"))
    assert answer.is_empty
    assert {candidate.external_id for candidate in answer.candidates} == ids
    assert len(connector.payments(Identity(linked=tuple(ids))).methods) == 2


def test_newest_first_and_page_by_page(shop: Any, connector: StripeConnector) -> None:
    customer_id = make_customer(shop, "many@example.com")
    for amount in range(1, 131):
        shop.charges.create({"amount": amount, "currency": "eur", "customer": customer_id})
    payments = connector.payments(who("many@example.com")).payments
    assert len(payments) == 130
    assert [payment.at for payment in payments] == sorted((payment.at for payment in payments), reverse=True)


def test_check(connector: StripeConnector) -> None:
    assert connector.check().startswith("Stripe answers, in test mode")
    with pytest.raises(OperatorError, match="refused our credentials"):
        StripeConnector({"key": "xx_test_12345"}, name="Stripe").check()


def test_the_sdk_itself_is_refused_a_wrong_key(connector: StripeConnector) -> None:
    with pytest.raises(OperatorError, match="refused our credentials"):
        StripeConnector({"key": "xx_test_12345"}, name="Stripe").payments(who("ada@example.com"))
