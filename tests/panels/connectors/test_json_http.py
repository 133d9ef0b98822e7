"""A company's own API: whose rows are taken, how they are mapped, and what its failures mean."""

import copy
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panels.api import (
    ConnectorError,
    Customers,
    DeliveryWord,
    FinalError,
    Identity,
    InvoiceWord,
    MatchWord,
    Money,
    OperatorError,
    Orders,
    Payments,
    PaymentWord,
    RefundWord,
    SubscriptionWord,
    TemporaryError,
)
from panels.connectors.json_http.connector import MOST_REQUESTS
from panels.connectors.json_http.evaluation import SECONDS, Evaluated, MappingFailed, evaluate
from panels.connectors.json_http.evaluator import MOST_ROWS
from panels.connectors.json_http.mapping import make_plan
from panels.connectors.json_http.words import VOCABULARIES, to_word
from panels.customer.panel import CustomerPanel
from panels.orders.panel import OrdersPanel
from panels.payments.panel import PaymentsPanel
from tests.panels.rendering import make_ctx, render_panel
from tests.support.json_http import connect, order
from tests.support.outside import Asked, OutsideSystem, Reply, running

ADA = Identity(
    contact_id=70,
    identifier="7",
    emails=("Ada@example.com",),
    phones=("+4930123456",),
    attributes=(("shop_id", "s-7"),),
)
BY_EMAIL = {"orders_addresses": "/orders?email={email}"}


def only(*keys: str, **changes: Any) -> Identity:
    """Ada, to be found by these."""
    who = ADA.only(keys)
    return Identity(**{**{name: getattr(who, name) for name in who.__struct_fields__}, **changes})


def answers(outside: OutsideSystem, body: Any) -> None:
    outside.answer = lambda asked: Reply(body)


# --- mapping ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrapped", [lambda rows: rows, lambda rows: {"orders": rows}, lambda rows: {"data": rows}])
def test_an_api_of_the_usual_shape_needs_no_mapping(outside: OutsideSystem, wrapped: Any) -> None:
    answers(outside, wrapped([order(1), order(2)]))
    answer = connect(outside.url, **BY_EMAIL).orders(only("email"))
    assert [found.number for found in answer.orders] == ["A-2", "A-1"], "newest first"
    newest = answer.orders[0]
    assert newest.total == Money(1250, "EUR")
    assert newest.placed_at == dt.datetime(2026, 11, 2, 10, tzinfo=dt.UTC)
    assert (newest.pay, newest.ship) == (PaymentWord.PAID, DeliveryWord.ON_ITS_WAY)
    assert newest.raw_status == {"payment": "paid", "delivery": "in transit"}
    assert [(item.title, item.quantity, item.unit, item.total) for item in newest.items] == [
        ("Mug", 2, Money(625, "EUR"), Money(1250, "EUR"))
    ]
    assert answer.matched_by is MatchWord.EMAIL
    assert outside.asked[0].params == {"email": "Ada@example.com"}


def test_mapped_fields(outside: OutsideSystem) -> None:
    row = {
        "Nr": 42,
        "who": {"mail": "ada@example.com"},
        "when": 1_763_000_000,
        "sums": {"gross": 1990, "vat": 318},
        "cur": "sek",
        "pos": [{"p": {"n": "Tea"}, "c": "3", "each": 500}],
        "back": [{"amount": -500, "on": "2026-11-20", "state": "succeeded"}],
        "ship": {"street": "Kajen 1", "zip": "11130", "city": "Stockholm", "country": "se"},
        "boxes": [{"state": "DELIVERED", "no": "X1"}],
    }
    answers(outside, {"result": {"list": [row]}})
    mapping = """
# rows
orders = result.list
number = join('-', ['SO',
  to_string(Nr)])
orders.email = who.mail
placed_at = when
total = sums.gross
tax = sums.vat
currency = cur
items = pos
items.title = p.n
items.quantity = c
items.price = each
refunds = back
refunds.at = on
refunds.refund = state
parcels = boxes
parcels.tracking_number = no
ship_to = ship
delivery = `"Stage 4"`
note =
"""
    connector = connect(
        outside.url,
        **BY_EMAIL,
        orders_mapping=mapping,
        amounts="minor",
        time_zone="Europe/Berlin",
        words="delivery: stage 4 = ready_to_collect",
    )
    found = connector.orders(only("email")).orders[0]
    assert (found.number, found.total, found.tax) == ("SO-42", Money(1990, "SEK"), Money(318, "SEK"))
    assert found.placed_at == dt.datetime.fromtimestamp(1_763_000_000, dt.UTC)
    assert [(item.title, item.quantity, item.total) for item in found.items] == [("Tea", 3, Money(1500, "SEK"))]
    assert [(refund.amount, refund.word) for refund in found.refunds] == [(Money(500, "SEK"), RefundWord.DONE)]
    assert found.refunds[0].at == dt.datetime(2026, 11, 19, 23, tzinfo=dt.UTC), "midnight in Berlin"
    assert found.refunded == Money(500, "SEK")
    assert found.ship is DeliveryWord.READY_TO_COLLECT
    assert [(parcel.word, parcel.numbers) for parcel in found.fulfilments] == [(DeliveryWord.DELIVERED, ("X1",))]
    assert found.ship_to is not None
    assert (found.ship_to.city, found.ship_to.country, found.ship_to.lines) == ("Stockholm", "SE", ("Kajen 1",))


