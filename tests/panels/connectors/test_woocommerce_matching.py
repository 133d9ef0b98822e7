"""Who a contact is in a WooCommerce shop: nobody else's orders, and all of their own."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panels.api import ConnectorError, Identity, MatchWord
from panels.connectors.woocommerce.connector import WooCommerceConnector
from panels.connectors.woocommerce.people import MAX_PEOPLE
from tests.support.outside import Reply
from tests.support.woocommerce import WooCommerceShop

ADA = Identity(emails=("ada@example.com",))
BOB = Identity(emails=("bob@example.com",))
SHARED_PHONE = Identity(phones=("+4915123456789",))


def numbers(answer: Any) -> list[str]:
    return [order.number for order in answer.orders]


def test_orders_with_and_without_signing_in_each_once_newest_first(shop: WooCommerceShop) -> None:
    answer = shop.connector().orders(ADA)
    assert numbers(answer) == ["1003", "1002", "1001"]
    assert [order.guest for order in answer.orders] == [True, False, False]
    assert answer.matched_by is MatchWord.EMAIL
    assert answer.windows == ()
    assert answer.candidates == ()


def test_case_of_an_email_does_not_matter(shop: WooCommerceShop) -> None:
    assert numbers(shop.connector().orders(Identity(emails=("ADA@example.COM",)))) == ["1003", "1002", "1001"]


@pytest.mark.parametrize("email", ["ada+shop@example.com", "ada.okafor+1@example.com", "a%2b@example.com"])
def test_signs_that_the_search_misreads(shop: WooCommerceShop, email: str) -> None:
    shop.add(1040, 1003, billing={**shop.order(1003)["billing"], "email": email})
    assert numbers(shop.connector().orders(Identity(emails=(email,)))) == ["1040"]


def test_search_hits_of_others_are_dropped(shop: WooCommerceShop) -> None:
    """Yada's e-mail has Ada's in it, and the search finds it."""
    assert "1004" in {str(order["id"]) for order in shop._orders({"search": "ada@example.com"})}
    assert "1004" not in numbers(shop.connector().orders(ADA))
    assert numbers(shop.connector().orders(Identity(emails=("yada@example.com",)))) == ["1004"]


def test_an_email_in_another_field_is_no_match(shop: WooCommerceShop) -> None:
    shop.order(1005)["billing"] = {**shop.order(1005)["billing"], "company": "ada@example.com"}
    assert "1005" not in numbers(shop.connector().orders(ADA))


@pytest.mark.parametrize("capability", WooCommerceConnector.capabilities)
def test_accounts_of_two_never_mix(shop: WooCommerceShop, capability: str) -> None:
    """A shop that does not filter, as with a broken plugin, shows nobody somebody else's."""
    every_order = shop._orders({})
    shop._orders = lambda params: every_order  # type: ignore[method-assign]
    shop._list_customers = lambda asked: shop._list(asked, shop.customers)  # type: ignore[method-assign]
    ada, bob = (getattr(shop.connector(), capability)(who) for who in (ADA, BOB))
    if capability == "customer":
        assert [customer.external_id for customer in ada.customers] == ["5"]
        assert {order.number for order in ada.customers[0].last_orders} == {"1001", "1002", "1003"}
        assert [customer.external_id for customer in bob.customers] == ["7"]
    else:
        rows = [{row.external_id for row in getattr(answer, capability)} for answer in (ada, bob)]
        assert rows[0] == {"1001", "1002", "1003"}
        assert rows[1] == {"1005", "1008", "1010", "1011", "1012"}


@pytest.mark.parametrize("capability", WooCommerceConnector.capabilities)
@pytest.mark.parametrize(
    "who",
    [
        Identity(),
        Identity(emails=("nobody@example.com",)),
        Identity(emails=("no e-mail at all",)),
        Identity(phones=("+4930999999",)),
        Identity(phones=("12",)),
        Identity(identifier="99"),
        Identity(identifier="5 or 1=1"),
        Identity(linked=("guest-1", "guest-x", "guest-", "x")),
    ],
)
def test_nobody_is_an_empty_answer(shop: WooCommerceShop, capability: str, who: Identity) -> None:
    assert getattr(shop.connector(), capability)(who).is_empty


