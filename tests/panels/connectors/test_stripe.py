"""The Stripe connector as panels' workers use it: over HTTP, through the real SDK, to something like Stripe."""

import copy
import datetime as dt
import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json as msgspec_json
from msgspec import structs

from panels import registry, system_client
from panels.api import (
    Candidate,
    ConnectorError,
    Customers,
    DisputeWord,
    FinalError,
    Identity,
    MatchWord,
    Money,
    OperatorError,
    Payments,
    PaymentWord,
    Response,
    TemporaryError,
)
from panels.connectors.stripe.connector import StripeConnector
from panels.customer.panel import CustomerPanel
from panels.models import Connection
from panels.payments.panel import PaymentsPanel
from panels.services import try_connection
from tests.panels.rendering import make_ctx, render_panel, render_part
from tests.security.servers import raw_server
from tests.support.outside import Asked, OutsideSystem, Reply
from tests.support.stripe_api import CUSTOMER, KEY, FakeStripe, as_response, error, listed, shape
from voxysapps.outgoing import budget

ROOT = Path(__file__).parents[3]
ADA = Identity(emails=("ada@example.com",))


@pytest.fixture
def fake() -> FakeStripe:
    """Ada, with some of everything."""
    charges = [
        shape("charge", id="ch_new", created=1_700_000_300, captured=True, amount_captured=100, customer=CUSTOMER,
              disputed=True, payment_intent="pi_new"),
        shape("charge", id="ch_old", created=1_700_000_200, captured=True, amount_captured=100, customer=CUSTOMER,
              amount_refunded=40, refunds=listed(shape("refund", amount=40))),
    ]  # fmt: skip
    intents = [
        shape("payment_intent", id="pi_new", customer=CUSTOMER, status="succeeded"),
        shape("payment_intent", id="pi_open", customer=CUSTOMER, status="requires_action", created=1_700_000_400),
    ]
    paid_by = shape("invoice_payment", payment={"type": "payment_intent", "payment_intent": "pi_new"})
    return FakeStripe(
        customers=[shape("customer", name="Ada Okafor", email="ada@example.com", invoice_settings={
            "default_payment_method": "pm_1"})],
        charges=charges,
        payment_intents=intents,
        subscriptions=[shape("subscription", customer=CUSTOMER)],
        invoices=[shape("invoice", customer=CUSTOMER, number="F-1", status="open", payments=listed(paid_by))],
        disputes=[shape("dispute", charge="ch_new", status="needs_response")],
        payment_methods=[shape("payment_method", id="pm_1", customer=CUSTOMER)],
        products=[shape("product")],
    )  # fmt: skip


@pytest.fixture
def stripe(outside: OutsideSystem, fake: FakeStripe, monkeypatch: pytest.MonkeyPatch) -> StripeConnector:
    outside.answer = fake
    monkeypatch.setattr(StripeConnector, "address", outside.url)
    return StripeConnector({"key": KEY}, name="Stripe")


def failure(connector: StripeConnector, who: Identity = ADA) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        connector.payments(who)
    return caught.value


# --- what is answered ----------------------------------------------------------------------------------


def test_payments_are_all_that_belongs_together(stripe: StripeConnector) -> None:
    answer = stripe.payments(ADA)
    assert [(payment.external_id, payment.word, payment.invoice) for payment in answer.payments] == [
        ("pi_open", PaymentWord.WAITING, None),
        ("ch_new", PaymentWord.PAID, "F-1"),
        ("ch_old", PaymentWord.PART_REFUNDED, None),
    ]
    assert [refund.amount for refund in answer.payments[2].refunds] == [Money(40, "USD")]
    assert [plan.plan for plan in answer.subscriptions] == ["T-shirt"]
    assert [invoice.number for invoice in answer.invoices] == ["F-1"]
    assert [dispute.word for dispute in answer.disputes] == [DisputeWord.ANSWER]
    assert [saved.is_default for saved in answer.methods] == [True]
    assert (answer.matched_by, answer.windows, answer.candidates) == (MatchWord.EMAIL, (), ())


