import datetime as dt
import os
from collections.abc import Iterator
from typing import Any

import pytest
import redis
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone, translation
from playwright.sync_api import expect
from pytest_django.plugin import DjangoDbBlocker

from panels.testing.browser import find_browser
from panels.testing.network import no_network
from tests.support.browser import NONE_FOUND, launch_arguments
from tests.support.host import hosts  # noqa: F401 - a fixture
from tests.support.hubspot import hubspot  # noqa: F401 - a fixture
from tests.support.outside import outside  # noqa: F401 - a fixture
from tests.support.product import Product
from tests.support.services import delete_keys, services_for_product
from voxysapps.celery import app as celery_app
from voxysapps.redis_urls import cache_url

# Hashing a password is slow on purpose.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def redis_of_tests() -> Iterator[redis.Redis | None]:
    """The Redis of this session, or None where cache and queue are in the process."""
    url = os.environ["REDIS_URL"]
    if not url:
        yield None
        return
    with redis.Redis.from_url(cache_url(url)) as client:
        yield client
        delete_keys(client, os.environ["CACHE_PREFIX"])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """End what threads of tests have left connected: PostgreSQL drops no database that somebody uses."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _empty_cache(redis_of_tests: redis.Redis | None) -> None:
    """Every test starts with an empty cache and empty queues."""
    if redis_of_tests is None:
        cache.clear()
    else:
        delete_keys(redis_of_tests, os.environ["CACHE_PREFIX"])


@pytest.fixture(autouse=True)
def _no_language_left() -> Iterator[None]:
    """A test's last request leaves its language and time zone to the thread, as in a server: to its next request."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def worker_at_hand() -> Iterator[None]:
    """Tasks are done at once, as an idle worker would do them a moment later."""
    celery_app.conf.task_always_eager = True
    yield
    celery_app.conf.task_always_eager = False


@pytest.fixture(autouse=True)
def _network_guard() -> Iterator[None]:
    with no_network() as attempts:
        yield
    assert not attempts, f"the test tried to leave this machine: {', '.join(attempts)}"


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The real product, running until the tests end; its data is shared by all tests that use it."""
    with services_for_product() as env:
        running = Product(tmp_path_factory.mktemp("product") / "run", **env)
        try:
            yield running.wait_until_up()
        finally:
            running.stop()


@pytest.fixture(scope="session")
def base_url(product: Product) -> str:
    """Where `page.goto("/simulator/")` goes. It replaces pytest-playwright's, which warns under pytest 9."""
    return product.base_url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    # As long as all else waits that Playwright does: a busy machine takes its time.
    expect.set_options(timeout=30_000)
    return {**browser_type_launch_args, **launch_arguments()}


@pytest.fixture
def clock(time_machine: time_machine.TimeMachineFixture) -> time_machine.TimeMachineFixture:
    """The time of this process, to be shifted. What Redis forgets by itself, it forgets by its own clock."""
    time_machine.move_to(dt.datetime.now(dt.UTC))
    return time_machine


# Where tests may ask database, cache or queue without a fixture that tells.
_MAY_ASK = ("tests/voxysapps", "tests/tenants", "tests/security", "tests/browser", "tests/panels/prefetch")
# What the browser does with an answer, whichever services made it.
_ONCE = (
    *("tests/browser/test_who_receives.py", "tests/browser/test_development.py", "tests/browser/test_kit.py"),
    *("tests/browser/test_trimming.py", "tests/browser/test_forged_messages.py"),
    *("tests/browser/test_accessibility.py", "tests/simulator/test_window.py", "tests/panels/test_layout.py"),
)
_RUNNING = {"db", "transactional_db", "django_db_setup", "product", "them", "world"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `ONLY_ON_SERVICES`, leave out what neither database nor Redis has to do with: CI has run that before."""
    if not os.environ.get("ONLY_ON_SERVICES"):
        return
    kept = [item for item in items if _asks_services(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _asks_services(item: pytest.Item) -> bool:
    path = item.path.relative_to(settings.BASE_DIR).as_posix()
    if path in _ONCE:
        return False
    if item.get_closest_marker("django_db") or _RUNNING & set(getattr(item, "fixturenames", ())):
        return True
    return path.startswith(_MAY_ASK) or path.rpartition("/")[0] == "tests/panels"


_told = False


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail browser tests where there is no browser; the first one says how to get one."""
    global _told  # noqa: PLW0603 -- once per session
    fixtures = getattr(item, "fixturenames", ())
    if ("browser_type_launch_args" in fixtures or item.get_closest_marker("browser")) and not find_browser():
        message = "No browser; see the first browser test." if _told else NONE_FOUND
        _told = True
        pytest.fail(message, pytrace=False)
