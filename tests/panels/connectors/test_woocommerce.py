"""How a WooCommerce shop is asked, and what is said when it does not answer as it should."""

import base64
import time
from collections.abc import Callable
from socket import socket
from typing import Any

import pytest
from django import forms
from pytest_django.fixtures import Settings

from panels.api import ConnectorError, FinalError, Identity, OperatorError, SecretField, TemporaryError
from panels.connectors.woocommerce.connector import WooCommerceConnector
from panels.connectors.woocommerce.shop import MAX_PAGES, PAGE
from panels.registry import connectors
from tests.security.servers import raw_server
from tests.support.outside import Asked, Reply
from tests.support.woocommerce import KEY, SECRET, WooCommerceShop
from voxysapps.outgoing import budget

ADA = Identity(emails=("ada@example.com",))
SETTINGS = {"address": "https://shop.example.com", "consumer_key": KEY, "consumer_secret": SECRET}


def failure(ask: Callable[[], Any]) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        ask()
    assert "ada" not in caught.value.sentence
    assert SECRET not in caught.value.sentence
    return caught.value


def fill(shop: WooCommerceShop, count: int, like: int = 1002) -> None:
    for number in range(count):
        at = f"2025-01-01T{number // 60:02}:{number % 60:02}:00"
        shop.add(5000 + number, like, date_created=at, date_created_gmt=at, refunds=[])


def test_it_is_installed() -> None:
    assert connectors().plugins["woocommerce"] is WooCommerceConnector
    assert all(hasattr(WooCommerceConnector, capability) for capability in WooCommerceConnector.capabilities)


# --- asking --------------------------------------------------------------------------------------------


def test_requests_carry_the_key_and_ask_for_what_is_needed(shop: WooCommerceShop) -> None:
    shop.connector().orders(ADA)
    expected = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    assert {asked.headers["authorization"] for asked in shop.asked} == {expected}
    assert not any(SECRET in f"{asked.path}{asked.params}" for asked in shop.asked)
    lists = [asked for asked in shop.asked if asked.path.endswith("/orders")]
    assert [asked.params.get("search") or asked.params.get("customer") for asked in lists] == ["ada@example.com", "5"]
    assert all("payment_url" not in asked.params["_fields"] for asked in shop.asked)


def test_a_shop_below_a_path(shop: WooCommerceShop) -> None:
    error = failure(lambda: shop.connector(address=f"{shop.connector()._address}/blog").orders(ADA))
    assert isinstance(error, OperatorError)
    assert shop.asked[-1].path == "/blog/wp-json/wc/v3/customers"


def test_pages_are_read_by_number_to_the_last(shop: WooCommerceShop) -> None:
    fill(shop, PAGE)
    answer = shop.connector().orders(ADA)
    assert len(answer.orders) == PAGE + 3
    pages = [asked.params["page"] for asked in shop.asked if "customer" in asked.params]
    assert pages == ["1", "2"]
    assert answer.windows == ()


def test_the_end_is_found_where_a_proxy_drops_the_headers(shop: WooCommerceShop) -> None:
    fill(shop, PAGE - 2)  # two orders of hers are there already: the first page is full
    listed = shop._list

    def without_headers(asked: Asked, rows: list[dict[str, Any]]) -> Reply:
        return Reply(listed(asked, rows).body)

    shop._list = without_headers  # type: ignore[method-assign]
    answer = shop.connector().orders(ADA)
    assert len(answer.orders) == PAGE + 1
    assert answer.windows == ()


def test_too_many_orders_are_read_so_far_back_and_no_further(shop: WooCommerceShop) -> None:
    fill(shop, PAGE * MAX_PAGES + 30)
    shop.order(1003).update(date_created="2020-01-01T00:00:00", date_created_gmt="2020-01-01T00:00:00")
    connector = shop.connector()
    answer = connector.orders(ADA)
    (window,) = answer.windows
    assert window.since == min(order.placed_at for order in answer.orders)
    assert "1003" not in {order.number for order in answer.orders}, "between it and the window are orders unread"
    assert len(answer.orders) <= PAGE * MAX_PAGES
    (customer,) = connector.customer(ADA).customers
    assert customer.figures_since == window.since
    assert connector.payments(ADA).windows == answer.windows


