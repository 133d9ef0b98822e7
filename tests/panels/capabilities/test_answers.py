import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.api import (
    Answer,
    Caveat,
    Customers,
    DeliveryWord,
    History,
    Match,
    MatchWord,
    Orders,
    Payments,
    SubscriptionWord,
    Window,
)
from panels.capabilities import CAPABILITIES
from tests.panels.factories import (
    days,
    make_conversation,
    make_customer,
    make_dispute,
    make_invoice,
    make_note,
    make_order,
    make_parcel,
    make_payment,
    make_refund,
    make_subscription,
)

FULL: dict[str, Answer] = {
    "customer": Customers(customers=(make_customer(),), windows=(Window(since=days(-60)),)),
    "orders": Orders(orders=(make_order(fulfilments=(make_parcel(),), refunds=(make_refund(),)),)),
    "payments": Payments(
        payments=(make_payment(refunds=(make_refund(),)),),
        subscriptions=(make_subscription(),),
        invoices=(make_invoice(),),
        disputes=(make_dispute(),),
    ),
    "history": History(conversations=(make_conversation(),), notes=(make_note(),), labels=("regular",)),
}


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_an_answer_survives_storage(capability: str) -> None:
    stored = msgspec.msgpack.encode(FULL[capability])
    assert msgspec.msgpack.decode(stored, type=CAPABILITIES[capability]) == FULL[capability]


def test_a_moment_without_a_zone_is_refused() -> None:
    order = make_order(placed_at=dt.datetime(2026, 11, 20, 12, 0))  # noqa: DTZ001 - the point of it
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(msgspec.msgpack.encode(order), type=type(order))


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_an_answer_is_empty_without_records(capability: str) -> None:
    kind = CAPABILITIES[capability]
    assert kind().is_empty
    assert kind.merge([]).is_empty
    assert kind(windows=(Window(),)).is_empty
    assert not FULL[capability].is_empty


@pytest.mark.parametrize("field", ["payments", "subscriptions", "invoices", "disputes", "methods"])
def test_any_kind_of_payment_record_counts(field: str) -> None:
    changes: dict[str, Any] = {field: (make_invoice(),)}
    assert not Payments(**changes).is_empty


def test_merging_names_the_source_and_keeps_the_first_of_the_same_record() -> None:
    merged = Orders.merge(
        [
            ("Shop A", Orders(orders=(make_order("1", placed_at=days(-2)),))),
            ("Shop B", Orders(orders=(make_order("1", placed_at=days(-1)),))),
            ("Shop A", Orders(orders=(make_order("1", placed_at=days(0)), make_order("2", placed_at=days(-5))))),
        ]
    )
    assert [(order.source, order.number, order.placed_at) for order in merged.orders] == [
        ("Shop B", "1", days(-1)),
        ("Shop A", "1", days(-2)),
        ("Shop A", "2", days(-5)),
    ]


@given(st.permutations(["a", "b", "c", "d"]), st.lists(st.integers(-3, 3), min_size=4, max_size=4))
def test_merged_orders_do_not_depend_on_who_answered_first(stores: list[str], ages: list[int]) -> None:
    answers = {
        store: Orders(orders=(make_order(placed_at=days(age)),)) for store, age in zip("abcd", ages, strict=True)
    }
    merged = Orders.merge([(store, answers[store]) for store in stores])
    assert merged == Orders.merge(sorted(answers.items()))
    moments = [order.placed_at for order in merged.orders]
    assert moments == sorted(moments, reverse=True)


def test_the_surest_match_comes_first() -> None:
    phone = make_customer("1", match=Match(by=MatchWord.PHONE), last_at=days(0))
    old_email = make_customer("2", match=Match(by=MatchWord.EMAIL), last_at=days(-9))
    new_email = make_customer("3", match=Match(by=MatchWord.EMAIL), last_at=days(-1))
    never = make_customer("4", match=Match(by=MatchWord.EMAIL), last_at=None)
    merged = Customers.merge([("A", Customers(customers=(phone, old_email, never, new_email)))])
    assert [customer.external_id for customer in merged.customers] == ["3", "2", "4", "1"]


def test_running_subscriptions_come_before_ended_ones() -> None:
    ended = make_subscription(external_id="1", word=SubscriptionWord.ENDED, last_payment_at=days(0))
    running = make_subscription(external_id="2", last_payment_at=days(-20))
    merged = Payments.merge([("A", Payments(subscriptions=(ended, running)))])
    assert [plan.external_id for plan in merged.subscriptions] == ["2", "1"]


def test_windows_name_their_source() -> None:
    answer = Orders(windows=(Window(since=days(-60)),))
    assert Orders.merge([("Shop B", answer)]).windows == (Window(source="Shop B", since=days(-60)),)


def test_a_key_is_safe_in_addresses_and_names_one_record() -> None:
    (order,) = Orders.merge([("Shop A/B:1", Orders(orders=(make_order(external_id='"<&:é'),)))]).orders
    assert order.key == "Shop%20A%2FB%3A1:%22%3C%26%3A%C3%A9"


def test_an_order_is_open_until_its_goods_arrived_or_it_was_cancelled() -> None:
    assert make_order(ship=DeliveryWord.ON_ITS_WAY).is_open
    assert not make_order(ship=DeliveryWord.ON_ITS_WAY, cancelled_at=days(0)).is_open
    assert not make_order(ship=DeliveryWord.DELIVERED).is_open


def test_caveats_name_their_source_once() -> None:
    one = Orders(caveats=(Caveat(text="Parts may be missing."),))
    merged = Orders.merge([("A", one), ("A", one), ("B", one)])
    assert [(caveat.source, caveat.text) for caveat in merged.caveats] == [
        ("A", "Parts may be missing."),
        ("B", "Parts may be missing."),
    ]
