import pytest
from playwright.sync_api import Page

from tests.support.product import Product

pytestmark = pytest.mark.browser


def test_frame_keeps_what_it_stores_apart_for_every_host_page(product: Product, page: Page) -> None:
    """Agents' browsers do so; Playwright switches it off, and we switch it on again."""
    address = f"{product.base_url}/a/{product.state['accounts'][0]['apps'][0]['key']}/"

    def stored() -> str | None:
        page.evaluate(
            "address => new Promise(done => { const frame = document.createElement('iframe');"
            " frame.onload = done; frame.src = address; document.body.append(frame); })",
            address,
        )
        value: str | None = page.frames[-1].evaluate(
            "() => { const before = localStorage.tried ?? null; localStorage.tried = 'yes'; return before; }"
        )
        return value

    # Our own pages embed nothing, but a file has no policy.
    page.goto("/static/bridge/session.js")
    assert stored() is None
    assert stored() == "yes"
    page.goto(product.base_url.replace("localhost", "127.0.0.1") + "/static/bridge/session.js")
    assert stored() is None