def test_accounts_of_any_role_are_found(shop: WooCommerceShop) -> None:
    (bob,) = shop.connector().customer(BOB).customers
    assert (bob.external_id, bob.guest) == ("7", False)


def test_the_surest_kind_that_finds_somebody_ends_the_search(shop: WooCommerceShop) -> None:
    who = Identity(identifier="7", emails=("ada@example.com",), phones=("+4915123456789",))
    (found,) = shop.connector().customer(who).customers
    assert (found.external_id, found.match.by, found.match.value) == ("7", MatchWord.IDENTIFIER, "7")
    assert not any(asked.params.get("search") == "ada@example.com" for asked in shop.asked)
    other = Identity(identifier="7", emails=("ada@example.com",), order=("email", "identifier"))
    assert shop.connector().customer(other).customers[0].external_id == "5"


@pytest.mark.parametrize("identifier", ["5", "05", " 5", "5.0", "٥", "guest-1003", "../orders", "9" * 40])
def test_an_identifier_is_an_account_id_to_the_letter(shop: WooCommerceShop, identifier: str) -> None:
    found = shop.connector().customer(Identity(identifier=identifier)).customers
    assert [customer.external_id for customer in found] == (["5"] if identifier == "5" else [])


def test_an_attribute_is_an_account_id(shop: WooCommerceShop) -> None:
    who = Identity(attributes=(("shop_id", "5"),), order=("attribute:shop_id",))
    answer = shop.connector().orders(who)
    assert (numbers(answer), answer.matched_by) == (["1003", "1002", "1001"], MatchWord.ATTRIBUTE)


def test_an_answer_about_another_account_is_nobody(shop: WooCommerceShop) -> None:
    bob = shop.customers[-1]
    shop.fault = lambda asked: Reply(bob) if asked.path.endswith("/customers/5") else None
    assert shop.connector().orders(Identity(identifier="5")).is_empty


@pytest.mark.parametrize("who", [SHARED_PHONE, Identity(emails=("x@example.com",), phones=("+4915123456789",))])
def test_a_phone_is_found_however_it_was_typed_and_is_nobodys_when_shared(shop: WooCommerceShop, who: Identity) -> None:
    connector = shop.connector()
    people = connector.customer(who).customers
    assert {customer.name for customer in people} == {"Gül Yıldız", "Max Weiss"}
    assert {customer.match.by for customer in people} == {MatchWord.PHONE}
    for answer in (connector.orders(who), connector.payments(who)):
        assert answer.is_empty
        assert {candidate.name for candidate in answer.candidates} == {"Gül Yıldız", "Max Weiss"}
        assert {candidate.external_id for candidate in answer.candidates} == {"guest-1006", "guest-1007"}


def test_a_candidate_whom_an_agent_has_linked_is_found_again(shop: WooCommerceShop) -> None:
    shop.add(1020, 1006, date_created_gmt="2026-10-25T07:00:00", date_created="2026-10-25T09:00:00")
    connector = shop.connector()
    links = {c.name: c.external_id for c in connector.orders(SHARED_PHONE).candidates}
    answer = connector.orders(Identity(linked=(links["Gül Yıldız"],), phones=SHARED_PHONE.phones))
    assert (numbers(answer), answer.matched_by) == (["1020", "1006"], MatchWord.LINK)
    (customer,) = connector.customer(Identity(linked=(links["Gül Yıldız"],))).customers
    assert (customer.external_id, customer.guest, customer.orders) == (links["Gül Yıldız"], True, 2)


def test_all_who_are_linked_are_the_contact(shop: WooCommerceShop) -> None:
    answer = shop.connector().orders(Identity(linked=("5", "guest-1006"), emails=("bob@example.com",)))
    assert numbers(answer) == ["1003", "1002", "1006", "1001"]
    assert answer.candidates == ()


def test_one_account_with_a_phone_is_found_with_everything(shop: WooCommerceShop) -> None:
    answer = shop.connector().orders(Identity(phones=("+49301234567",)))
    assert (numbers(answer), answer.matched_by) == (["1003", "1002", "1001"], MatchWord.PHONE)