def test_an_order_that_moves_to_the_next_page_is_there_once(shop: WooCommerceShop) -> None:
    fill(shop, PAGE + 5)
    listed = shop._list

    def and_one_more(asked: Asked, rows: list[dict[str, Any]]) -> Reply:
        if asked.params.get("page") == "1" and "customer" in asked.params:
            reply = listed(asked, rows)
            shop.add(9000, 1002, date_created="2026-11-24T00:00:00", date_created_gmt="2026-11-24T00:00:00")
            return reply
        return listed(asked, rows)

    shop._list = and_one_more  # type: ignore[method-assign]
    numbers = [order.number for order in shop.connector().orders(ADA).orders]
    assert len(numbers) == len(set(numbers))


def test_the_stand_in_refuses_what_a_shop_refuses(shop: WooCommerceShop) -> None:
    """What the connector relies on, as it was seen."""

    def ask(params: dict[str, str]) -> Reply:
        return shop._list(Asked("GET", "/wp-json/wc/v3/orders", params, {}, b""), shop.orders)

    assert ask({"per_page": "101"}).status == 400
    assert ask({"per_page": "101"}).body["code"] == "rest_invalid_param"
    assert (ask({"page": "99"}).status, ask({"page": "99"}).body) == (200, [])
    assert PAGE <= 100


# --- settings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entered", "address"),
    [
        ("https://shop.example.com", "https://shop.example.com"),
        ("shop.example.com", "https://shop.example.com"),
        (" https://Shop.example.com/ ", "https://shop.example.com"),
        ("https://example.com/shop/", "https://example.com/shop"),
        ("https://shop.example.com:8443/wp-json/wc/v3/", "https://shop.example.com:8443"),
        ("https://shop.example.com/blog/wp-admin/admin.php", "https://shop.example.com/blog"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]"),
    ],
)
def test_addresses(entered: str, address: str) -> None:
    form = form_of(address=entered)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["address"] == address
    assert form_of(address=address).is_valid(), "what was saved can be saved again"


@pytest.mark.parametrize(
    "entered",
    [
        "", "https://", "ftp://shop.example.com", "http://shop.example.com", "https://ck:cs@shop.example.com",
        "https://shop.example.com/?page=1", "https://shop.example.com/#top", "https://shop.example.com:port",
        "https://shop example.com", "javascript:alert(1)", "https://[::1", "http://10.0.0.1", "http://localhost",
    ],
)  # fmt: skip
def test_addresses_that_are_refused(entered: str, settings: Settings) -> None:
    settings.DEBUG = True
    assert set(form_of(address=entered).errors) == {"address"}


def test_only_developers_ask_this_machine_without_tls(settings: Settings) -> None:
    settings.DEBUG, settings.OUTGOING_NETWORKS = False, []
    assert "https" in str(form_of(address="http://127.0.0.1:8080").errors["address"])
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    assert form_of(address="http://127.0.0.1:8080").is_valid()


def test_key_and_secret_cannot_be_swapped() -> None:
    form = form_of(consumer_key=SECRET, consumer_secret=KEY)
    assert set(form.errors) == {"consumer_key", "consumer_secret"}
    kinds = [type(form.fields[name]) for name in ("consumer_key", "consumer_secret")]
    assert kinds == [SecretField, SecretField]
    assert WooCommerceConnector.destination == ("address",)


def form_of(**changes: str) -> forms.Form:
    return WooCommerceConnector.SettingsForm({**SETTINGS, **changes})


# --- check ---------------------------------------------------------------------------------------------


def test_check_says_what_answers(shop: WooCommerceShop) -> None:
    sentence = shop.connector().check()
    assert sentence.startswith("WooCommerce at 127.0.0.1:")
    assert sentence.endswith("answers: 13 orders, 2 customer accounts.")
    assert [asked.params["per_page"] for asked in shop.asked] == ["1", "1"]


def test_check_without_counts(shop: WooCommerceShop) -> None:
    shop.fault = lambda asked: Reply([])
    assert shop.connector().check().endswith(" answers.")


def test_a_wrong_key_and_http_are_both_named(shop: WooCommerceShop) -> None:
    wrong = failure(shop.connector(consumer_secret="cs_wrong").check)
    shop.sees_https = False
    plain = failure(shop.connector().check)
    assert isinstance(wrong, OperatorError)
    assert wrong.sentence == plain.sentence
    for word in ("consumer key", "https", "Shop A"):
        assert word in wrong.sentence


def test_a_missing_right_is_named(shop: WooCommerceShop) -> None:
    refusal = {"code": "woocommerce_rest_cannot_view", "message": "x", "data": {"status": 403}}
    shop.fault = lambda asked: Reply(refusal, status=403) if asked.path.endswith("/customers") else None
    error = failure(shop.connector().check)
    assert isinstance(error, OperatorError)
    assert "Read" in error.sentence
    assert "Shop manager" in error.sentence
    shop.fault = lambda asked: Reply(b"<html>Blocked</html>", status=403)
    assert "Shop manager" not in failure(shop.connector().check).sentence, "a firewall, not WooCommerce"


