"""Whom the Shopify connector takes for the contact."""

from datetime import UTC, datetime, timedelta

import pytest

from panels.api import Identity, MatchWord, Money
from tests.support.shopify import Setup
from tests.support.shopify_data import bag, make_customer, make_order

EMAIL = "ada@example.com"
PHONE = "+4930123456"
ADA = Identity(emails=(EMAIL,), order=("email", "phone"))


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def test_a_customer_found_by_email_has_their_record_and_figures(setup: Setup) -> None:
    ada = make_customer(7, email="Ada@Example.com", phone=PHONE)
    setup.shop.customers = [make_customer(6, email="ada@example.com.au"), ada]
    setup.shop.orders = [make_order(1001, days=400, customer=ada), make_order(1042, customer=ada)]
    answer = setup.connector().customer(ADA)
    (customer,) = answer.customers
    assert (customer.external_id, customer.name) == ("7", "Ada Okafor")
    assert customer.url == "https://admin.shopify.com/store/fernweh/customers/7"
    assert (customer.match.by, customer.match.value) == (MatchWord.EMAIL, EMAIL)
    assert (customer.emails, customer.phones) == (("Ada@Example.com",), (PHONE,))
    assert (customer.orders, customer.spent, customer.credit) == (12, (euros("840.50"),), euros("10"))
    assert customer.since == datetime(2023, 3, 1, 9, tzinfo=UTC)
    assert [order.number for order in customer.last_orders] == ["#1042", "#1001"]
    assert customer.first_at is not None
    assert customer.first_at < datetime.now(UTC) - timedelta(days=399)
    assert customer.last_at == customer.last_orders[0].placed_at
    assert (customer.locale, customer.time_zone, customer.marketing_consent) == ("en-GB", "Europe/Berlin", True)
    assert customer.address is not None
    assert customer.address.lines == ("Prinzenallee 7", "2. OG")
    assert (customer.tags, customer.note, customer.guest) == (("vip",), "Prefers to be called.", False)
    assert answer.windows == ()


def test_nobody_is_an_empty_answer(setup: Setup) -> None:
    setup.shop.customers = [make_customer(6, email="other@example.com")]
    setup.shop.orders = [make_order(1001, customer=setup.shop.customers[0])]
    shopify = setup.connector()
    assert shopify.customer(ADA).is_empty
    assert shopify.orders(ADA).is_empty
    assert shopify.payments(ADA).is_empty


def test_orders_that_a_search_finds_by_parts_of_words_are_dropped(setup: Setup) -> None:
    setup.shop.orders = [
        make_order(1, email="not-ada@example.com"),
        make_order(2, email="ada@example.com.au"),
        make_order(3, email=EMAIL),
        make_order(4, email="ADA@example.com "),
    ]
    assert [order.number for order in setup.connector().orders(ADA).orders] == ["#4", "#3"]
    assert len(setup.shop.find_orders(f'email:"{EMAIL}"')) == 4, "the shop did find them all"


def test_guest_orders_belong_to_a_customer_with_the_address_and_strangers_do_not(setup: Setup) -> None:
    ada, bob = make_customer(7, email=EMAIL), make_customer(8, email="bob@example.com")
    setup.shop.customers = [ada, bob]
    setup.shop.orders = [
        make_order(1, days=4, customer=ada, email="ada@work.example"),
        make_order(2, days=3, email=EMAIL),
        make_order(3, days=2, customer=bob, email=EMAIL),
    ]
    orders = setup.connector().orders(ADA)
    assert [(order.number, order.guest) for order in orders.orders] == [("#2", True), ("#1", False)]
    assert orders.matched_by is MatchWord.EMAIL


def test_a_guest_has_a_record_of_their_orders_and_can_be_linked(setup: Setup) -> None:
    setup.shop.orders = [
        make_order(1, days=30, email=EMAIL, phone=PHONE),
        make_order(2, days=20, email=EMAIL, totalRefundedSet=bag("10"), displayFinancialStatus="PARTIALLY_REFUNDED"),
        make_order(3, days=10, email=EMAIL, test=True),
    ]
    shopify = setup.connector()
    (guest,) = shopify.customer(ADA).customers
    assert (guest.guest, guest.external_id, guest.name) == (True, "guest-3", "Ada Okafor")
    assert (guest.orders, guest.spent) == (2, (euros("107.80"),))
    assert (guest.emails, guest.phones) == ((EMAIL,), (PHONE,))
    linked = shopify.orders(Identity(linked=("guest-3",)))
    assert [order.number for order in linked.orders] == ["#3", "#2", "#1"]
    assert linked.matched_by is MatchWord.LINK