@pytest.mark.parametrize(
    ("written", "minor"),
    [(12.5, 1250), ("12.50", 1250), (12, 1200), ("0.1", 10), (19.99, 1999), (1e2, 10000), (-3.5, -350), (0.07, 7)],
)
def test_amounts_are_exact(outside: OutsideSystem, written: Any, minor: int) -> None:
    answers(outside, [order(1, total=written)])
    assert connect(outside.url, **BY_EMAIL).orders(only("email")).orders[0].total.minor == minor


@pytest.mark.parametrize("written", ["12,50", "1.234,00", True, {"a": 1}, [1], "NaN", "1e999999999", "9" * 40, "x"])
def test_what_is_no_amount_is_told_by_its_field(outside: OutsideSystem, written: Any) -> None:
    answers(outside, [order(1, tax=written), order(2)])
    connector = connect(outside.url, **BY_EMAIL)
    answer = connector.orders(only("email"))
    assert [found.tax for found in answer.orders] == [None, None]
    problems = {name: text for detail in connector.explain() if detail.is_problem for name, text in detail.rows}
    assert "orders.tax" in problems


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-02T10:00:00+01:00", "2026-11-02T09:00:00+00:00"),
        ("2026-11-02T10:00:00Z", "2026-11-02T10:00:00+00:00"),
        ("2026-11-02 10:00:00", "2026-11-02T09:00:00+00:00"),
        ("2026-11-02", "2026-11-01T23:00:00+00:00"),
        (1_763_000_000, "2025-11-13T02:13:20+00:00"),
        ("1763000000", "2025-11-13T02:13:20+00:00"),
        (1_763_000_000_000, "2025-11-13T02:13:20+00:00"),
    ],
)
def test_times(outside: OutsideSystem, written: Any, at: str) -> None:
    answers(outside, [order(1, created_at=written)])
    connector = connect(outside.url, **BY_EMAIL, time_zone="Europe/Berlin")
    assert connector.orders(only("email")).orders[0].placed_at.isoformat() == at


@pytest.mark.parametrize("written", ["soon", None, True, 10**20, -(10**20), "9999-12-31T23:59:59-14:00", []])
def test_an_order_without_its_time_is_left_out(outside: OutsideSystem, written: Any) -> None:
    answers(outside, [order(1, created_at=written), order(2)])
    assert len(connect(outside.url, **BY_EMAIL).orders(only("email")).orders) == 1
    answers(outside, [order(1, created_at=written)])
    with pytest.raises(OperatorError) as caught:
        connect(outside.url, **BY_EMAIL).orders(only("email"))
    assert "orders.placed_at" in caught.value.sentence


@pytest.mark.parametrize("kind", sorted(VOCABULARIES))
def test_each_of_our_words_is_known_by_its_own_name(kind: str) -> None:
    for word in VOCABULARIES[kind]:
        spelt = word.value.replace("_", " ").title()
        assert to_word(kind, spelt, {}) is word
        assert to_word(kind, "Sonstiges", {(kind, "sonstiges"): word.value}) is word


