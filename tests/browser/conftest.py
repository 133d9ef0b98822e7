from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.truth import Truth
from tests.browser.window import Window
from tests.support.product import Product

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def truth(product: Product) -> Truth:
    return Truth(product)


@pytest.fixture(scope="module")
def one_window(browser: Browser, product: Product, truth: Truth) -> Iterator[Window]:
    """A window for all tests of a module that bring it back to its beginning themselves: it loads once."""
    with browser.new_context() as context:
        yield Window(context.new_page(), product.simulator_url, truth)


@pytest.fixture
def window(page: Page, product: Product, truth: Truth) -> Window:
    """The host's window, not yet opened."""
    return Window(page, product.simulator_url, truth)
