"""What the API is asked about: an account, by an operator of it."""

import pytest

from tenants.models import Account
from tests.factories import make_account
from tests.support.api import Api, operators_api


@pytest.fixture
def account() -> Account:
    return make_account(name="Lanterna")


@pytest.fixture
def api(account: Account) -> Api:
    return operators_api(account)