@pytest.mark.parametrize(
    ("kind", "theirs", "ours"),
    [
        ("payment", "Partially Refunded", "part_refunded"), ("payment", "UNPAID", "pending"),
        ("payment", "captured", "paid"), ("payment", "voided", "not_charged"), ("payment", "declined", "failed"),
        ("delivery", "inTransit", "on_its_way"), ("delivery", "fulfilled", "shipped"), ("delivery", "lost", "problem"),
        ("delivery", "Stufe 9", "unknown"), ("invoice", "past-due", "overdue"), ("subscription", "trialing", "trial"),
        ("return", "rejected", "declined"), ("refund", "succeeded", "done"),
    ],
)  # fmt: skip
def test_usual_words(kind: str, theirs: str, ours: str) -> None:
    assert to_word(kind, theirs, {}).value == ours


def test_unknown_words_are_shown_as_they_are(outside: OutsideSystem) -> None:
    answers(outside, [order(1, delivery_status="Stufe 9")])
    found = connect(outside.url, **BY_EMAIL).orders(only("email")).orders[0]
    assert found.ship is DeliveryWord.UNKNOWN
    assert found.raw_status["delivery"] == "Stufe 9"


def test_payments_subscriptions_and_invoices_come_from_one_answer(outside: OutsideSystem) -> None:
    mine = {"customer_id": "7", "currency": "EUR"}
    answers(
        outside,
        {
            "payments": [{**mine, "id": 1, "amount": 5, "date": "2026-11-01", "status": "settled", "card": {"last4": "4111111111111234"}, "method": "Card"}],  # noqa: E501
            "subscriptions": [{**mine, "id": 2, "plan": "Pro", "price": 29, "interval": "monthly", "status": "active"}],
            "invoices": [{**mine, "id": 3, "total": 29, "status": "unpaid", "date": "2026-11-01"}],
        },
    )  # fmt: skip
    answer = connect(outside.url, payments_addresses="/money?customer={identifier}").payments(only("identifier"))
    assert len(outside.asked) == 1, "one answer, asked once"
    payment, plan, invoice = answer.payments[0], answer.subscriptions[0], answer.invoices[0]
    assert (payment.amount, payment.word) == (Money(500, "EUR"), PaymentWord.PAID)
    assert payment.method is not None
    assert payment.method.last4 == "1234", "never a whole number of a card"
    assert (plan.interval, plan.word, plan.count) == ("month", SubscriptionWord.ACTIVE, 1)
    assert (invoice.word, invoice.remaining) == (InvoiceWord.OPEN, Money(2900, "EUR"))
    assert answer.matched_by is MatchWord.IDENTIFIER
    answers(outside, {"subscriptions": []})
    assert connect(outside.url, payments_addresses="/money?customer={identifier}").payments(only("identifier")).is_empty


# --- whose rows ------------------------------------------------------------------------------------------


def test_rows_of_others_are_dropped(outside: OutsideSystem) -> None:
    others = ("ada@example.company", "xada@example.com", "", None, "ada", 7, ["b@example.com"], {"x": 1})
    answers(outside, [order(1), *(order(2 + number, email=email) for number, email in enumerate(others))])
    answer = connect(outside.url, **BY_EMAIL).orders(only("email"))
    assert [found.number for found in answer.orders] == ["A-1"]


def test_numbers_are_compared_however_they_are_written(outside: OutsideSystem) -> None:
    answers(outside, [order(1, phone="030 / 12 34 56"), order(2, phone="030 123457"), order(3, phone="+49 30 123456")])
    settings = {"orders_addresses": "/orders?tel={phone}", "phone_region": "DE"}
    answer = connect(outside.url, **settings).orders(only("phone"))
    assert {found.number for found in answer.orders} == {"A-1", "A-3"}
    assert answer.matched_by is MatchWord.PHONE
    assert outside.asked[0].params == {"tel": "+4930123456"}


def test_an_answer_that_does_not_say_whose_it_is_shows_nothing(outside: OutsideSystem) -> None:
    answers(outside, [order(1, customer_id=None, email=None)])
    connector = connect(outside.url, **BY_EMAIL)
    with pytest.raises(OperatorError) as caught:
        connector.orders(only("email"))
    assert "does not say whose" in caught.value.sentence
    assert any(name == "email" for detail in connector.explain() for name, _text in detail.rows)


