"""Stripe's objects, as it really sends them, become the records and words that panels show."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from panels.api import (
    AlertWord,
    Candidate,
    Dispute,
    DisputeWord,
    Gaps,
    Invoice,
    InvoiceWord,
    Match,
    MatchWord,
    Method,
    Money,
    Payment,
    PaymentWord,
    Refund,
    RefundWord,
    Subscription,
    SubscriptionWord,
)
from panels.connectors.stripe.charges import Surroundings, make_payments
from panels.connectors.stripe.customers import make_candidate, make_customer
from panels.connectors.stripe.disputes import make_dispute
from panels.connectors.stripe.fields import money
from panels.connectors.stripe.invoices import make_invoice, numbers_by_payment
from panels.connectors.stripe.methods import default_of, make_method, make_saved
from panels.connectors.stripe.refunds import make_refund
from panels.connectors.stripe.subscriptions import Known, make_subscription, nameless_products
from tests.support.stripe_api import CUSTOMER, listed, shape

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
CREATED = dt.datetime(2009, 2, 13, 23, 31, 30, tzinfo=dt.UTC)
VISA = Method(kind="card", brand="Visa", last4="4242", expiry="2030-08", wallet="Link")
MATCH = Match(by=MatchWord.EMAIL, value="ada@example.com")


def stamp(days: float) -> int:
    return int((NOW + dt.timedelta(days=days)).timestamp())


def at(days: float) -> dt.datetime:
    return NOW + dt.timedelta(days=days)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def paid(**changes: Any) -> dict[str, Any]:
    return shape("charge", **{"captured": True, "amount_captured": 100, **changes})


def one_payment(charge: dict[str, Any] | None, *intents: dict[str, Any], **around: Any) -> Payment:
    (payment,) = make_payments(
        [charge] if charge else [], intents, Surroundings(now=NOW, gaps=Gaps("Stripe"), **around)
    )
    return payment


# --- payments ------------------------------------------------------------------------------------------


def test_charge() -> None:
    charge = paid(calculated_statement_descriptor="SHOP A", metadata={"order_id": "1042"})
    assert one_payment(charge) == Payment(
        external_id="ch_1PgafuB7WZ01zgkWXYmPNZs8",
        url="https://dashboard.stripe.com/test/payments/ch_1PgafuB7WZ01zgkWXYmPNZs8",
        raw_status={"payment": "succeeded"},
        test=True,
        amount=usd(100),
        at=CREATED,
        word=PaymentWord.PAID,
        refunded=usd(0),
        captured=usd(100),
        method=VISA,
        gateway="Stripe",
        reference="ch_1PgafuB7WZ01zgkWXYmPNZs8",
        receipt_url=charge["receipt_url"],
        statement="SHOP A",
        order="1042",
    )


def test_in_live_mode_it_is_no_test_and_opens_there() -> None:
    payment = one_payment(paid(livemode=True, payment_intent="pi_1"))
    assert (payment.test, payment.url) == (False, "https://dashboard.stripe.com/payments/pi_1")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, PaymentWord.PAID),
        ({"status": "pending"}, PaymentWord.PROCESSING),
        ({"status": "failed"}, PaymentWord.FAILED),
        ({"status": "new word"}, PaymentWord.UNKNOWN),
        ({"status": None}, PaymentWord.UNKNOWN),
        ({"captured": False, "amount_captured": 0}, PaymentWord.AUTHORISED),
        ({"captured": False, "amount_captured": 0, "refunded": True, "amount_refunded": 100}, PaymentWord.NOT_CHARGED),
        ({"amount_refunded": 40}, PaymentWord.PART_REFUNDED),
        ({"amount_refunded": 100, "refunded": True}, PaymentWord.REFUNDED),
        # Sixty of a hundred were captured, and all of the sixty given back.
        ({"amount_captured": 60, "amount_refunded": 60}, PaymentWord.REFUNDED),
    ],
)
def test_words_of_charges(changes: dict[str, Any], word: PaymentWord) -> None:
    assert one_payment(paid(**changes)).word is word


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"status": "requires_payment_method", "last_payment_error": None}, PaymentWord.PENDING),
        ({"status": "requires_payment_method"}, PaymentWord.FAILED),
        ({"status": "requires_confirmation"}, PaymentWord.WAITING),
        ({"status": "requires_action"}, PaymentWord.WAITING),
        ({"status": "processing"}, PaymentWord.PROCESSING),
        ({"status": "requires_capture"}, PaymentWord.AUTHORISED),
        ({"status": "succeeded"}, PaymentWord.PAID),
        ({"status": "canceled"}, PaymentWord.NOT_CHARGED),
        ({"status": "new word"}, PaymentWord.UNKNOWN),
    ],
)
def test_words_of_intents_without_a_charge(changes: dict[str, Any], word: PaymentWord) -> None:
    payment = one_payment(None, shape("payment_intent", **changes))
    assert payment.word is word
    assert payment.raw_status == {"payment": changes["status"]}
    assert (payment.external_id, payment.amount, payment.at) == ("pi_1PgafyB7WZ01zgkWSjxsAJo3", usd(1099), CREATED)


def test_a_charge_tells_how_its_intent_stands() -> None:
    intent = shape("payment_intent", id="pi_1", status="succeeded")
    assert one_payment(paid(payment_intent="pi_1"), intent).word is PaymentWord.PAID


def test_an_intent_that_went_on_after_a_failed_charge_is_told_besides() -> None:
    failed = paid(status="failed", captured=False, payment_intent="pi_1", failure_code="card_declined")
    waiting = shape("payment_intent", id="pi_1", status="requires_action")
    words = [payment.word for payment in make_payments([failed], [waiting], Surroundings(now=NOW, gaps=Gaps("Stripe")))]
    assert words == [PaymentWord.FAILED, PaymentWord.WAITING]


def test_what_was_held_and_let_go_was_not_charged() -> None:
    held = paid(captured=False, amount_captured=0, payment_intent="pi_1")
    payment = one_payment(held, shape("payment_intent", id="pi_1", status="canceled"))
    assert (payment.word, payment.captured, payment.refunded) == (PaymentWord.NOT_CHARGED, usd(0), usd(0))
    assert payment.raw_status == {"payment": "canceled"}


def test_of_a_part_captured_only_the_part_was_paid() -> None:
    payment = one_payment(paid(amount_captured=60, amount_refunded=10))
    assert (payment.amount, payment.captured, payment.refunded) == (usd(60), usd(60), usd(10))
    assert payment.word is PaymentWord.PART_REFUNDED


@pytest.mark.parametrize(
    ("reason", "code", "said"),
    [
        (None, "expired_card", ("Card expired", "expired_card")),
        ("insufficient_funds", "card_declined", ("Not enough funds", "insufficient_funds")),
        ("do_not_honor", "card_declined", ("Bank refused; customer should call it", "do_not_honor")),
        # Who holds a stolen card is not told so.
        ("stolen_card", "card_declined", ("Bank refused; customer should call it", "stolen_card")),
        ("highest_risk_level", "card_declined", ("Blocked as a fraud risk", "highest_risk_level")),
        (None, "card_declined", ("Bank refused; customer should call it", "card_declined")),
        (None, None, ("Bank refused; customer should call it", None)),
    ],
)
def test_why_a_payment_failed(reason: str | None, code: str | None, said: tuple[str, str | None]) -> None:
    payment = one_payment(paid(status="failed", outcome={"reason": reason}, failure_code=code))
    assert (payment.decline, payment.decline_code) == said
    intent = shape("payment_intent", last_payment_error={"decline_code": reason, "code": code})
    payment = one_payment(None, intent)
    assert (payment.decline, payment.decline_code) == said


def test_a_payment_names_its_invoice_and_its_saved_card() -> None:
    invoice = shape(
        "invoice",
        number="F-1",
        payments=listed(
            shape("invoice_payment", payment={"type": "payment_intent", "payment_intent": "pi_1"}),
            shape("invoice_payment", payment={"type": "charge", "charge": {"id": "ch_2"}}),
        ),
    )
    numbers = numbers_by_payment([invoice])
    assert numbers == {"pi_1": "F-1", "ch_2": "F-1"}
    charge = paid(payment_intent="pi_1", payment_method_details=None, payment_method="pm_1")
    payment = one_payment(charge, invoices=numbers, methods={"pm_1": VISA})
    assert (payment.invoice, payment.method) == ("F-1", VISA)


# --- methods and refunds -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("details", "method"),
    [
        (
            {"type": "card", "card": {"brand": "amex", "last4": "0005", "exp_month": 12, "exp_year": 2026}},
            Method(kind="card", brand="American Express", last4="0005", expiry="2026-12"),
        ),
        (
            {"type": "card", "card": {"brand": "unknown", "exp_month": 11, "exp_year": 2026, "wallet": None}},
            Method(kind="card", expiry="2026-11", expires_soon=True),
        ),
        (
            {"type": "card", "card": {"brand": "visa", "exp_month": 13, "exp_year": 2026,
                                      "wallet": {"type": "new_pay"}}},
            Method(kind="card", brand="Visa", wallet="New pay"),
        ),
        (
            {"type": "card_present", "card_present": {"brand": "visa", "last4": "1"}},
            Method(kind="card", brand="Visa", last4="1"),
        ),
        ({"type": "paypal", "paypal": {"payer_email": "a@b.example"}}, Method(kind="paypal", brand="PayPal")),
        (
            {"type": "sepa_debit", "sepa_debit": {"last4": "3000"}},
            Method(kind="sepa_debit", last4="3000"),
        ),
        ({"type": "customer_balance", "customer_balance": {}}, Method(kind="bank_transfer")),
        ({"type": "new_way"}, Method(kind="new_way", brand="New way")),
        ({"type": 7}, None),
        (None, None),
    ],
)  # fmt: skip
def test_ways_to_pay(details: Any, method: Method | None) -> None:
    assert make_method(details, now=NOW) == method


def test_saved_card() -> None:
    card = shape("payment_method")
    customer = shape(
        "customer", invoice_settings={"default_payment_method": {"id": card["id"]}}, default_source="card_1"
    )
    saved = make_saved(card, default_id=default_of(customer), now=NOW)
    assert saved is not None
    assert (saved.method, saved.is_default, saved.test) == (VISA, True, True)
    assert default_of(shape("customer", default_source="card_1")) == "card_1"


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("pending", RefundWord.SENT), ("requires_action", RefundWord.WAITING), ("succeeded", RefundWord.DONE),
        ("failed", RefundWord.FAILED), ("canceled", RefundWord.FAILED), ("new word", RefundWord.UNKNOWN),
        (None, RefundWord.UNKNOWN),
    ],
)  # fmt: skip
def test_refund(status: str | None, word: RefundWord) -> None:
    refund = shape(
        "refund",
        status=status,
        reason="requested_by_customer",
        destination_details={"type": "card", "card": {"reference": "7421", "type": "refund"}},
    )
    payment = one_payment(paid(amount_refunded=100, refunds=listed(refund)))
    assert payment.refunds == (
        Refund(
            external_id="re_1Pgc72B7WZ01zgkWqPvrRrPE",
            amount=usd(100),
            at=CREATED,
            word=word,
            reason="Requested by the customer",
            destination=VISA,
            reference="7421",
        ),
    )


def test_a_failed_refund_says_why() -> None:
    made = make_refund(
        shape("refund", status="failed", failure_reason="lost_or_stolen_card", reason="duplicate"), method=None
    )
    assert made is not None
    assert made.reason == "Card lost or stolen"


# --- subscriptions -------------------------------------------------------------------------------------


def running(**changes: Any) -> dict[str, Any]:
    subscription = shape(
        "subscription",
        **{
            "cancel_at": None,
            "canceled_at": None,
            "ended_at": None,
            "pause_collection": None,
            "trial_end": None,
            "cancel_at_period_end": False,
            **changes,
        },
    )
    subscription["items"]["data"][0]["current_period_end"] = stamp(13)
    return subscription


def one_subscription(subscription: dict[str, Any], **known: Any) -> Subscription:
    made = make_subscription(subscription, Known(**known))
    assert made is not None
    return made


def test_subscription() -> None:
    paid_invoice = shape("invoice", id="in_1", status="paid", status_transitions={"paid_at": stamp(-17)})
    subscription = running(latest_invoice="in_1")
    assert nameless_products([subscription]) == ("prod_QXg1hqf4jFNsqG",)
    assert one_subscription(
        subscription, products={"prod_QXg1hqf4jFNsqG": "Pro"}, invoices={"in_1": paid_invoice}
    ) == Subscription(
        external_id="sub_1Pgc6rB7WZ01zgkWNy0Cn5nw",
        url="https://dashboard.stripe.com/test/subscriptions/sub_1Pgc6rB7WZ01zgkWNy0Cn5nw",
        raw_status={"subscription": "active"},
        test=True,
        plan="Pro",
        amount=usd(2000),
        interval="month",
        count=1,
        word=SubscriptionWord.ACTIVE,
        next_at=at(13),
        last_payment=PaymentWord.PAID,
        last_payment_at=at(-17),
    )


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("active", SubscriptionWord.ACTIVE), ("trialing", SubscriptionWord.TRIAL), ("paused", SubscriptionWord.PAUSED),
        ("past_due", SubscriptionWord.PAST_DUE), ("unpaid", SubscriptionWord.UNPAID),
        ("incomplete", SubscriptionWord.WAITING), ("incomplete_expired", SubscriptionWord.ENDED),
        ("canceled", SubscriptionWord.ENDED), ("new word", SubscriptionWord.UNKNOWN),
    ],
)  # fmt: skip
def test_words_of_subscriptions(status: str, word: SubscriptionWord) -> None:
    made = one_subscription(running(status=status, trial_end=stamp(5), ended_at=stamp(-1)))
    assert made.word is word
    assert made.raw_status == {"subscription": status}
    assert made.trial_end == (at(5) if word is SubscriptionWord.TRIAL else None)
    assert made.ends_at == (at(-1) if word is SubscriptionWord.ENDED else None)
    assert (made.next_at is None) == (word in {SubscriptionWord.ENDED, SubscriptionWord.PAUSED})


@pytest.mark.parametrize(
    ("changes", "ends_at", "next_at"),
    [
        ({"cancel_at_period_end": True}, at(13), None),
        ({"cancel_at": stamp(13), "cancel_at_period_end": True}, at(13), None),
        ({"cancel_at": stamp(40)}, at(40), at(13)),
    ],
)
def test_a_subscription_that_will_end_says_when(changes: dict[str, Any], ends_at: Any, next_at: Any) -> None:
    made = one_subscription(running(**changes))
    assert (made.word, made.ends_at, made.next_at) == (SubscriptionWord.ACTIVE, ends_at, next_at)


def test_paused_collection_charges_nothing() -> None:
    made = one_subscription(running(pause_collection={"behavior": "void", "resumes_at": None}))
    assert (made.word, made.collection_paused, made.next_at) == (SubscriptionWord.ACTIVE, True, None)


def test_a_charge_that_failed_is_told() -> None:
    unpaid = shape("invoice", id="in_1", status="open", attempted=True, status_transitions={"finalized_at": stamp(-2)})
    made = one_subscription(running(status="past_due", latest_invoice={"id": "in_1"}), invoices={"in_1": unpaid})
    assert (made.last_payment, made.last_payment_at) == (PaymentWord.FAILED, at(-2))


def test_several_items_are_one_plan() -> None:
    subscription = running()
    seats = {
        "quantity": 3,
        "current_period_end": stamp(13),
        "price": {"currency": "usd", "unit_amount": None, "unit_amount_decimal": "50.5", "nickname": "Seats",
                  "recurring": {"interval": "month", "interval_count": 1}},
    }  # fmt: skip
    subscription["items"]["data"].append(seats)
    made = one_subscription(subscription, products={"prod_QXg1hqf4jFNsqG": "Pro"})
    # 3 × 50.5 cents are 151.5: half a cent is rounded up.
    assert (made.plan, made.amount) == ("Pro + Seats", usd(2152))


def test_where_use_decides_the_amount_the_last_invoice_says_it() -> None:
    subscription = running(latest_invoice="in_1")
    subscription["items"]["data"][0]["price"].update(
        unit_amount=None, unit_amount_decimal=None, billing_scheme="tiered"
    )
    made = one_subscription(subscription, invoices={"in_1": shape("invoice", id="in_1", total=777)})
    assert made.amount == usd(777)
    assert one_subscription(subscription).amount == usd(0)


def test_an_older_subscription_has_a_plan_for_a_price() -> None:
    subscription = running()
    item = subscription["items"]["data"][0]
    item["price"] = None
    item["plan"].update(amount=900, currency="jpy", interval="year", interval_count=2, nickname="Old")
    made = one_subscription(subscription)
    assert (made.plan, made.amount, made.interval, made.count) == ("Old", Money(900, "JPY"), "year", 2)


# --- invoices and disputes -----------------------------------------------------------------------------


def test_invoice() -> None:
    invoice = shape(
        "invoice",
        status="open",
        number="F-1",
        amount_paid=250,
        amount_remaining=750,
        attempt_count=2,
        due_date=stamp(-6),
        next_payment_attempt=stamp(2),
        status_transitions={"finalized_at": stamp(-20)},
        hosted_invoice_url="https://invoice.stripe.com/i/acct_1/secret",
    )
    assert make_invoice(invoice, now=NOW) == Invoice(
        external_id="in_1Pgc6tB7WZ01zgkWu9fdqL6I",
        url="https://dashboard.stripe.com/test/invoices/in_1Pgc6tB7WZ01zgkWu9fdqL6I",
        raw_status={"invoice": "open"},
        test=True,
        number="F-1",
        total=usd(1000),
        paid=usd(250),
        remaining=usd(750),
        word=InvoiceWord.OVERDUE,
        issued_at=at(-20),
        due_at=at(-6),
        next_attempt_at=at(2),
        attempts=2,
    )


@pytest.mark.parametrize(
    ("status", "due", "word"),
    [
        ("draft", 1, InvoiceWord.DRAFT), ("open", 1, InvoiceWord.OPEN), ("open", None, InvoiceWord.OPEN),
        ("open", -1, InvoiceWord.OVERDUE), ("paid", -1, InvoiceWord.PAID), ("void", -1, InvoiceWord.VOID),
        ("uncollectible", -1, InvoiceWord.WRITTEN_OFF), ("new word", -1, InvoiceWord.UNKNOWN),
        (None, -1, InvoiceWord.UNKNOWN),
    ],
)  # fmt: skip
def test_words_of_invoices(status: str | None, due: int | None, word: InvoiceWord) -> None:
    invoice = shape("invoice", status=status, due_date=stamp(due) if due else None)
    made = make_invoice(invoice, now=NOW)
    assert made is not None
    assert made.word is word
    assert made.raw_status == ({"invoice": status} if status else {})
    is_open = word in {InvoiceWord.DRAFT, InvoiceWord.OPEN, InvoiceWord.OVERDUE}
    assert (made.next_attempt_at is not None) == is_open


def test_what_remains_is_reckoned_where_it_is_missing() -> None:
    made = make_invoice(shape("invoice", amount_remaining=None, amount_paid=300), now=NOW)
    assert made is not None
    assert made.remaining == usd(700)


def test_dispute() -> None:
    dispute = shape("dispute", status="needs_response", reason="product_not_received", payment_intent="pi_1")
    dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    dispute["is_charge_refundable"] = False
    assert make_dispute(dispute) == Dispute(
        external_id="dp_1Pgc71B7WZ01zgkWMevJiAUx",
        url="https://dashboard.stripe.com/test/disputes/dp_1Pgc71B7WZ01zgkWMevJiAUx",
        raw_status={"dispute": "needs_response"},
        test=True,
        kind="chargeback",
        amount=usd(1000),
        reason="Product not received",
        word=DisputeWord.ANSWER,
        opened_at=CREATED,
        respond_by=dt.datetime(2024, 8, 14, 23, 59, 59, tzinfo=dt.UTC),
        refundable=False,
        payment="pi_1",
    )


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("warning_closed", DisputeWord.CLOSED), ("prevented", DisputeWord.CLOSED),
        ("charge_refunded", DisputeWord.CLOSED), ("warning_needs_response", DisputeWord.INQUIRY),
        ("warning_under_review", DisputeWord.INQUIRY), ("needs_response", DisputeWord.ANSWER),
        ("under_review", DisputeWord.IN_REVIEW), ("won", DisputeWord.WON), ("lost", DisputeWord.LOST),
        ("new word", DisputeWord.UNKNOWN), (None, DisputeWord.UNKNOWN),
    ],
)  # fmt: skip
def test_words_of_disputes(status: str | None, word: DisputeWord) -> None:
    made = make_dispute(shape("dispute", status=status))
    assert made is not None
    assert made.word is word
    assert (made.respond_by is not None) == word.is_open
    assert made.kind == "inquiry", "the bank only asks: that is what case_type says"


# --- customers -----------------------------------------------------------------------------------------


def test_customer() -> None:
    customer = shape(
        "customer",
        name="Ada Okafor",
        email="Ada@Example.com",
        phone="+4930123456",
        balance=-500,
        delinquent=True,
        preferred_locales=["de-DE", "en"],
        description="Prefers mail",
        livemode=True,
        address={"line1": "Hauptstr. 1", "line2": None, "city": "Berlin", "postal_code": "10115", "country": "DE"},
    )
    payments = make_payments(
        [
            paid(livemode=True),
            paid(id="ch_2", livemode=True, amount=5000, amount_captured=5000, amount_refunded=1000, currency="jpy"),
            paid(id="ch_3", livemode=True, status="failed"),
            paid(id="ch_4"),
        ],
        [],
        Surroundings(now=NOW, gaps=Gaps("Stripe")),
    )
    dispute = make_dispute(shape("dispute", status="needs_response"))
    closed = make_dispute(shape("dispute", status="won"))
    owed = make_invoice(shape("invoice", status="open", number="F-1", due_date=stamp(-6)), now=NOW)
    assert dispute is not None
    assert closed is not None
    assert owed is not None
    made = make_customer(customer, MATCH, payments=payments, disputes=[dispute, closed], owed=[owed])
    assert made.url == f"https://dashboard.stripe.com/customers/{CUSTOMER}"
    assert (made.name, made.emails, made.phones) == ("Ada Okafor", ("Ada@Example.com",), ("+4930123456",))
    assert made.spent == (Money(4000, "JPY"), usd(100)), "neither what failed nor what was a test"
    assert (made.since, made.credit, made.past_due, made.locale) == (CREATED, usd(500), True, "de-DE")
    assert (made.note, made.orders, made.match) == ("Prefers mail", None, MATCH)
    assert made.address is not None
    assert (made.address.lines, made.address.city, made.address.country) == (("Hauptstr. 1",), "Berlin", "DE")
    assert [(alert.word, alert.at, alert.amount, alert.reference) for alert in made.alerts] == [
        (AlertWord.DISPUTE, dispute.respond_by, usd(1000), None),
        (AlertWord.PAST_DUE, at(-6), usd(1000), "F-1"),
    ]


def test_a_customer_of_whom_little_is_known() -> None:
    made = make_customer(shape("customer"), MATCH)
    assert (made.name, made.emails, made.phones, made.address, made.credit) == (None, (), (), None, None)
    assert (made.past_due, made.alerts, made.test) == (False, (), True)


def test_who_is_delinquent_is_so_without_an_invoice_to_name() -> None:
    (alert,) = make_customer(shape("customer", delinquent=True), MATCH).alerts
    assert (alert.word, alert.amount) == (AlertWord.PAST_DUE, None)


def test_candidates_hold_what_tells_them_apart() -> None:
    made = make_candidate(shape("customer", email="ada@example.com", phone="+4930123456", description="Never pays"))
    assert made == Candidate(external_id=CUSTOMER, email="ada@example.com", phone="+4930123456")


# --- money ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minor", "currency", "worth"),
    [
        (1999, "eur", "19.99"), (500, "jpy", "500"), (500, "krw", "500"), (5000, "mga", "5000"),
        (12340, "kwd", "12.340"),
        # Without decimals, and sent with two all the same.
        (50000, "isk", "500"), (50000, "ugx", "500"), (1999, "huf", "19.99"), (1999, "twd", "19.99"),
        (-500, "usd", "-5"),
    ],
)  # fmt: skip
def test_amounts_are_what_stripe_means(minor: int, currency: str, worth: str) -> None:
    made = money(minor, currency)
    assert made is not None
    assert (made.amount, made.currency) == (Decimal(worth), currency.upper())


@pytest.mark.parametrize("currency", ["", "euro", "e1r", "€€€", None])
def test_no_amount_without_a_currency(currency: str | None) -> None:
    assert money(100, currency) is None


def test_what_no_snapshot_could_hold_is_no_amount() -> None:
    assert money(2**60, "eur") is None
    subscription = running()
    item = subscription["items"]["data"][0]
    item["quantity"] = item["price"]["unit_amount"] = 2**50
    assert one_subscription(subscription).amount == usd(0)
    for odd in ("NaN", "Infinity", "1e999999", "x", ""):
        item["price"].update(unit_amount=None, unit_amount_decimal=odd)
        assert one_subscription(subscription).amount == usd(0)
