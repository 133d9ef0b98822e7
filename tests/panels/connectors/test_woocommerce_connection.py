"""A WooCommerce shop as an operator connects it and a worker asks it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from panels import calls
from panels.api import Identity, Orders
from panels.errors import OperatorError
from panels.models import Connection
from panels.services import save_connection, try_connection
from panels.snapshots import Source
from tenants.models import Account
from tests.factories import make_account
from tests.support.outside import running
from tests.support.woocommerce import KEY, SECRET, WooCommerceShop

pytestmark = pytest.mark.django_db
ADA = Identity(contact_id=7, emails=("ada@example.com",))


def connect(account: Account, shop: WooCommerceShop, **changes: Any) -> Connection:
    address = shop.connector().settings["address"]
    connection = Connection(
        account=account, name="Shop", connector="woocommerce", settings={"address": address}, **changes
    )
    save_connection(connection, {"consumer_key": KEY, "consumer_secret": SECRET})
    return connection


def ask(account: Account, connection: Connection) -> Orders:
    source = Source.of_connection(connection.pk, "orders")
    call = calls.prepare(account.pk, source, ADA, "trace")
    with call.enter():
        answer = call.ask()
    assert isinstance(answer, Orders)
    return answer


def test_two_accounts_are_told_of_their_own_shop_only(shop: WooCommerceShop) -> None:
    one, other = make_account(), make_account()
    with running() as system:
        second = WooCommerceShop(system)
        second.orders = [{**second.order(1001), "id": 777, "number": "777"}]
        connections = connect(one, shop), connect(other, second)
        assert [order.number for order in ask(one, connections[0]).orders] == ["1003", "1002", "1001"]
        assert [order.number for order in ask(other, connections[1]).orders] == ["777"]
        with pytest.raises(OperatorError):
            ask(one, connections[1])


def test_the_secrets_are_sealed_and_used(shop: WooCommerceShop) -> None:
    connection = connect(make_account(), shop)
    stored = str(Connection.objects.values().get())
    assert KEY not in stored
    assert SECRET not in stored
    answer = try_connection(connection)
    assert answer.answers
    assert "13 orders" in answer.sentence


def test_the_order_of_matching_is_the_operators(shop: WooCommerceShop) -> None:
    account = make_account()
    connection = connect(account, shop, match_by=["attribute:shop_id", "phone"])
    assert ask(account, connection).is_empty, "her e-mail is not to be looked for"
    with pytest.raises(ValidationError):
        connect(account, shop, match_by=["name"])