@pytest.mark.parametrize(
    ("address", "who", "is_shown"),
    [
        ("/customers/{identifier}/orders", only("identifier"), True),
        ("/customers/{attribute:shop_id}/orders", only("attribute:shop_id"), True),
        ("/orders?customer={identifier}", only("identifier"), False),
        ("/orders/{email}", only("email"), False),
        ("/orders/{phone}", only("phone"), False),
    ],
)
def test_an_address_selects_by_a_number_in_its_path_only(
    outside: OutsideSystem, address: str, who: Identity, is_shown: bool
) -> None:
    answers(outside, [order(1, customer_id=None, email=None)])
    connector = connect(outside.url, orders_addresses=address, orders_selects=True)
    if is_shown:
        assert len(connector.orders(who).orders) == 1
    else:
        with pytest.raises(OperatorError):
            connector.orders(who)


def test_what_a_selected_row_says_counts_all_the_same(outside: OutsideSystem) -> None:
    answers(outside, [order(1, customer_id=None), order(2, customer_id=7), order(3, customer_id=77)])
    connector = connect(outside.url, orders_addresses="/customers/{identifier}/orders", orders_selects=True)
    answer = connector.orders(only("identifier"))
    assert {found.number for found in answer.orders} == {"A-1", "A-2"}


def test_the_first_kind_that_finds_somebody_counts(outside: OutsideSystem) -> None:
    addresses = "/orders?id={identifier}\n/orders?email={email}\n/orders?tel={phone}"

    def answer(asked: Asked) -> Reply:
        return Reply([order(1, phone="+4930123456")] if "email" in asked.params or "tel" in asked.params else [])

    outside.answer = answer
    connector = connect(outside.url, orders_addresses=addresses)
    found = connector.orders(only("identifier", "email", "phone"))
    assert found.matched_by is MatchWord.EMAIL
    assert [list(asked.params) for asked in outside.asked] == [["id"], ["email"], ["email"]], (
        "as written, in lower case"
    )
    outside.asked.clear()
    assert connect(outside.url, orders_addresses=addresses).orders(only("phone", "email")).matched_by is MatchWord.PHONE
    assert [list(asked.params) for asked in outside.asked] == [["tel"]]


def test_invoices_of_whoever_shares_the_phone_are_not_shown_beside_payments(outside: OutsideSystem) -> None:
    def answer(asked: Asked) -> Reply:
        if "email" in asked.params:
            mine = {"id": 1, "amount": "5.00", "currency": "EUR", "date": "2026-11-01", "status": "settled"}
            return Reply({"payments": [{**mine, "email": "ada@example.com"}]})
        theirs = {"id": 3, "total": "29.00", "currency": "EUR", "status": "unpaid", "date": "2026-11-01"}
        return Reply({"invoices": [{**theirs, "email": "bob@example.com", "phone": "+4930123456"}]})

    outside.answer = answer
    addresses = "/money?email={email}\n/money?tel={phone}"
    found = connect(outside.url, payments_addresses=addresses).payments(only("email", "phone"))
    assert [payment.external_id for payment in found.payments] == ["1"]
    assert found.invoices == ()
    assert found.matched_by is MatchWord.EMAIL
    by_phone = connect(outside.url, payments_addresses=addresses).payments(only("phone"))
    assert [invoice.external_id for invoice in by_phone.invoices] == ["3"]


def test_an_attribute_is_compared_with_its_own_field(outside: OutsideSystem) -> None:
    answers(outside, [order(1, loyal="s-7"), order(2, loyal="s-77"), order(3)])
    settings = {"orders_addresses": "/orders?card={attribute:shop_id}", "orders_mapping": "attribute:shop_id = loyal"}
    answer = connect(outside.url, **settings).orders(only("attribute:shop_id"))
    assert [found.number for found in answer.orders] == ["A-1"]
    assert answer.matched_by is MatchWord.ATTRIBUTE


