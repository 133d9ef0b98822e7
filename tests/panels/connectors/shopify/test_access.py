"""What the Shopify connector may do, and how it gets its token."""

import pytest

from panels.api import Identity, OperatorError
from tests.support.shopify import EVERYTHING, Setup
from tests.support.shopify_data import make_customer, make_order, make_refund, make_transaction

EMAIL = "ada@example.com"
ADA = Identity(emails=(EMAIL,), order=("email", "phone"))


@pytest.mark.parametrize("scope", sorted(EVERYTHING - {"read_customers", "read_orders"}))
def test_without_a_right_that_is_only_useful_all_else_is_there(setup: Setup, scope: str) -> None:
    ada = make_customer(7, email=EMAIL)
    setup.shop.scopes = EVERYTHING - {scope}
    setup.shop.customers = [ada]
    setup.shop.orders = [make_order(1042, customer=ada, refunds=[make_refund("5.00", make_transaction(9, "REFUND"))])]
    shopify = setup.connector()
    assert len(shopify.customer(ADA).customers) == 1
    assert len(shopify.orders(ADA).orders) == 1
    assert len(shopify.payments(ADA).payments) == 1
    assert scope in shopify.check()


@pytest.mark.parametrize("scope", ["read_customers", "read_orders"])
def test_a_missing_right_is_named(setup: Setup, scope: str) -> None:
    ada = make_customer(7, email=EMAIL)
    setup.shop.scopes = EVERYTHING - {scope}
    setup.shop.customers = [ada]
    setup.shop.orders = [make_order(1042, customer=ada)]
    shopify = setup.connector()
    for ask in (shopify.orders, shopify.payments):
        with pytest.raises(OperatorError) as caught:
            ask(ADA)
        assert caught.value.sentence == f"Fernweh refused (missing {scope}). Tell an admin."
    with pytest.raises(OperatorError) as caught:
        shopify.check()
    assert scope in caught.value.sentence


def test_the_check_says_what_answers(setup: Setup) -> None:
    setup.shop.orders = [make_order(number, email=EMAIL) for number in range(3)]
    assert setup.connector().check() == "Shop “Fernweh” answers, 3 orders."
    setup.shop.scopes = frozenset({"read_orders", "write_customers"})
    assert setup.connector().check() == (
        "Shop “Fernweh” answers, 3 orders. Orders older than 60 days stay hidden: read_all_orders is missing. Also "
        "missing, and done without: read_returns, read_users, read_shopify_payments_disputes, "
        "read_store_credit_accounts."
    )
    assert setup.asked == ["Check", "Check"]


def test_rights_are_asked_for_once_in_a_while(setup: Setup) -> None:
    setup.shop.orders = [make_order(1, email=EMAIL)]
    for _time in range(3):
        setup.connector().orders(ADA)
    assert setup.asked.count("Rights") == 1


def test_an_app_of_the_dev_dashboard_gets_its_token_once(setup: Setup) -> None:
    setup.shop.orders = [make_order(1, email=EMAIL)]
    for _time in range(2):
        shopify = setup.connector(client_id="app", token="shpss_secret")
        assert len(shopify.orders(ADA).orders) == 1
    grants = [asked for asked in setup.outside.asked if asked.path == "/admin/oauth/access_token"]
    assert len(grants) == 1
    assert all("x-shopify-access-token" not in asked.headers for asked in grants)


def test_a_token_that_was_taken_back_is_replaced(setup: Setup) -> None:
    shopify = setup.connector(client_id="app", token="shpss_secret")
    shopify.check()
    setup.shop.token = "another"
    assert "answers" in setup.connector(client_id="app", token="shpss_secret").check()


def test_a_refused_app_is_the_operators_matter(setup: Setup) -> None:
    with pytest.raises(OperatorError) as caught:
        setup.connector(client_id="app", token="shpss_wrong").check()
    assert caught.value.sentence == "Fernweh gives our app no token (invalid_client). Tell an admin."
