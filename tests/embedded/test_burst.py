"""Many webhooks at once over HTTP, with a real worker: each customer is fetched once, and there when looked at."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.crowd import PANELS, Crowd, crowd
from tests.support.product import Product

CUSTOMERS, WEBHOOKS = 50, 1_000
# Fetching ahead is slower than interactive work by design; a busy machine slower still.
SECONDS_TO_FETCH = 60


def wait_until_fetched(them: Crowd) -> dict[str, object]:
    """Return what is stored once nothing waits any longer."""
    give_up = time.monotonic() + SECONDS_TO_FETCH
    while True:
        told = them.tell()
        if not told["items"] and not any(told["journals"].values()):
            return told
        assert time.monotonic() < give_up, told


@pytest.fixture
def them(tmp_path: Path) -> Iterator[Crowd]:
    product = Product(tmp_path / "run")
    try:
        with crowd(product.wait_until_up(), CUSTOMERS) as them:
            yield them
    finally:
        product.stop()


def deliver(them: Crowd, webhooks: int) -> None:
    """Send so many webhooks, in turn about every customer, eight at a time."""
    with ThreadPoolExecutor(8) as senders:
        statuses = senders.map(them.deliver, (number % CUSTOMERS + 1 for number in range(webhooks)))
        assert set(statuses) == {200}


def test_burst_of_webhooks_fetches_each_customer_once(them: Crowd) -> None:
    deliver(them, WEBHOOKS)
    told = wait_until_fetched(them)
    assert (told["calls"], told["errors"]) == (CUSTOMERS * PANELS, {})
    asked = [count for path, count in them.host.asked.items() if "/conversations/" in path]
    assert (len(asked), max(asked)) == (CUSTOMERS, 1)

    assert all(them.is_right(number) for number in them.customers)
    assert them.tell()["calls"] == CUSTOMERS * PANELS, "opening a tab asked the shop"
    deliver(them, WEBHOOKS // 10)
    assert wait_until_fetched(them)["calls"] == CUSTOMERS * PANELS, "what was fresh was fetched again"
