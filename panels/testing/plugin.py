"""A pytest plugin for packages with panels and connectors: `addopts = "-p panels.testing.plugin"`.

It sets Django up for the tests by itself: the product with a database and a cache in memory, and nothing of the
environment it is run in. No test leaves this machine. It must be asked for by name: a plugin that came by itself
would take hold of every other project's tests that are run where the product is installed.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from panels.testing.network import no_network

_SETTINGS = "voxysapps.settings"
_MADE = pytest.StashKey[Path]()
_GIVEN = {
    "SECRET_KEY": "a key for tests only",
    "ENCRYPTION_KEYS": "another-key-for-tests-only-of-43-characters",
    "DEBUG": "1",
    "SIMULATOR": "0",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "DATABASE_URL": "sqlite://:memory:",
}
# Whatever else the settings read is left out.
_LEFT_OUT = (
    *("ACCOUNT_CONCURRENCY", "ADMIN_HOSTS", "ADMIN_SECOND_FACTOR", "BEHIND_PROXY", "BROKER_PREFIX", "CACHE_PREFIX"),
    *("CONN_MAX_AGE", "CSRF_TRUSTED_ORIGINS", "DEFAULT_FROM_EMAIL", "DEVELOPMENT", "EMAIL_URL", "EMBEDDED_WORKER"),
    *("LOG_LEVEL", "METRICS_NETWORKS", "OUTGOING_NETWORKS", "PANELS_EXCLUDE", "PANELS_IMPORT_SECONDS"),
    *("PREFETCH_CONCURRENCY", "PUBLIC_URL", "RATE_LIMIT_FACTOR", "REDIS_URL", "SECRET_KEY_FALLBACKS"),
    *("SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "STATIC_ROOT", "TRUSTED_PROXIES"),
)


# A wrapper: it comes before pytest-django, which reads the settings in the same hook.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    folder = Path(tempfile.mkdtemp(prefix="voxys-tests-"))
    early_config.stash[_MADE] = folder
    for name in _LEFT_OUT:
        os.environ.pop(name, None)
    os.environ |= {**_GIVEN, "RUN_DIR": str(folder)}
    # Somebody with settings of their own names them, in the environment or by --ds.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", _SETTINGS)
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: looks at a panel in a browser")
    config.addinivalue_line("filterwarnings", "default::panels.deprecation.PanelDeprecationWarning")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[_MADE], ignore_errors=True)


@pytest.fixture(autouse=True)
def _network_guard() -> Iterator[None]:
    with no_network() as attempts:
        yield
    if attempts:
        pytest.fail(
            f"The test tried to leave this machine: {', '.join(attempts)}. Ask outside systems through "
            "panels.api.SystemClient, and answer for them with the fixture `http`.",
            pytrace=False,
        )


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    from django.core.cache import cache  # noqa: PLC0415 - Django is set up only now

    cache.clear()


@pytest.fixture
def http() -> Iterator[Any]:
    """Answers all HTTP requests in place of the network; a request that nothing was said about fails the test."""
    from panels.testing.http import Http  # noqa: PLC0415 - Django is set up only now

    with Http().in_place_of_the_network() as answering:
        yield answering
    answering.check()


@pytest.fixture
def payloads() -> dict[str, dict[str, Any]]:
    """What the host posts into a frame, by name: of every generation of it and of its mobile app."""
    from panels.testing.payloads import read_payloads  # noqa: PLC0415 - see above

    return read_payloads()


@pytest.fixture
def identity() -> Any:
    """A confirmed customer with everything to be looked for: `panels.testing.ADA`."""
    from panels.testing.rendering import ADA  # noqa: PLC0415 - Django is set up only now

    return ADA


@pytest.fixture
def render_panel() -> Any:
    """Render a panel as the platform does: `render_panel(LoyaltyPanel, data, settings={…}, locale="de")`.

    Returns a `panels.testing.Document`; further values go to `panels.testing.make_context`.
    """
    from panels.testing import rendering  # noqa: PLC0415 - Django is set up only now

    def render(panel: Any, data: Any, **values: Any) -> Any:
        made = panel() if isinstance(panel, type) else panel
        return rendering.render_panel(made, rendering.panel_context(made, data, **values))

    return render
