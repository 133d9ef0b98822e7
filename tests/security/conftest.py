"""What attacks need: two accounts, a worker at hand, and what the browser tests use."""

from collections.abc import Iterator

import pytest

from panels import access
from tenants import selectors
from tests.browser.conftest import one_window, truth, window
from tests.security.world import Tenant, two_tenants
from tests.support.connectors import RecordingConnector, connector

__all__ = ["connector", "one_window", "truth", "window"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/security" in item.path.as_posix() and "browser_type_launch_args" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(params=["few accounts", "many accounts"])
def few_or_many_accounts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Operators of few accounts, and of so many that the database is asked in another way which are theirs."""
    if request.param == "many accounts":
        monkeypatch.setattr(selectors, "FEW_ACCOUNTS", 0)


@pytest.fixture
def tenants(db: None, worker_at_hand: None, connector: type[RecordingConnector]) -> Iterator[tuple[Tenant, Tenant]]:
    """Two accounts with the same ids and other customers; tasks are done at once."""
    access.forget_remembered()
    with two_tenants() as both:
        yield both


@pytest.fixture
def mine(tenants: tuple[Tenant, Tenant]) -> Tenant:
    return tenants[0]


@pytest.fixture
def theirs(tenants: tuple[Tenant, Tenant]) -> Tenant:
    return tenants[1]