def test_several_customers_are_the_agents_choice(outside: OutsideSystem) -> None:
    rows = [order(1, customer_id=7, customer_name="Ada"), order(2, customer_id=8, customer_name="Adam")]
    answers(outside, rows)
    settings = {**BY_EMAIL, "payments_addresses": "/p?email={email}", "payments_mapping": "at = created_at"}
    answer = connect(outside.url, **settings).orders(only("email"))
    assert answer.orders == ()
    assert [(one.external_id, one.name) for one in answer.candidates] == [("7", "Ada"), ("8", "Adam")]
    assert [one.external_id for one in connect(outside.url, **settings).payments(only("email")).candidates] == [
        "7",
        "8",
    ]


def test_a_chosen_customer_is_asked_for_by_number(outside: OutsideSystem) -> None:
    outside.answer = lambda asked: Reply([order(1, customer_id=7), order(2, customer_id=8)])
    settings = {"orders_addresses": "/orders?email={email}\n/orders?customer={identifier}"}
    answer = connect(outside.url, **settings).orders(only("email", linked=("8",)))
    assert [found.number for found in answer.orders] == ["A-2"]
    assert answer.matched_by is MatchWord.LINK
    assert outside.asked[0].params == {"customer": "8"}


def test_a_chosen_customer_is_picked_out_where_nobody_can_be_asked_for_by_number(outside: OutsideSystem) -> None:
    answers(outside, [order(1, customer_id=7), order(2, customer_id=8)])
    answer = connect(outside.url, **BY_EMAIL).orders(only("email", linked=("8",)))
    assert [found.number for found in answer.orders] == ["A-2"]
    assert answer.matched_by is MatchWord.LINK


def test_all_customers_that_match_are_returned(outside: OutsideSystem) -> None:
    people = [
        {"id": 7, "name": "Ada", "email": "ada@example.com", "address": {"city": "Berlin"}, "total_spent": 99.5},
        {"id": 8, "name": "Ada 2", "email": ["x@example.com", "ADA@example.com"]},
        {"id": 9, "name": "Other", "email": "bob@example.com"},
    ]
    answers(outside, {"users": people})
    answer = connect(outside.url, customer_addresses="/users?q={email}").customer(only("email"))
    assert [(found.external_id, found.name) for found in answer.customers] == [("7", "Ada"), ("8", "Ada 2")]
    assert answer.customers[0].match.by is MatchWord.EMAIL
    assert answer.customers[0].spent == (Money(9950, "EUR"),)


def test_nobody(outside: OutsideSystem) -> None:
    settings = {"customer_addresses": "/c/{identifier}", "orders_addresses": "/c/{identifier}/orders"}
    empty: tuple[Any, ...] = ([], {}, {"data": []}, {"data": None}, None, {"orders": None}, {"results": [], "count": 0})
    for body in empty:
        answers(outside, body)
        assert connect(outside.url, **settings).orders(only("identifier")).is_empty
    outside.answer = lambda asked: Reply({"message": "not found"}, status=404)
    connector = connect(outside.url, **settings)
    assert connector.customer(only("identifier")) == Customers()
    assert connector.orders(only("identifier")) == Orders()
    assert connector.payments(only("identifier")) == Payments(), "what has no address is not asked"
    assert {asked.path for asked in outside.asked} == {"/c/7", "/c/7/orders"}


def test_an_address_that_is_wrong_for_everybody_is_the_operators_matter(outside: OutsideSystem) -> None:
    outside.answer = lambda asked: Reply({}, status=404)
    with pytest.raises(OperatorError):
        connect(outside.url, **BY_EMAIL).orders(only("email"))


# --- bounds ----------------------------------------------------------------------------------------------


def test_what_was_not_read_is_told(outside: OutsideSystem) -> None:
    answers(outside, {"orders": [order(3), order(2)], "next": "/page2"})
    answer = connect(outside.url, **BY_EMAIL, orders_mapping="more = next").orders(only("email"))
    assert [window.since for window in answer.windows] == [answer.orders[-1].placed_at]
    answers(outside, {"orders": [order(3)], "next": None})
    assert not connect(outside.url, **BY_EMAIL, orders_mapping="more = next").orders(only("email")).windows
    answers(outside, [order(1, id=number) for number in range(MOST_ROWS + 5)])
    answer = connect(outside.url, **BY_EMAIL).orders(only("email"))
    assert len(answer.orders) == MOST_ROWS
    assert answer.windows


