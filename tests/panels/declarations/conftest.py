from collections.abc import Iterator
from unittest.mock import patch

import pytest

from tests.panels.declarations.support import ProvingHost, installed_vault


@pytest.fixture(autouse=True)
def _vault() -> Iterator[None]:
    with installed_vault():
        yield


@pytest.fixture
def host() -> Iterator[ProvingHost]:
    proving = ProvingHost()
    with patch("tenants.services.HostClient", proving):
        yield proving
