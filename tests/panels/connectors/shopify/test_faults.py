"""What goes wrong between us and Shopify, and what an agent is told."""

import copy
import json
import random
import time
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from panels import system_client
from panels.api import ConnectorError, FinalError, Identity, OperatorError, TemporaryError
from panels.connectors.shopify import client, memory
from panels.connectors.shopify.connector import MOST_ORDERS, ORDERS_PER_PAGE
from panels.connectors.shopify.queries import RIGHTS
from tests.security.servers import raw_server
from tests.support.outside import Asked, Reply
from tests.support.shopify import FakeShop, Setup
from tests.support.shopify_data import make_customer, make_dispute, make_order, make_refund, make_transaction
from voxysapps.outgoing import Response, budget

EMAIL = "ada@example.com"
ADA = Identity(emails=(EMAIL,))
HTML = b"<!doctype html><title>Shopify</title>"
EMAILS = (EMAIL, "guest@example.com")
CAPABILITIES = ("customer", "orders", "payments")


def refused(setup: Setup, capability: str = "orders", **settings: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        getattr(setup.connector(**settings), capability)(ADA)
    return caught.value


def said(message: str, **extensions: Any) -> Reply:
    """An answer as Shopify gives it when it gives none: status 200."""
    return Reply({"errors": [{"message": message, "extensions": extensions}]})


@pytest.mark.parametrize("capability", CAPABILITIES)
@pytest.mark.parametrize(
    ("reply", "kind", "sentence"),
    [
        (Reply({"errors": "[API] Invalid API key"}, status=401), OperatorError, "refused our credentials"),
        (Reply({"errors": "Unavailable Shop"}, status=402), OperatorError, "closed or frozen"),
        (Reply({"errors": "Forbidden"}, status=403), OperatorError, "does not let us read this"),
        (Reply({"errors": "Not Found"}, status=404), OperatorError, "nothing at the address"),
        (Reply({"errors": "Locked"}, status=423), OperatorError, "closed or frozen"),
        (Reply({}, status=429, headers={"Retry-After": "2"}), TemporaryError, "too many requests"),
        (Reply({}, status=500), TemporaryError, "trouble of its own"),
        (Reply(HTML, status=503), TemporaryError, "trouble of its own"),
        (Reply({}, status=302, headers={"Location": "http://169.254.169.254/"}), OperatorError, "leads elsewhere"),
        (Reply(HTML), TemporaryError, "not its API's"),
        (Reply(b'{"data": {"orders": {"no'), TemporaryError, "not its API's"),
        (Reply(b'"' + b"x" * 4_100_000 + b'"'), FinalError, "more about this customer than can be shown"),
        (Reply([1, 2]), TemporaryError, "not its API's"),
        (Reply({"data": None}), TemporaryError, "not its API's"),
        (Reply({"data": [], "errors": []}), TemporaryError, "not its API's"),
        (said("Internal error", code="INTERNAL_SERVER_ERROR"), TemporaryError, "trouble of its own"),
        (said("Timeout", code="TIMEOUT"), TemporaryError, "trouble of its own"),
        (said("Shop inactive", code="SHOP_INACTIVE"), OperatorError, "closed or frozen"),
        (said("Field 'x' doesn't exist on type 'Order'", code="undefinedField"), FinalError, "did not understand"),
        (Reply({"errors": "odd"}), FinalError, "did not understand"),
        (Reply({"errors": [None, 1, {"extensions": "x"}]}), FinalError, "did not understand"),
        (
            said("Access denied for orders field.", code="ACCESS_DENIED", requiredAccess="`read_orders` access scope."),
            OperatorError,
            "refused (missing read_orders)",
        ),
        (
            said("Access denied for customer field. Required access: `read_customers` access scope."),
            OperatorError,
            "refused (missing read_customers)",
        ),
        (
            said("This app is not approved to access the Customer object.", code="ACCESS_DENIED"),
            OperatorError,
            "protected customer data",
        ),
        (said("Access denied", code="ACCESS_DENIED"), OperatorError, "does not let us read this"),
    ],
)
def test_answers_that_are_none(
    setup: Setup, capability: str, reply: Reply, kind: type[ConnectorError], sentence: str
) -> None:
    setup.outside.answer = lambda asked: reply
    error = refused(setup, capability)
    assert type(error) is kind or (kind is FinalError and isinstance(error, FinalError))
    assert sentence in error.sentence
    assert error.sentence.startswith(("Fernweh ", "The address of Fernweh "))


def test_silence_and_resets(setup: Setup) -> None:
    for respond, sentence in (
        (lambda connection, head: None, "cannot be reached"),
        (lambda connection, head: time.sleep(2), "did not answer in time"),
    ):
        with raw_server(respond) as server, budget(0.5):
            shop = client.Shop(server.url, name="Fernweh", client_id="", secret="x")
            with pytest.raises(TemporaryError) as caught:
                shop.scopes()
        assert sentence in caught.value.sentence


def test_the_token_is_in_no_sentence(setup: Setup) -> None:
    setup.outside.answer = lambda asked: said(f"Bad token {asked.headers['x-shopify-access-token']}")
    error = refused(setup, token="shpat_secret")
    assert "shpat_secret" not in error.sentence
    assert "shpat_secret" not in repr(error)


def test_what_shopify_holds_back_is_left_out_and_the_rest_is_used(setup: Setup) -> None:
    setup.shop.customers = [make_customer(7, email=EMAIL)]
    setup.shop.orders = [make_order(1, customer=setup.shop.customers[0])]
    denied = {"message": "not approved to use the phone field", "extensions": {"code": "ACCESS_DENIED"}}

    def answer(asked: Asked) -> Reply:
        body = setup.shop.answer(asked).body
        for order in body["data"].get("orders", {}).get("nodes", []):
            order.update(phone=None, shippingAddress=None)
        return Reply({**body, "errors": [denied]})

    setup.outside.answer = answer
    (order,) = setup.connector().orders(ADA).orders
    assert (order.number, order.ship_to) == ("#1", None)


def test_nobody_found_while_something_is_held_back_is_an_error(setup: Setup) -> None:
    setup.shop.orders = [make_order(1, email=EMAIL)]
    denied = {"message": "not approved to use the email field", "extensions": {"code": "ACCESS_DENIED"}}

    def answer(asked: Asked) -> Reply:
        body = setup.shop.answer(asked).body
        for order in body["data"].get("orders", {}).get("nodes", []):
            order["email"] = None
        is_search = "orders" in body["data"]
        return Reply({**body, "errors": [denied]} if is_search else body)

    setup.outside.answer = answer
    for capability in CAPABILITIES:
        assert "protected customer data" in refused(setup, capability).sentence


@pytest.mark.parametrize("customer", [make_customer(7, email=EMAIL), None])
def test_a_record_that_is_held_back_is_an_error(setup: Setup, customer: dict[str, Any] | None) -> None:
    setup.shop.customers = [customer] if customer else []
    setup.shop.orders = [make_order(1, email=EMAIL, customer=customer)]
    denied = {"message": "not approved to access the Customer object", "extensions": {"code": "ACCESS_DENIED"}}

    def answer(asked: Asked) -> Reply:
        body = setup.shop.answer(asked).body
        name = asked.json()["operationName"]
        if name in {"Customers", "GuestOrders"}:
            return Reply({"data": {"nodes": [None], "orders": None}, "errors": [denied]})
        return Reply(body)

    setup.outside.answer = answer
    assert "protected customer data" in refused(setup, "customer").sentence


# --- points


def test_an_app_without_points_comes_back_when_there_are_enough(setup: Setup) -> None:
    setup.shop.customers = [make_customer(7, email=EMAIL)]
    setup.shop.available, setup.shop.restore_rate = 3.0, 0.5
    error = refused(setup)  # the customer is found for 3 points; the app's rights cost 2
    assert isinstance(error, TemporaryError)
    assert error.sentence == "Fernweh gets too many requests at the moment."
    assert error.retry_after == pytest.approx((2 - 0) / 0.5, abs=1.0)


def test_a_shop_that_is_known_to_be_dry_is_not_asked(setup: Setup) -> None:
    setup.shop.available = 0.0
    setup.shop.restore_rate = 0.1
    first = refused(setup)
    count = len(setup.outside.asked)
    second = refused(setup)
    assert len(setup.outside.asked) == count
    assert isinstance(first, TemporaryError)
    assert isinstance(second, TemporaryError)
    assert first.retry_after == pytest.approx(30, abs=1)
    assert second.retry_after == pytest.approx(30, abs=1)


def test_pages_wait_for_points_that_come_soon(setup: Setup) -> None:
    setup.shop.orders = [make_order(number, email=EMAIL) for number in range(2 * ORDERS_PER_PAGE)]
    setup.connector().orders(ADA)
    cost = _costs()["Orders"]
    setup.shop.maximum, setup.shop.restore_rate = cost + 20, 500.0
    setup.shop.available = cost + 20
    memory.forget()
    refusals = _throttled(setup)
    assert len(setup.connector().orders(ADA).orders) == 2 * ORDERS_PER_PAGE
    # The second page comes as soon as it can be paid, without having been refused first.
    assert refusals == []


def test_a_call_waits_for_points_no_longer_than_it_may_altogether(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    shop = client.Shop("https://a.myshopify.com", name="Fernweh", client_id="", secret="x")
    status = {"currentlyAvailable": 0, "restoreRate": 10, "maximumAvailable": 2000}
    known = memory.memory_of("https://a.myshopify.com", "", "x").bucket
    known.note("Rights", {"requestedQueryCost": 15, "throttleStatus": status})
    shop._wait_for_points(RIGHTS)
    with pytest.raises(TemporaryError):
        shop._wait_for_points(RIGHTS)
    assert waited == [pytest.approx(1.5, abs=0.2)]


def test_pages_that_would_wait_long_are_left_out_and_told(setup: Setup) -> None:
    setup.shop.orders = [make_order(number, days=number + 1, email=EMAIL) for number in range(MOST_ORDERS)]
    setup.connector().orders(ADA)
    setup.shop.maximum = setup.shop.available = _costs()["Orders"] + 120
    setup.shop.restore_rate = 1.0
    memory.forget()
    answer = setup.connector().orders(ADA)
    assert len(answer.orders) == ORDERS_PER_PAGE
    assert [window.since for window in answer.windows] == [answer.orders[-1].placed_at]


def test_a_query_that_is_too_much_at_once_is_asked_in_smaller_pages(setup: Setup) -> None:
    setup.shop.orders = [make_order(number, email=EMAIL) for number in range(8)]
    setup.shop.single_limit = 500.0
    assert len(setup.connector().orders(ADA).orders) == 8
    sizes = [variables["first"] for name, variables in setup.shop.asked if name == "Orders"]
    assert sizes[:2] == [ORDERS_PER_PAGE, ORDERS_PER_PAGE // 2]
    setup.shop.single_limit = 100.0
    assert isinstance(refused(setup), FinalError)


def test_shops_share_nothing_that_is_remembered(setup: Setup) -> None:
    one = memory.memory_of("https://a.myshopify.com", "", "token")
    one.scopes, one.token = frozenset({"read_orders"}), "secret"
    for other in (("https://b.myshopify.com", "", "token"), ("https://a.myshopify.com", "", "other")):
        known = memory.memory_of(*other)
        assert (known.scopes, known.token) == (frozenset(), "")
    assert memory.memory_of("https://a.myshopify.com", "", "token") is one


# --- answers that lack something

GONE = object()
ODD = [GONE, None, "", "x", 0, -1, 10**17, True, [], {}, [None], [[]], {"nodes": None}, "NaN", "1e999", "2026-13-45T"]


def make_shop() -> FakeShop:
    ada = make_customer(7, email=EMAIL)
    summary = {"id": "gid://shopify/ShopifyPaymentsDispute/3", "status": "NEEDS_RESPONSE", "initiatedAs": "CHARGEBACK"}
    back = make_transaction(9, "REFUND", parentTransaction={"id": "gid://shopify/OrderTransaction/1"})
    order = make_order(
        1,
        customer=ada,
        refunds=[make_refund("5", back)],
        disputes=[summary],
        returns=[{"status": "DECLINED"}],
        transactions=[make_transaction(1), back],
    )
    guest = make_order(2, email="guest@example.com")
    return FakeShop(customers=[ada], orders=[order, guest], disputes=[make_dispute(3)])


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, entry in entries for place in ((*path, key), *places_in(entry, (*path, key)))]


def broken(answer: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """Return the answer with something in it gone or replaced."""
    answer = json.loads(json.dumps(answer))
    for _change in range(dice.randrange(4)):
        place = dice.choice(places_in(answer) or [()])
        parent: Any = answer
        for key in place[:-1]:
            parent = parent[key]
        odd = dice.choice(ODD)
        if place and odd is GONE:
            del parent[place[-1]]
        elif place:
            parent[place[-1]] = copy.deepcopy(odd)
    return answer


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), capability=st.sampled_from(CAPABILITIES), email=st.sampled_from(EMAILS))
def test_nothing_that_is_missing_or_odd_breaks_more_than_itself(
    setup: Setup, seed: int, capability: str, email: str
) -> None:
    shop, dice = make_shop(), random.Random(seed)  # noqa: S311 - no secret
    memory.forget()

    def send(method: str, url: str, *, headers: Any, json: Any, **_options: Any) -> Response:
        answer = shop.execute(json["query"], json["variables"])
        return Response(200, {}, msgspec.json.encode(broken(answer, dice)))

    with patch.object(system_client, "send", send), patch.object(time, "sleep", lambda seconds: None):
        try:
            answer = getattr(setup.connector(), capability)(Identity(emails=(email,)))
        except ConnectorError as error:
            assert error.sentence  # noqa: PT017 - what may be raised, may
            return
    stored = msgspec.json.encode(answer)
    assert msgspec.json.decode(stored, type=type(answer)) == answer


def _costs() -> dict[str, float]:
    (known,) = memory._memories.values()
    return known.bucket.costs


def _throttled(setup: Setup) -> list[str]:
    """Return the list of queries that are refused from now on."""
    refusals: list[str] = []

    def answer(asked: Asked) -> Reply:
        reply = setup.shop.answer(asked)
        if "THROTTLED" in str(reply.body.get("errors")):
            refusals.append(asked.json()["operationName"])
        return reply

    setup.outside.answer = answer
    return refusals