def test_customer_knows_what_burns(stripe: StripeConnector, fake: FakeStripe) -> None:
    fake.things["customers"][0].update(delinquent=True, livemode=True)
    for charge in fake.things["charges"]:
        charge["livemode"] = True
    (customer,) = stripe.customer(ADA).customers
    assert (customer.name, customer.spent) == ("Ada Okafor", (Money(160, "USD"),))
    assert [(alert.word.value, alert.amount, alert.reference) for alert in customer.alerts] == [
        ("dispute", Money(1000, "USD"), None),
        ("past_due", Money(1000, "USD"), "F-1"),
    ]


def test_who_is_not_there_has_nothing(stripe: StripeConnector) -> None:
    nobody = Identity(emails=("eve@example.com",))
    assert structs.replace(stripe.payments(nobody), caveats=()).is_empty
    assert stripe.customer(nobody) == Customers()


def test_answers_can_be_stored_and_shown(stripe: StripeConnector) -> None:
    payments, customers = stripe.payments(ADA), stripe.customer(ADA)
    assert msgspec_json.decode(msgspec_json.encode(payments), type=Payments) == payments
    ctx = make_ctx(Payments.merge([("Stripe", payments)]), connections=("Stripe",))
    page = render_panel(PaymentsPanel(), ctx)
    page.assert_inert()
    assert page.texts("vx-alert")[0].startswith("Answer dispute by Aug 15, 2024 $10.00")
    assert [heading.text for heading in page.having(tag="h3")] == [
        "Subscriptions",
        "Invoices",
        "Disputes",
        "Saved cards",
    ]
    assert page.texts("vx-refund")[0].startswith("Refund $0.40 Done")
    assert "Test" in page.texts("vx-row__state")[0], "what is no real business says so"
    for payment in ctx.data.payments:
        render_part(PaymentsPanel(), ctx, "payment", {"id": payment.key}).assert_inert()
    page = render_panel(CustomerPanel(), make_ctx(Customers.merge([("Stripe", customers)])))
    assert page.texts("vx-person__name") == ["Ada Okafor"]
    assert "Matched by email" in page.text


def test_two_accounts_see_their_own_stripe_only(stripe: StripeConnector, outside: OutsideSystem) -> None:
    """The key alone decides whose data these are: an empty account gets none of another's."""
    empty = StripeConnector({"key": "rk_test_empty"}, name="Empty")
    full = outside.answer
    outside.answer = lambda asked: (
        full(asked) if asked.headers["authorization"] == f"Bearer {KEY}" else FakeStripe()(asked)
    )
    assert not stripe.payments(ADA).is_empty
    assert empty.payments(ADA).is_empty
    assert empty.customer(ADA).is_empty


# --- whom it is ----------------------------------------------------------------------------------------


def test_an_address_in_any_case_is_found_at_once_or_by_search(stripe: StripeConnector, fake: FakeStripe) -> None:
    typed = Identity(emails=("ADA@example.com",))
    assert not stripe.payments(typed).is_empty
    fake.things["customers"][0]["email"] = "Ada@Example.com"
    assert not stripe.payments(typed).is_empty
    assert fake.searches[-1] == 'email:"ADA@example.com"'


def test_search_that_this_account_has_not_finds_nobody_more(stripe: StripeConnector, fake: FakeStripe) -> None:
    fake.replies["/v1/customers/search"] = error("Search is not available for your account.", status=400)
    assert not stripe.payments(ADA).is_empty
    assert stripe.payments(Identity(phones=("+4930123456",))).is_empty


def test_somebody_elses_row_is_dropped(stripe: StripeConnector, fake: FakeStripe) -> None:
    eve = shape("customer", id="cus_eve", email="ada@example.com.evil.example")
    fake.replies["/v1/customers"] = Reply(listed(eve))
    fake.replies["/v1/customers/search"] = Reply(listed(eve))
    assert stripe.payments(ADA).is_empty
    fake.replies[f"/v1/customers/{CUSTOMER}"] = Reply(eve)
    assert stripe.payments(Identity(linked=(CUSTOMER,))).is_empty


def test_several_customers_with_one_address_are_a_choice(stripe: StripeConnector, fake: FakeStripe) -> None:
    fake.things["customers"].append(shape("customer", id="cus_2", name="A. Okafor", email="Ada@example.com"))
    answer = stripe.payments(ADA)
    assert answer.is_empty
    assert answer.candidates == (
        Candidate(external_id=CUSTOMER, name="Ada Okafor", email="ada@example.com"),
        Candidate(external_id="cus_2", name="A. Okafor", email="Ada@example.com"),
    )
    assert {customer.external_id for customer in stripe.customer(ADA).customers} == {CUSTOMER, "cus_2"}


