"""The three panels, in light and dark, as axe-core judges them."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from panels.testing.browser import AXE
from tests.browser.truth import Truth
from tests.browser.window import Window
from tests.support.product import Product

NORA = 1421


@pytest.fixture(scope="module")
def window(browser: Browser, product: Product, truth: Truth) -> Any:
    # Past the frame's policy, which would refuse the judge's script.
    with browser.new_context(bypass_csp=True) as context:
        yield Window(context.new_page(), product.simulator_url, truth)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("title", ["Customer 360", "Orders", "Payments", "Broken shop"])
def test_no_serious_violation(window: Window, title: str, theme: str) -> None:
    window.restart("g3b", conversation=NORA)
    (tab,) = window.keep_apps(title)
    window.run("(theme) => simulator.setTheme(theme)", theme)
    if title == "Broken shop":
        tab.open().wait_for_state("error")
    else:
        tab.open().wait_until_shows(NORA)
        tab.wait_for("() => window.htmx")
        tab.frame.locator("summary").first.click()
        window.settle()
    tab.wait_for("(theme) => document.documentElement.dataset.theme === theme", theme)
    tab.frame.evaluate(AXE)
    found = tab.frame.evaluate("axe.run().then(({ violations }) => violations)")
    serious = [
        f"{one['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    assert serious == []