def test_no_woocommerce_there(shop: WooCommerceShop) -> None:
    for body in (shop.errors["no_route"], b"<html>Not found</html>"):
        shop.fault = lambda asked, body=body: Reply(body, status=404)  # type: ignore[misc]
        for ask in (shop.connector().check, lambda: shop.connector().orders(Identity(identifier="5"))):
            error = failure(ask)
            assert isinstance(error, OperatorError)
            assert "permalinks" in error.sentence


# --- faults --------------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[Reply, type[ConnectorError]]] = {
    "wrong key": (Reply({"code": "woocommerce_rest_cannot_view"}, status=401), OperatorError),
    "too many requests": (Reply(b"", status=429, headers={"Retry-After": "7"}), TemporaryError),
    "broken": (Reply({"code": "internal_server_error"}, status=500), TemporaryError),
    "maintenance": (Reply(b"<html>Back soon</html>", status=503), TemporaryError),
    "HTML": (Reply(b"<html>Just a moment...</html>"), TemporaryError),
    "notice before JSON": (Reply(b"<b>Warning</b>: x in y.php[]"), TemporaryError),
    "truncated": (Reply(b'[{"id": 1, "na'), TemporaryError),
    "huge": (Reply(b'["' + b"x" * 8_100_000 + b'"]'), FinalError),
    "redirect": (Reply(b"", status=302, headers={"Location": "http://169.254.169.254/latest"}), OperatorError),
    "an object": (Reply({"orders": []}), TemporaryError),
    "null": (Reply(b"null"), TemporaryError),
    "bad request": (Reply({"code": "rest_oddity"}, status=400), FinalError),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("ask", [*WooCommerceConnector.capabilities, "check"])
def test_faults(shop: WooCommerceShop, ask: str, fault: str) -> None:
    reply, kind = FAULTS[fault]
    shop.fault = lambda asked: reply
    connector = shop.connector()
    error = failure(connector.check if ask == "check" else lambda: getattr(connector, ask)(ADA))
    assert type(error) is kind
    assert error.sentence.startswith("Shop A") or "Shop A" in error.sentence
    if fault == "too many requests":
        assert isinstance(error, TemporaryError)
        assert error.retry_after == 7


@pytest.mark.parametrize("part", ["/orders", "/refunds", "/fulfillments"])
@pytest.mark.parametrize("fault", ["broken", "truncated", "an object"])
def test_faults_on_the_way_leave_nothing_half_told(shop: WooCommerceShop, part: str, fault: str) -> None:
    shop.has_fulfilments = True
    reply, kind = FAULTS[fault]
    shop.fault = lambda asked: reply if asked.path.endswith(part) else None
    assert type(failure(lambda: shop.connector().orders(Identity(identifier="7")))) is kind


def test_a_record_that_is_none(shop: WooCommerceShop) -> None:
    shop.fault = lambda asked: Reply([]) if asked.path.endswith("/customers/5") else None
    assert isinstance(failure(lambda: shop.connector().orders(Identity(identifier="5"))), TemporaryError)


def test_an_order_deleted_meanwhile_has_no_details(shop: WooCommerceShop) -> None:
    shop.fault = lambda asked: Reply(shop.errors["no_order"], status=404) if asked.path.endswith("/refunds") else None
    order = next(order for order in shop.connector().orders(ADA).orders if order.number == "1002")
    assert (order.refunds, bool(order.refunded)) == ((), True)


def test_silence_and_resets(shop: WooCommerceShop) -> None:
    def silent(connection: socket, head: bytes) -> None:
        time.sleep(3)

    with raw_server(silent) as server, budget(0.4):
        started = time.monotonic()
        error = failure(lambda: shop.connector(address=server.url).orders(ADA))
        assert "in time" in error.sentence
        assert time.monotonic() - started < 2
    with raw_server(lambda connection, head: None) as server:
        assert isinstance(failure(lambda: shop.connector(address=server.url).orders(ADA)), TemporaryError)


def test_private_addresses_are_refused(settings: Settings) -> None:
    settings.OUTGOING_NETWORKS = []
    connector = WooCommerceConnector({**SETTINGS, "address": "https://10.0.0.1"}, name="Shop A")
    assert "private network" in failure(connector.check).sentence