def test_many_addresses_of_one_contact_are_not_all_asked_for(outside: OutsideSystem) -> None:
    who = Identity(emails=tuple(f"a{number}@example.com" for number in range(50)), order=("email",))
    answers(outside, [])
    connect(outside.url, **BY_EMAIL).orders(who)
    assert len(outside.asked) == MOST_REQUESTS


def test_all_mappings_of_a_call_share_their_time(outside: OutsideSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(outside, [order(1, email="bob@example.com")])
    given: list[float] = []

    def counted(plan: Any, answer: bytes, *, system: str, seconds: float) -> Evaluated:
        given.append(seconds)
        return evaluate(plan, answer, system=system, seconds=seconds)

    monkeypatch.setattr("panels.connectors.json_http.connector.evaluate", counted)
    who = Identity(emails=tuple(f"a{number}@example.com" for number in range(3)), order=("email",))
    connect(outside.url, **BY_EMAIL).orders(who)
    assert given[0] == SECONDS
    assert given == sorted(given, reverse=True)
    assert len(set(given)) == 3, "each has what those before have left"
    with pytest.raises(MappingFailed, match="too long"):
        evaluate(make_plan("orders", "orders", {}), b"[]", system="Acme", seconds=0.0)


# --- how it fails ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply({}, status=401), OperatorError), (Reply({}, status=403), OperatorError),
        (Reply({}, status=400), FinalError), (Reply({}, status=429, headers={"Retry-After": "7"}), TemporaryError),
        (Reply({}, status=500), TemporaryError), (Reply(b"<html>", status=200), TemporaryError),
        (Reply(b'[{"id": 1, "ema'), TemporaryError), (Reply(b'"' + b"x" * 2_100_000 + b'"'), FinalError),
        (Reply({}, status=302, headers={"Location": "http://169.254.169.254/"}), OperatorError),
        (Reply("text"), OperatorError), (Reply(7), OperatorError), (Reply([1, "x", None]), OperatorError),
        (Reply({"error": "x"}), OperatorError), (Reply(b"[" * 3000 + b"]" * 3000), TemporaryError),
    ],
)  # fmt: skip
def test_failures_have_their_kind(outside: OutsideSystem, reply: Reply, kind: type[Exception]) -> None:
    outside.answer = lambda asked: reply
    with pytest.raises(ConnectorError) as caught:
        connect(outside.url, **BY_EMAIL).orders(only("email"))
    assert type(caught.value) is kind or isinstance(caught.value, kind)
    assert "Acme" in caught.value.sentence
    assert "ada" not in caught.value.sentence.casefold()


def test_a_system_that_is_away_is_worth_another_try(outside: OutsideSystem) -> None:
    with running() as gone:
        url = gone.url
    with pytest.raises(TemporaryError):
        connect(url, **BY_EMAIL).orders(only("email"))


def test_whether_it_answers(outside: OutsideSystem) -> None:
    answers(outside, [])
    assert outside.url in connect(outside.url, **BY_EMAIL).check()
    assert outside.asked[0].params == {"email": "nobody@example.invalid"}
    outside.answer = lambda asked: Reply({}, status=401)
    with pytest.raises(OperatorError):
        connect(outside.url, **BY_EMAIL).check()


REAL: list[dict[str, Any]] = [
    order(1, refunds=[{"amount": 3, "at": "2026-11-03"}], shipping_address={"city": "Berlin", "street": ["A", "B"]}),
    order(2, shipments=[{"status": "delivered", "tracking_number": "X"}], tags=["vip"], customer={"id": 7}),
]
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20),
    st.just([]), st.just({}), st.just([[]]), st.just([None]), st.just({"a": {"b": []}}), st.just("\0"), st.just("\u202ex"),  # noqa: E501
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_odd_answers_never_break_more_than_their_field(data: st.DataObject, outside: OutsideSystem) -> None:
    rows: Any = copy.deepcopy(REAL)
    for _change in range(data.draw(st.integers(1, 6))):
        place: Any = data.draw(st.sampled_from(rows))
        key = data.draw(st.sampled_from(sorted(place)))
        if isinstance(place[key], list) and place[key] and isinstance(place[key][0], dict) and data.draw(st.booleans()):
            place, key = place[key][0], data.draw(st.sampled_from([*sorted(place[key][0]), "x"]))
        place[key] = data.draw(ODD)
    answers(outside, rows)
    connector = connect(outside.url, **BY_EMAIL)
    try:
        answer = connector.orders(only("email"))
    except ConnectorError:
        return
    finally:
        connector.explain()
    render_panel(OrdersPanel(), make_ctx(Orders.merge([("Acme", answer)]))).assert_inert()


