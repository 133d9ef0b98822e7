"""The running product with the hostile package beside the good ones: good tabs are right, and the worker lives."""

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.support.contexts import context_body
from tests.support.hostile import install_hostile
from tests.support.product import Product
from tests.support.services import services_for_product

HOSTILE = (
    *("hostile-raises-at-import", "hostile-loops-at-import", "hostile-attributes", "hostile-raises", "hostile-exits"),
    *("hostile-fetches-for-ever", "hostile-renders-for-ever", "hostile-swallows", "hostile-huge", "hostile-odd-data"),
    *("hostile-queries", "hostile-opens", "hostile-form"),
)
# A fetch that never ends is waited for (panels.calls).
SECONDS_TO_BE_THERE = 60


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    site = install_hostile(tmp_path_factory.mktemp("site-packages"))
    with services_for_product() as env:
        # In development a panel that fails is not cut off: its author mends it and looks again.
        more = {"PYTHONPATH": str(site), "PANELS_IMPORT_SECONDS": "1", "DEVELOPMENT": "0"}
        running = Product(tmp_path_factory.mktemp("hostile") / "run", **env, **more)
        try:
            yield running.wait_until_up()
        finally:
            running.stop()


@pytest.fixture(scope="module")
def tab(product: Product) -> dict[str, Any]:
    """A tab with a good panel between hostile ones, and another tab of good ones only."""
    return product.inside("make_tab", ",".join((*HOSTILE, "orders")), "customer,orders,payments")


def look(product: Product, key: str, number: int, *, contact: int = 70) -> dict[str, str]:
    """Return each panel's HTML."""
    request = Request(  # noqa: S310 -- our own server
        f"{product.base_url}/a/{key}/context",
        data=context_body(number, contact=contact, email=f"{contact}@example.com").encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=30) as response:  # noqa: S310 -- our own server
        html = response.read().decode()
    return {
        found[1]: found[0] for found in re.finditer(r'<section[^>]*data-panel="([^"]+)".*?</section>', html, re.DOTALL)
    }


def states(sections: dict[str, str]) -> dict[str, str]:
    return {slug: re.findall(r'data-state="([^"]+)"', html)[0] for slug, html in sections.items()}


def test_good_panels_are_right_whatever_is_beside_them(product: Product, tab: dict[str, Any]) -> None:
    workers = set(product.processes("celery"))
    give_up = time.monotonic() + SECONDS_TO_BE_THERE
    while "loading" in states(sections := look(product, tab["mixed"], tab["number"])).values():
        assert time.monotonic() < give_up, states(sections)
        time.sleep(0.5)
    found = states(sections)
    assert found.pop("orders") == "ready"
    assert "data-row" in sections["orders"]
    assert found == dict.fromkeys(HOSTILE, "error")
    for slug in HOSTILE:
        assert re.search(r"Reference [0-9a-f]{16}", sections[slug]), slug
    # The worker goes on: another customer's data are there at once.
    give_up = time.monotonic() + 20
    while set(states(sections := look(product, tab["good"], tab["number"], contact=71)).values()) != {"ready"}:
        assert time.monotonic() < give_up, states(sections)
        time.sleep(0.2)
    assert set(product.processes("celery")) == workers


def test_hostile_tab_does_not_hold_up_the_good_one(product: Product, tab: dict[str, Any]) -> None:
    look(product, tab["good"], tab["number"])
    look(product, tab["mixed"], tab["number"])
    started = time.monotonic()
    for _ in range(10):
        look(product, tab["mixed"], tab["number"])
        look(product, tab["good"], tab["number"])
    # Each failing panel was cut off: nobody waits for it any longer.
    assert time.monotonic() - started < 10
