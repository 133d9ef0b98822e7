import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _server_of_tests(settings: Settings) -> None:
    """Let the tests' server be asked. Like many a proxy it drops headers with underscores in their names."""
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8", "::1/128"]