def test_a_customer_who_has_another_address_by_now_is_found_by_their_orders(setup: Setup) -> None:
    ada = make_customer(7, email="ada@new.example")
    setup.shop.customers = [ada]
    setup.shop.orders = [make_order(1, customer=ada, email=EMAIL), make_order(2, customer=ada)]
    shopify = setup.connector()
    assert [customer.external_id for customer in shopify.customer(ADA).customers] == ["7"]
    assert {order.number for order in shopify.orders(ADA).orders} == {"#1", "#2"}


def test_several_customers_are_a_choice_and_nobodys_rows(setup: Setup) -> None:
    ada, twin = make_customer(7, email=EMAIL), make_customer(8, email="ada@work.example", displayName="A. O.")
    setup.shop.customers = [ada, twin]
    setup.shop.orders = [make_order(1, customer=ada), make_order(2, customer=twin)]
    both = Identity(emails=(EMAIL, "ada@work.example"))
    shopify = setup.connector()
    assert [customer.external_id for customer in shopify.customer(both).customers] == ["7", "8"]
    for answer in (shopify.orders(both), shopify.payments(both)):
        assert answer.is_empty
        assert [(one.external_id, one.name, one.email) for one in answer.candidates] == [
            ("7", "Ada Okafor", EMAIL),
            ("8", "A. O.", "ada@work.example"),
        ]


def test_linked_customers_are_answered_about_and_nobody_else(setup: Setup) -> None:
    ada, bob = make_customer(7, email=EMAIL), make_customer(8, email="bob@example.com")
    setup.shop.customers = [ada, bob]
    setup.shop.orders = [make_order(1, customer=ada), make_order(2, customer=bob), make_order(3, email=EMAIL)]
    shopify = setup.connector()
    linked = Identity(emails=(EMAIL,), linked=("8",))
    assert [order.number for order in shopify.orders(linked).orders] == ["#2"]
    assert [customer.match.by for customer in shopify.customer(linked).customers] == [MatchWord.LINK]
    several = shopify.orders(Identity(linked=("7", "gid://shopify/Customer/8")))
    assert {order.number for order in several.orders} == {"#1", "#2"}
    assert several.candidates == ()
    assert shopify.orders(Identity(emails=(EMAIL,), linked=("99",))).is_empty


@pytest.mark.parametrize("value", ["7", "gid://shopify/Customer/7"])
def test_identifiers_and_attributes_are_shopifys_numbers(setup: Setup, value: str) -> None:
    setup.shop.customers = [make_customer(7, email=EMAIL)]
    shopify = setup.connector()
    by_identifier = shopify.customer(Identity(identifier=value))
    assert [customer.match.by for customer in by_identifier.customers] == [MatchWord.IDENTIFIER]
    who = Identity(attributes=(("shop_id", value),), order=("attribute:shop_id",))
    assert [customer.match.by for customer in shopify.customer(who).customers] == [MatchWord.ATTRIBUTE]


@pytest.mark.parametrize("value", ["x7", "gid://shopify/Order/7", "7 OR customer_id:8", "-7", "٧", ""])
def test_other_identifiers_are_not_asked_for(setup: Setup, value: str) -> None:
    setup.shop.customers = [make_customer(7, email=EMAIL)]
    assert setup.connector().customer(Identity(identifier=value)).is_empty
    assert setup.asked == []


def test_phones_are_compared_as_numbers_and_the_order_of_kinds_is_the_operators(setup: Setup) -> None:
    ada, bob = make_customer(7, email=EMAIL), make_customer(8, phone=PHONE)
    setup.shop.customers = [ada, bob]
    shopify = setup.connector()
    by_email = Identity(emails=(EMAIL,), phones=(PHONE,), order=("email", "phone"))
    by_phone = Identity(emails=(EMAIL,), phones=("+49 30 123456",), order=("phone", "email"))
    assert [customer.external_id for customer in shopify.customer(by_email).customers] == ["7"]
    found = shopify.customer(by_phone)
    assert [customer.external_id for customer in found.customers] == ["8"]
    assert found.matched_by is MatchWord.PHONE
    assert shopify.customer(Identity(phones=("0301",))).is_empty


def test_somebody_else_than_asked_for_is_nobody(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = make_customer(9, email="eve@example.com", phone="+4930999999")
    setup.shop.customers = [stranger]
    monkeypatch.setattr(setup.shop, "customerByIdentifier", lambda identifier: stranger)
    monkeypatch.setattr(setup.shop, "nodes", lambda ids: [stranger])
    shopify = setup.connector()
    for who in (ADA, Identity(phones=(PHONE,)), Identity(identifier="7"), Identity(linked=("7",))):
        assert shopify.customer(who).is_empty
        assert shopify.orders(who).is_empty
