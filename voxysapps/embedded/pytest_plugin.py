"""Gives the tests an environment before Django reads it: `pytest -p voxysapps.embedded.pytest_plugin`.

Services named in the environment (DATABASE_URL, REDIS_URL) are used as they are. Otherwise a Redis of
the session's own is started, and where none can be, the cache and the queue stay in the process. With
`-n`, each worker is such a session.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from voxysapps.embedded.processes import Guard
from voxysapps.embedded.valkey import Valkey, start_valkey

# What the tests were called with; a product that a test starts gets this.
GIVEN_ENVIRONMENT = dict(os.environ)


class Session:
    """What lives as long as the tests do."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="voxys-tests-"))
        self._guard = Guard()
        self._valkey: Valkey | None = None

    def prepare_environment(self) -> None:
        prefix = f"test-{os.getpid()}"
        os.environ |= {
            "SECRET_KEY": "a key for tests only",
            "ENCRYPTION_KEYS": "another-key-for-tests-only-of-43-characters",
            "DEBUG": "1",
            "SIMULATOR": "1",
            # As agents meet it.
            "DEVELOPMENT": "0",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "RUN_DIR": str(self.folder),
            "CACHE_PREFIX": prefix,
            "BROKER_PREFIX": f"{prefix}:",
            # Playwright's loop stays current in the main thread, where Django would then refuse to query.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        if not os.environ.get("REDIS_URL"):
            self._valkey = start_valkey(self.folder, GIVEN_ENVIRONMENT, self._guard)
            os.environ["REDIS_URL"] = self._valkey.url if self._valkey else ""

    def close(self) -> None:
        if self._valkey:
            self._valkey.child.kill()
            self._valkey.remove_folder()
        self._guard.close()
        shutil.rmtree(self.folder, ignore_errors=True)


session = Session()


# A wrapper: it comes before pytest-django, which reads the settings in the same hook.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, Any, Any]:
    session.prepare_environment()
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Start workers with what was given, as if each were called by hand; this process runs no tests any more."""
    os.environ.clear()
    os.environ.update(GIVEN_ENVIRONMENT)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    session.close()
