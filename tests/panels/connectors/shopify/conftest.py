from collections.abc import Iterator

import pytest

from panels.connectors.shopify import memory
from tests.support.outside import OutsideSystem
from tests.support.shopify import FakeShop, Setup


@pytest.fixture
def setup(outside: OutsideSystem) -> Iterator[Setup]:
    """An empty shop, and workers that know nothing of it yet."""
    memory.forget()
    shop = FakeShop()
    outside.answer = shop.answer
    yield Setup(shop, outside)
    memory.forget()
