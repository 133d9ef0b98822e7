"""What the API is asked about: a connection, by an operator of its account."""

import pytest

from panels.models import Connection
from tests.factories import make_account, make_connection
from tests.support.api import Api, operators_api


@pytest.fixture
def shop() -> Connection:
    return make_connection(make_account(), connector="demo", name="Shop")


@pytest.fixture
def api(shop: Connection) -> Api:
    return operators_api(shop.account)