def test_linked_customers_are_answered_about_together(stripe: StripeConnector, fake: FakeStripe) -> None:
    fake.things["customers"].append(shape("customer", id="cus_2"))
    fake.things["charges"].append(shape("charge", id="ch_2", customer="cus_2"))
    answer = stripe.payments(Identity(linked=(CUSTOMER, "cus_2"), emails=("ada@example.com",)))
    assert {payment.external_id for payment in answer.payments} == {"pi_open", "ch_new", "ch_old", "ch_2"}
    assert answer.matched_by is MatchWord.LINK


def test_ids_are_customers_of_stripe(stripe: StripeConnector, outside: OutsideSystem) -> None:
    assert stripe.payments(Identity(identifier=CUSTOMER)).matched_by is MatchWord.IDENTIFIER
    who = Identity(attributes=(("stripe", CUSTOMER),), order=("attribute:stripe",))
    assert stripe.payments(who).matched_by is MatchWord.ATTRIBUTE
    outside.asked.clear()
    for odd in ("search", "4711", "../charges", "cus_1/../../v1/charges", "cus_", "cus_1?x=1", "cus_ü", "\0"):
        assert stripe.payments(Identity(identifier=odd)).is_empty
    assert outside.asked == []
    assert stripe.payments(Identity(identifier="cus_unknown")).is_empty


def test_the_surest_kind_that_finds_somebody_decides(stripe: StripeConnector, fake: FakeStripe) -> None:
    fake.things["customers"].append(shape("customer", id="cus_2", phone="+49 30 123456"))
    both = Identity(emails=("ada@example.com",), phones=("+4930123456",))
    assert stripe.payments(both).matched_by is MatchWord.EMAIL
    (customer,) = stripe.customer(Identity(identifier="4711", phones=("+4930123456",))).customers
    assert (customer.external_id, customer.match.by) == ("cus_2", MatchWord.PHONE)


def test_a_deleted_customer_is_nobody(stripe: StripeConnector, fake: FakeStripe) -> None:
    fake.things["customers"] = [shape("deleted_customer")]
    assert stripe.payments(Identity(identifier=CUSTOMER)).is_empty


# --- what is asked -------------------------------------------------------------------------------------


def test_requests_go_out_as_ours(stripe: StripeConnector, outside: OutsideSystem) -> None:
    with budget(5, trace_id="abc123"):
        stripe.payments(ADA)
    assert {asked.method for asked in outside.asked} == {"GET"}
    for asked in outside.asked:
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert asked.headers["x-request-id"] == "abc123"
        assert asked.headers["stripe-version"] == "2026-10-28.endive"
        assert not [name for name in asked.headers if "telemetry" in name or "client-user-agent" in name]
    assert len(outside.asked) <= 12


def test_each_request_is_paced(stripe: StripeConnector, outside: OutsideSystem) -> None:
    turns: list[int] = []
    with budget(5, before=lambda: turns.append(len(outside.asked))):
        stripe.payments(ADA)
    assert turns == list(range(len(outside.asked)))


