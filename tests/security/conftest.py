"""Attacks in the browser use what the browser tests use."""

import pytest

from tests.browser.conftest import one_window, truth, window

__all__ = ["one_window", "truth", "window"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
