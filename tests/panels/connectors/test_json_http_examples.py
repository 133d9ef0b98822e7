"""The examples of docs/connectors/json-http.md, as they stand there, on the systems they are for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from panels.api import (
    DeliveryWord,
    Identity,
    InvoiceWord,
    MatchWord,
    Money,
    OperatorError,
    Orders,
    PaymentWord,
)
from panels.connectors.json_http import authentication
from panels.connectors.json_http.connector import JsonHttpConnector
from panels.orders.panel import OrdersPanel
from panels.settings_forms import check_settings, clean_settings
from tests.panels.rendering import make_ctx, render_panel
from tests.support.json_http import documented
from tests.support.outside import Asked, OutsideSystem, Reply
from tests.support.real_systems import datasette, json_server

FIXTURES = Path(__file__).parents[2] / "fixtures/vendure"
ADA = Identity(identifier="7", emails=("ada@example.com",), order=("identifier", "email"))
BY_EMAIL = ADA.only(("email",))
NOBODY = Identity(identifier="4711", emails=("nobody@example.com",), order=("identifier", "email"))


def configured(example: str, secrets: dict[str, str] | None = None, **changes: str) -> JsonHttpConnector:
    """Return the connector as the docs configure it, at another address."""
    settings: dict[str, Any] = {**documented(example), **changes}
    form = JsonHttpConnector.SettingsForm
    check_settings(form, settings, secrets or {})
    return JsonHttpConnector(clean_settings(form, {**settings, **(secrets or {})}), name="Acme")


@pytest.fixture(autouse=True)
def _on_this_machine(settings: Settings) -> Iterator[None]:
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    authentication.tokens.clear()
    yield
    authentication.tokens.clear()


def test_datasette(tmp_path: Path) -> None:
    head = ("number", "email", "customer_id", "total", "currency", "created_at", "payment_status", "delivery_status")
    rows = [
        ("1001", "ada@example.com", 7, "59.90", "EUR", "2026-11-01T10:00:00Z", "paid", "delivered"),
        ("1002", "ada@example.com", 7, 12.5, "EUR", "2026-11-20T10:00:00Z", "refunded", "in transit"),
        ("1003", "ada@example.company", 8, "1.00", "EUR", "2026-11-20T10:00:00Z", "paid", "shipped"),
    ]
    orders = [dict(zip(head, row, strict=True)) for row in rows]
    customers: list[dict[str, Any]] = [
        {"id": "7", "email": "ada@example.com", "name": "Ada Okafor", "phone": "+4930123456"},
        {"id": "8", "email": "ada@example.company", "name": "Somebody Else", "phone": None},
    ]
    with datasette(tmp_path, {"orders": orders, "customers": customers}) as url:
        connector = configured("datasette", address=f"{url}/shop")
        assert "answers" in connector.check()
        answer = connector.orders(ADA)
        assert [(order.number, order.total) for order in answer.orders] == [
            ("1002", Money(1250, "EUR")),
            ("1001", Money(5990, "EUR")),
        ]
        assert answer.matched_by is MatchWord.EMAIL
        assert answer.orders[0].ship is DeliveryWord.ON_ITS_WAY
        found = connector.customer(ADA).customers
        assert [(one.name, one.match.by) for one in found] == [("Ada Okafor", MatchWord.IDENTIFIER)]
        assert connector.orders(NOBODY).is_empty
        assert connector.customer(NOBODY).is_empty
        with pytest.raises(OperatorError):
            configured("datasette", address=f"{url}/shop", orders_addresses="/nothing.json?email={email}").orders(ADA)
        # A parameter whose name it does not know Datasette overlooks, and answers with everybody.
        mistyped = configured(
            "datasette", address=f"{url}/shop", orders_addresses="/orders.json?_shape=array&_x={email}"
        )
        assert {order.number for order in mistyped.orders(ADA).orders} == {"1001", "1002"}
        for nasty in ("' or 1=1 --", "ada@example.com&email__contains=a", "%"):
            assert connector.orders(Identity(emails=(nasty,), order=("email",))).is_empty


def test_json_server(tmp_path: Path) -> None:
    customers = [
        {"id": 7, "givenName": "Ada", "surname": "Okafor", "mail": "ada@example.com", "home": {"road": "Kajen 1", "zip": "11130", "city": "Stockholm"}},  # noqa: E501
        {"id": 8, "givenName": "Bo", "surname": "Ek", "mail": "bo@example.com"},
    ]  # fmt: skip
    orders = [
        {
            "id": 42, "customerId": 7, "buyer": {"mail": "ada@example.com"}, "ordered": "2026-11-20T12:00:00",
            "sum": {"gross": 59900, "freight": 4900}, "money": "Betald", "goods": "på väg",
            "positions": [{"article": {"label": "Kåsa"}, "quantity": 2, "each": 27500}],
            "consignments": [{"id": "k1", "state": "in transit", "carrier": "PostNord", "barcode": "SE123"}],
            "credits": [{"id": 1, "amount": -5000, "on": "2026-11-21", "status": "completed"}],
        },
        {"id": 43, "customerId": 7, "buyer": {"mail": "ada@example.com"}, "ordered": "2026-11-22T12:00:00", "sum": {"gross": 100}, "money": "väntar", "goods": "packas"},  # noqa: E501
        {"id": 44, "customerId": 8, "buyer": {"mail": "bo@example.com"}, "ordered": "2026-11-22T12:00:00", "sum": {"gross": 100}},  # noqa: E501
    ]  # fmt: skip
    ledger = [
        {"id": 1, "type": "charge", "mail": "ada@example.com", "amount": 59900, "on": "2026-11-20", "by": "Swish", "status": "betald", "orderId": 42},  # noqa: E501
        {"id": 2, "type": "bill", "mail": "ada@example.com", "total": 100, "on": "2026-11-22", "status": "förfallen"},
        {"id": 3, "type": "charge", "mail": "bo@example.com", "amount": 1, "on": "2026-11-20", "by": "Swish"},
    ]  # fmt: skip
    with json_server(tmp_path, {"customers": customers, "orders": orders, "ledger": ledger}) as url:
        connector = configured("json-server", {"header_value": "k"}, address=url)
        assert "answers" in connector.check()
        customer = connector.customer(ADA).customers[0]
        assert (customer.name, customer.emails) == ("Ada Okafor", ("ada@example.com",))
        assert customer.address is not None
        assert (customer.address.lines, customer.address.city) == (("Kajen 1",), "Stockholm")
        for who, word in ((ADA, MatchWord.IDENTIFIER), (BY_EMAIL, MatchWord.EMAIL)):
            answer = connector.orders(who)
            assert answer.matched_by is word
            assert [order.number for order in answer.orders] == ["SO-43", "SO-42"]
        newer, older = answer.orders
        assert (newer.pay, newer.ship) == (PaymentWord.PENDING, DeliveryWord.PREPARING)
        assert (older.pay, older.ship, older.total) == (PaymentWord.PAID, DeliveryWord.ON_ITS_WAY, Money(59900, "SEK"))
        assert older.placed_at.isoformat() == "2026-11-20T11:00:00+00:00"
        assert [(item.title, item.total) for item in older.items] == [("Kåsa", Money(55000, "SEK"))]
        assert older.fulfilments[0].numbers == ("SE123",)
        assert older.refunded == Money(5000, "SEK")
        money = connector.payments(BY_EMAIL)
        assert [(one.amount, one.order, one.word) for one in money.payments] == [
            (Money(59900, "SEK"), "SO-42", PaymentWord.PAID)
        ]
        assert [(one.word, one.total) for one in money.invoices] == [(InvoiceWord.OVERDUE, Money(100, "SEK"))]
        for nobody in (connector.customer(NOBODY), connector.orders(NOBODY), connector.payments(NOBODY)):
            assert nobody.is_empty
        for nasty in ("../orders/42", "8?x=", "7/../8", "8#"):
            assert connector.customer(Identity(identifier=nasty, order=("identifier",))).is_empty


class Vendure:
    """Answers as Vendure 3.7 did, which was asked the documented queries."""

    def __init__(self, *, password: str = "right") -> None:  # noqa: S107 - of a test
        self.password = password
        self.token = "first"
        self.sign_ins = 0

    def __call__(self, asked: Asked) -> Reply:
        said = asked.json()
        if "login(" in said["query"]:
            self.sign_ins += 1
            if said["variables"] != {"user": "voxys", "password": self.password}:
                return Reply(self.recorded("refused"))
            return Reply(self.recorded("signed_in"), headers={"vendure-auth-token": self.token})
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return Reply(self.recorded("forbidden"))
        if said["variables"]["email"] != "ada.vendure@example.com":
            return Reply(self.recorded("nobody"))
        return Reply(self.recorded("orders" if "orders(" in said["query"] else "customer"))

    def recorded(self, name: str) -> Any:
        return json.loads((FIXTURES / f"{name}.json").read_text())


def test_vendure_as_it_answered(outside: OutsideSystem) -> None:
    shop = Vendure()
    outside.answer = shop
    address = f"{outside.url}/admin-api"
    who = Identity(emails=("ada.vendure@example.com",), order=("email",))

    def connect(password: str = "right") -> JsonHttpConnector:  # noqa: S107 - of a test
        return configured("vendure", {"password": password}, address=address, token_address=address)

    assert "answers" in connect().check()
    answer = connect().orders(who)
    assert [(order.total, order.pay, order.ship) for order in answer.orders] == [
        (Money(264380, "USD"), PaymentWord.AUTHORISED, DeliveryWord.NOT_SHIPPED),
        (Money(235340, "USD"), PaymentWord.PAID, DeliveryWord.SHIPPED),
    ]
    shipped = answer.orders[1]
    assert [(item.title, item.quantity, item.total) for item in shipped.items] == [
        ("Laptop 13 inch 8GB", 1, Money(155880, "USD")),
        ("Tablet 32GB", 2, Money(78960, "USD")),
    ]
    assert (shipped.fulfilments[0].carrier, shipped.fulfilments[0].numbers) == ("DHL", ("00340434161094",))
    assert shipped.ship_to is not None
    assert shipped.ship_to.lines == ("Hauptstr. 7",)
    assert answer.windows == ()
    assert connect().customer(who).customers[0].name == "Ada Okafor"
    assert connect().orders(BY_EMAIL).is_empty
    assert shop.sign_ins == 1, "a token serves until it is refused"
    shop.token = "second"
    assert len(connect().orders(who).orders) == 2
    assert shop.sign_ins == 2
    with pytest.raises(OperatorError, match="refused our credentials"):
        connect("wrong").orders(who)
    text = render_panel(OrdersPanel(), make_ctx(Orders.merge([("Shop", answer)]))).text
    assert "$2,643.80" in text
    assert "Shipped" in text


def test_vendure_answering_with_another_customer(outside: OutsideSystem) -> None:
    """Rows lie inside of their customer: it is the customer's address that is compared."""
    shop = Vendure()
    outside.answer = shop
    answer = shop.recorded("orders")
    answer["data"]["customers"]["items"][0]["emailAddress"] = "ada.vendure@example.company"
    shop.recorded = lambda name: answer if name == "orders" else Vendure().recorded(name)  # type: ignore[method-assign]
    address = f"{outside.url}/admin-api"
    connector = configured("vendure", {"password": "right"}, address=address, token_address=address)
    assert connector.orders(Identity(emails=("ada.vendure@example.com",), order=("email",))).is_empty