def test_nothing_of_the_customer_or_key_is_logged(stripe: StripeConnector, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        stripe.payments(ADA)
    assert "ada" not in caplog.text.lower()
    assert KEY not in caplog.text


def test_reading_ends_and_says_where(stripe: StripeConnector, fake: FakeStripe, outside: OutsideSystem) -> None:
    fake.things["charges"] = [
        shape("charge", id=f"ch_{number}", customer=CUSTOMER, created=1_700_000_000 - number) for number in range(250)
    ]
    answer = stripe.payments(ADA)
    assert len([payment for payment in answer.payments if payment.external_id.startswith("ch_")]) == 200
    assert [window.since for window in answer.windows] == [dt.datetime.fromtimestamp(1_700_000_000 - 199, dt.UTC)]
    pages = [asked.params.get("starting_after") for asked in outside.asked if asked.path == "/v1/charges"]
    assert pages == [None, "ch_99"]
    (customer,) = stripe.customer(ADA).customers
    assert customer.figures_since == answer.windows[0].since


def test_an_intent_whose_charge_was_not_read_is_not_guessed_at(stripe: StripeConnector, fake: FakeStripe) -> None:
    """It may have been refunded since."""
    fake.things["charges"] = [
        shape("charge", id=f"ch_{number}", customer=CUSTOMER, created=1_700_000_000 - number) for number in range(250)
    ]
    fake.things["payment_intents"] = [
        shape("payment_intent", id="pi_older", customer=CUSTOMER, created=1_600_000_000, status="succeeded"),
        shape("payment_intent", id="pi_newer", customer=CUSTOMER, created=1_700_000_001, status="canceled"),
        shape("payment_intent", id="pi_waits", customer=CUSTOMER, created=1_600_000_000, status="requires_action"),
    ]
    found = {payment.external_id for payment in stripe.payments(ADA).payments}
    assert found & {"pi_older", "pi_newer", "pi_waits"} == {"pi_newer", "pi_waits"}


def test_many_disputes_are_not_all_asked_for(stripe: StripeConnector, fake: FakeStripe, outside: OutsideSystem) -> None:
    fake.things["charges"] = [
        shape("charge", id=f"ch_{number}", customer=CUSTOMER, created=1_700_000_000 + number, disputed=True)
        for number in range(30)
    ]
    stripe.payments(ADA)
    asked = [asked.params["charge"] for asked in outside.asked if asked.path == "/v1/disputes"]
    assert asked == ["ch_29", "ch_28", "ch_27", "ch_26", "ch_25"]


# --- setting it up -------------------------------------------------------------------------------------


def test_check_says_in_which_mode(stripe: StripeConnector, outside: OutsideSystem) -> None:
    assert stripe.check() == "Stripe answers, in test mode: customers and payments there are not real."
    assert {asked.headers["authorization"] for asked in outside.asked} == {f"Bearer {KEY}"}
    assert StripeConnector({"key": "rk_live_1"}, name="Stripe").check() == "Stripe answers, in live mode."


def test_check_names_every_right_that_lacks(stripe: StripeConnector, fake: FakeStripe) -> None:
    message = (
        "The provided key 'rk_test_***da' does not have the required permissions for this endpoint on account "
        "'acct_1'. Having the 'rak_charge_read' permission would allow this request to continue."
    )
    fake.replies["/v1/charges"] = error(message, status=403)
    fake.replies["/v1/disputes"] = error("You need more permissions.", status=403)
    fake.replies["/v1/payment_methods"] = error("Missing required param: customer.", status=400)
    with pytest.raises(OperatorError) as caught:
        stripe.check()
    sentence = (
        "The key of Stripe lacks the right to read: Charges and Refunds (rak_charge_read), Disputes. Tell an admin."
    )
    assert caught.value.sentence == sentence
    assert failure(stripe).sentence == sentence.replace(", Disputes", "")


def test_check_reports_what_else_is_wrong(stripe: StripeConnector, fake: FakeStripe) -> None:
    fake.replies["/v1/customers"] = error("Invalid API Key provided: rk_test_*****", status=401)
    with pytest.raises(OperatorError, match="refused our credentials"):
        stripe.check()
    fake.replies["/v1/customers"] = error("This address may not use the key.", status=403)
    with pytest.raises(OperatorError, match="does not let us read"):
        stripe.check()


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("rk_live_51Ada", None), ("sk_test_51Ada", None), (" rk_test_1 ", None),
        ("pk_live_51Ada", "publishable"), ("51Ada", "begins with"), ("rk_live_", "begins with"),
        ("rk_live_1 2", "begins with"), ("rk_live_1\nX: y", "begins with"), ("", "required"),
    ],
)  # fmt: skip
def test_keys_that_are_taken(key: str, problem: str | None) -> None:
    form = StripeConnector.SettingsForm({"key": key})
    assert form.is_valid() is (problem is None)
    assert (problem or "") in str(form.errors)


@pytest.mark.django_db
def test_saving_a_connection_tries_its_key(stripe: StripeConnector, fake: FakeStripe) -> None:
    connection = Connection(connector="stripe", name="Stripe")
    tried = try_connection(connection, {"key": KEY})
    assert (tried.answers, tried.sentence) == (True, stripe.check())
    fake.replies["/v1/customers"] = error(f"Invalid API Key provided: {KEY}", status=401)
    tried = try_connection(connection, {"key": KEY})
    assert (tried.answers, tried.sentence) == (False, "Stripe refused our credentials. Tell an admin.")