def test_hostile_texts_stay_texts(outside: OutsideSystem) -> None:
    bad = "<script>alert(1)</script>\"'\0\u202e{{7*7}}"
    answers(outside, [order(1, number=bad, items=[{"title": bad, "price": 1}], url="javascript:alert(1)", note=bad)])
    connector = connect(outside.url, **BY_EMAIL, orders_mapping="url = url")
    answer = connector.orders(only("email"))
    assert answer.orders[0].url is None
    assert "\0" not in answer.orders[0].number
    render_panel(OrdersPanel(), make_ctx(Orders.merge([("Acme", answer)]))).assert_inert()


def test_the_panels_show_what_was_mapped(outside: OutsideSystem) -> None:
    answers(outside, [order(1), order(2)])
    connector = connect(
        outside.url,
        **BY_EMAIL,
        customer_addresses="/customers?email={email}",
        payments_addresses="/payments?email={email}",
        payments_mapping='payment = payment_status\nmethod = `"invoice"`',
        customer_mapping='customer_id = customer_id\nname = `"Ada Okafor"`\nsince = created_at',
    )
    who = only("email")
    for panel, capability, kind in (
        (CustomerPanel(), "customer", Customers),
        (OrdersPanel(), "orders", Orders),
        (PaymentsPanel(), "payments", Payments),
    ):
        data = kind.merge([("Acme", getattr(connector, capability)(who))])
        text = render_panel(panel, make_ctx(data)).text
        assert {"customer": "Ada Okafor", "orders": "A-2", "payments": "€12.50"}[capability] in text


# --- settings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"address": "shop.example"}, "https://"), ({"address": "https://u:p@x.example"}, "without a name"),
        ({"address": "https://x.example/?a=1"}, "without a name"), ({"address": "ftp://x.example"}, "https://"),
        ({"address": "https://{email}.example"}, "https://"), ({"orders_mapping": "total"}, "field = expression"),
        ({"orders_mapping": "colour = x"}, "no field “colour”"), ({"orders_mapping": "total = [?"}, "no JMESPath"),
        ({"orders_mapping": "total = a\norders.total = b"}, "twice"),
        ({"orders_mapping": f"total = {'!' * 590}a"}, "nested too deeply"),
        ({"orders_mapping": f"total = {'a' * 700}"}, "longer than"), ({"words": "payment: x = nonsense"}, "none of our"),  # noqa: E501
        ({"words": "colour: x = red"}, "kind: theirs = ours"), ({"time_zone": "Mars/Olympus"}, "time zone"),
        ({"currency": "euro"}, "Three capital"), ({"headers": "Host: evil.example"}, "no header"),
        ({"headers": "X: a\x01b"}, "Name: value"), ({"auth": "oauth"}, "needs it"),
        ({"orders_body": "{"}, "no JSON"), ({"orders_body": '{"q": "email:{email}"}'}, "whole string"),
        ({"orders_body": '{"a": "{email}", "b": "{phone}"}'}, "one kind"), ({"orders_addresses": ""}, "Enter an address"),  # noqa: E501
    ],
)  # fmt: skip
def test_settings_that_are_not_good_say_why(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        connect(**{"address": "https://x.example", **BY_EMAIL, **settings})
    assert said in " ".join(caught.value.messages)


def test_evaluated_amounts_are_no_floats(outside: OutsideSystem) -> None:
    answers(outside, [order(1, total=0.1)])
    connector = connect(outside.url, **BY_EMAIL)
    connector.orders(only("email"))
    evaluated: Evaluated = connector._exchanges[-1].evaluated["orders"]
    assert type(evaluated.rows[0]["fields"]["total"]) is Decimal