def test_a_phone_inside_a_longer_one_is_no_match(shop: WooCommerceShop) -> None:
    assert {"1004", "1013"} <= {
        str(order["id"]) for words in ("1234567", "30 1234567") for order in shop._orders({"search": words})
    }
    assert not {"1004", "1013"} & set(numbers(shop.connector().orders(Identity(phones=("+49301234567",)))))


def test_an_account_that_ordered_once_with_that_phone_keeps_its_other_orders(shop: WooCommerceShop) -> None:
    """Bob sent something to Ada's mother, with her number on it: his other orders are none of hers."""
    shop.add(1021, 1005, billing={**shop.order(1005)["billing"], "phone": "+49 30 7654321"})
    answer = shop.connector().orders(Identity(phones=("+49307654321",)))
    assert numbers(answer) == ["1021"]
    (customer,) = shop.connector().customer(Identity(phones=("+49307654321",))).customers
    assert (customer.external_id, customer.guest, customer.orders) == ("guest-1021", False, 1)


def test_two_accounts_are_a_choice(shop: WooCommerceShop) -> None:
    who = Identity(emails=("ada@example.com", "bob@example.com"))
    connector = shop.connector()
    assert {customer.external_id for customer in connector.customer(who).customers} == {"5", "7"}
    answer = connector.orders(who)
    assert answer.is_empty
    assert {(one.external_id, one.name, one.email) for one in answer.candidates} == {
        ("5", "Ada Okafor", "ada@example.com"),
        ("7", "Bob Hartmann", "bob@example.com"),
    }


def test_all_emails_of_a_contact_with_one_account_are_one_customer(shop: WooCommerceShop) -> None:
    who = Identity(emails=("gul@example.net", "ada@example.com"))
    answer = shop.connector().orders(who)
    assert numbers(answer) == ["1003", "1002", "1006", "1001"]
    (customer,) = shop.connector().customer(who).customers
    assert (customer.external_id, customer.orders) == ("5", 4)


def test_guests_of_several_emails_are_one_customer(shop: WooCommerceShop) -> None:
    who = Identity(emails=("gul@example.net", "max@example.net"))
    (customer,) = shop.connector().customer(who).customers
    assert (customer.guest, customer.orders, customer.since) == (True, 2, None)
    assert set(customer.emails) == set(who.emails)


def test_drafts_are_no_orders(shop: WooCommerceShop) -> None:
    assert shop.order(1009)["status"] == "checkout-draft"
    assert "1009" not in numbers(shop.connector().orders(ADA))
    assert shop.connector().orders(Identity(linked=("guest-1009",))).is_empty


def test_a_number_of_very_many_is_a_bounded_choice(shop: WooCommerceShop) -> None:
    for number in range(2000, 2030):
        shop.add(number, 1006, billing={**shop.order(1006)["billing"], "email": f"guest{number}@example.net"})
    assert len(shop.connector().orders(SHARED_PHONE).candidates) == MAX_PEOPLE


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.text(min_size=1, max_size=30)
    | st.sampled_from(["*", "%", "+", "_", "@", "a", ".", '"', "&role=all", "5#"])
)
def test_no_value_finds_others_or_asks_something_else(shop: WooCommerceShop, value: str) -> None:
    value = value.encode("utf-8", "ignore").decode() or "x"
    shop.asked.clear()
    connector = shop.connector()
    for who in (
        Identity(emails=(value,)),
        Identity(phones=(value,)),
        Identity(linked=(value,)),
        Identity(linked=(f"guest-{value}",)),
    ):
        try:
            answer = connector.orders(who)
        except ConnectorError:
            continue
        assert not {order.email for order in answer.orders} - {value} or value.removeprefix("guest-").isdecimal()
    for asked in shop.asked:
        assert asked.path.removeprefix("/wp-json/wc/v3").strip("/").split("/")[0] in {"orders", "customers"}
        if asked.path.endswith("/orders"):
            assert asked.params.keys() & {"search", "customer"}, "it would be every order of the shop"
        assert set(asked.params) <= {
            "email", "role", "per_page", "_fields", "search", "customer", "orderby", "order", "page",
        }  # fmt: skip