def test_it_is_installed_and_sends_its_key_to_stripe_only() -> None:
    assert registry.connectors().plugins["stripe"] is StripeConnector
    assert StripeConnector.address == "https://api.stripe.com"
    assert set(StripeConnector.SettingsForm.base_fields) == {"key"}, "no setting says where the key goes"


def test_the_sdk_is_not_imported_until_a_customer_is_asked_for() -> None:
    script = (
        "import sys, django; django.setup()\n"
        "import voxysapps.wsgi\n"
        "from django.urls import get_resolver\n"
        "from panels import registry\n"
        "get_resolver().url_patterns\n"
        "kind = registry.connectors().plugins['stripe']\n"
        "assert 'stripe' not in sys.modules, 'by starting the web process'\n"
        "kind.address = 'http://127.0.0.1:9'\n"
        "try: kind({'key': 'rk_test_1'}, name='Stripe').check()\n"
        "except Exception as error: assert type(error).__name__ in ('OperatorError', 'TemporaryError'), error\n"
        "assert 'stripe' not in sys.modules, 'by trying a connection'\n"
        "kind({'key': 'rk_test_1'}, name='Stripe')._reader()\n"
        "assert 'stripe' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


# --- when it goes wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (400, FinalError, "did not understand"), (401, OperatorError, "credentials"),
        (402, FinalError, "did not understand"), (403, OperatorError, "does not let us"),
        (404, FinalError, "did not understand"), (409, FinalError, "did not understand"),
        (429, TemporaryError, "too many"), (500, TemporaryError, "trouble"), (503, TemporaryError, "trouble"),
        (302, OperatorError, "nothing at the address"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/charges", "/v1/subscriptions", "/v1/disputes"])
def test_refusals(
    stripe: StripeConnector, fake: FakeStripe, path: str, status: int, kind: type[Exception], said: str
) -> None:
    fake.replies[path] = error(f"secret of {KEY}", status=status)
    error_raised = failure(stripe)
    assert type(error_raised) is kind
    assert said in error_raised.sentence
    assert KEY not in str(error_raised)


def test_when_to_come_back_is_remembered(stripe: StripeConnector, fake: FakeStripe) -> None:
    fake.replies["/v1/charges"] = Reply({"error": {"code": "rate_limit"}}, status=429, headers={"Retry-After": "7"})
    raised = failure(stripe)
    assert isinstance(raised, TemporaryError)
    assert raised.retry_after == 7.0
    fake.replies["/v1/charges"] = error("Too many", status=400, code="rate_limit")
    assert isinstance(failure(stripe), TemporaryError)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(b"<html>Please wait</html>"), TemporaryError),
        (Reply(b'{"object": "list", "da'), TemporaryError),
        (Reply(b""), TemporaryError),
        (Reply([1, 2]), TemporaryError),
        (Reply(b'"text"'), TemporaryError),
        (Reply(b"\xff{}"), TemporaryError),
        (Reply(b"<html>", status=404), OperatorError),
        (Reply(b"<html>", status=400), FinalError),
        (Reply(b'"' + b"x" * 4_100_000 + b'"'), FinalError),
        (Reply({}, status=302, headers={"Location": "http://169.254.169.254/latest"}), OperatorError),
    ],
)
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/invoices"])
def test_what_is_no_answer(
    stripe: StripeConnector, fake: FakeStripe, path: str, reply: Reply, kind: type[Exception]
) -> None:
    fake.replies[path] = reply
    assert type(failure(stripe)) is kind


def test_silence_resets_and_nobody_there(stripe: StripeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(lambda connection, head: None) as closing:
        monkeypatch.setattr(StripeConnector, "address", closing.url)
        assert isinstance(failure(stripe), TemporaryError)
        assert len(closing.requests) == 2, "the platform tries once more, the SDK does not"
    assert isinstance(failure(stripe), TemporaryError)
    with raw_server(lambda connection, head: time.sleep(3)) as silent, budget(0.4):
        monkeypatch.setattr(StripeConnector, "address", silent.url)
        started = time.monotonic()
        assert "in time" in failure(stripe).sentence
        assert time.monotonic() - started < 1.5


@override_settings(OUTGOING_NETWORKS=[])
def test_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StripeConnector, "address", "https://10.0.0.1")
    assert "private network" in failure(StripeConnector({"key": KEY}, name="Stripe")).sentence


