from collections.abc import Iterator
from typing import Any

import pytest

from tenants.models import Account
from tests.factories import make_account, make_app
from tests.support.publishing_host import OURS, TITLES, PublishingHost, publishing_to


@pytest.fixture(autouse=True)
def _public_url(settings: Any) -> None:
    settings.PUBLIC_URL = OURS


@pytest.fixture
def account(db: None) -> Account:
    account = make_account()
    for position, title in enumerate(TITLES):
        make_app(account, title=title, position=position)
    return account


@pytest.fixture
def host(account: Account) -> Iterator[PublishingHost]:
    host = PublishingHost()
    with publishing_to({account.pk: host}):
        yield host