@pytest.mark.parametrize("name", ["id", "amount", "created", "currency"])
def test_a_record_without_what_cannot_be_missing_is_left_out(
    stripe: StripeConnector, fake: FakeStripe, name: str
) -> None:
    del fake.things["charges"][1][name]
    answer = stripe.payments(ADA)
    assert [payment.external_id for payment in answer.payments if payment.external_id != "pi_open"] == ["ch_new"]
    assert answer.subscriptions


def test_an_odd_field_takes_nothing_else_with_it(stripe: StripeConnector, fake: FakeStripe) -> None:
    odd = shape("subscription", id="sub_odd", customer=CUSTOMER)
    odd["items"]["data"][0]["price"].update(unit_amount=[], unit_amount_decimal="dear")
    fake.things["subscriptions"].append(odd)
    answer = stripe.payments(ADA)
    assert [plan.amount for plan in answer.subscriptions] == [Money(2000, "USD"), Money(0, "USD")]
    assert len(answer.payments) == 3


# --- whatever comes ------------------------------------------------------------------------------------

_CHARGE = shape("charge", customer=CUSTOMER, disputed=True, captured=True, refunds=listed(shape("refund")))
SOME_OF_ALL: dict[str, list[Any]] = {
    "customers": [shape("customer", email="ada@example.com", delinquent=True, preferred_locales=["en"])],
    "charges": [_CHARGE, shape("charge", id="ch_2", customer=CUSTOMER, status="failed")],
    "payment_intents": [shape("payment_intent", customer=CUSTOMER)],
    "subscriptions": [shape("subscription", customer=CUSTOMER, latest_invoice=shape("invoice")["id"])],
    "invoices": [shape("invoice", customer=CUSTOMER, status="open", payments=listed(shape("invoice_payment")))],
    "disputes": [shape("dispute", charge=_CHARGE["id"])],
    "payment_methods": [shape("payment_method", customer=CUSTOMER)],
    "products": [shape("product")],
}
_JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(min_value=-(2**70), max_value=2**70), st.text(max_size=8),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2),
    st.floats(allow_nan=False, allow_infinity=False), st.just({"data": [1, None, {}, []]}),
)  # fmt: skip


def _places(thing: Any) -> list[tuple[Any, Any]]:
    """Return every place in the object: what holds it, and under which key."""
    keys: list[Any] = (
        list(thing) if isinstance(thing, dict) else list(range(len(thing))) if isinstance(thing, list) else []
    )
    return [(thing, key) for key in keys] + [place for key in keys for place in _places(thing[key])]


@settings(max_examples=100, deadline=None)
@given(
    kind=st.sampled_from(sorted(SOME_OF_ALL)),
    where=st.integers(min_value=0, max_value=10_000),
    junk=_JUNK,
    is_missing=st.booleans(),
)
def test_odd_fields_never_break_an_answer(kind: str, where: int, junk: Any, is_missing: bool) -> None:
    fake = FakeStripe(**copy.deepcopy(SOME_OF_ALL))

    def answer(method: str, url: str, **_options: Any) -> Response:
        """Answer as the fake does, one kind of object with an odd field."""
        path, _mark, query = url.removeprefix(StripeConnector.address).partition("?")
        reply = copy.deepcopy(fake(Asked(method, path, dict(parse_qsl(query)), {}, b"")))
        if path == f"/v1/{kind}":
            places = _places(reply.body)
            holder, key = places[where % len(places)]
            if is_missing and isinstance(holder, dict):
                del holder[key]
            else:
                holder[key] = junk
        status, body = as_response(reply)
        return Response(status, {}, body)

    connector = StripeConnector({"key": KEY}, name="Stripe")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(system_client, "send", answer)
        for capability, type_, panel in (
            ("payments", Payments, PaymentsPanel()),
            ("customer", Customers, CustomerPanel()),
        ):
            try:
                found = getattr(connector, capability)(ADA)
            except ConnectorError:
                continue
            assert msgspec_json.decode(msgspec_json.encode(found), type=type_) == found
            render_panel(panel, make_ctx(type_.merge([("Stripe", found)]))).assert_inert()
