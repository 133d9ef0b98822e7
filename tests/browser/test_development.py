"""Who writes a panel sees every change in the open tab, and what is behind it."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from tests.browser.test_sign_in import NO_STORAGE
from tests.support.loyalty import TOKEN, LoyaltyServer, loyalty_system
from tests.support.plugins import EXAMPLES, product_with_loyalty
from tests.support.product import Product

SLUG = "acme-loyalty"
# New processes are there in two seconds where a machine has nothing else to do.
PATIENCE = 60_000
CONVERSATION = 1421


@pytest.fixture(scope="module")
def loyalty() -> Iterator[LoyaltyServer]:
    with loyalty_system() as server:
        yield server


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's package, to be changed."""
    folder = tmp_path_factory.mktemp("package") / "loyalty"
    shutil.copytree(EXAMPLES / "loyalty", folder)
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, package: Path, loyalty: LoyaltyServer) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("developing")
    with product_with_loyalty(folder, loyalty, trust="link", package=package) as running:
        yield running


@pytest.fixture(scope="module")
def page_of_module(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1500, "height": 1000}) as context:
        yield context.new_page()


@pytest.fixture
def window(page_of_module: Page, run: Product) -> Page:
    """The agent's window with the panel's tab open."""
    page_of_module.goto("about:blank")
    page_of_module.goto(f"{run.simulator_url}#account=4&conversation={CONVERSATION}&tab=1")
    expect(panel(page_of_module)).to_contain_text("Silver", timeout=PATIENCE)
    return page_of_module


def tab(window: Page) -> FrameLocator:
    return window.frame_locator(".apps .frame:not([hidden]) iframe")


def panel(window: Page) -> Locator:
    return tab(window).locator(f"section[data-panel={SLUG}]")


def test_changed_files_are_seen_in_the_open_tab(window: Page, package: Path) -> None:
    """A template, one that is broken, and mended; code that fetches otherwise, is broken, and mended."""
    template = package / "acme_loyalty/templates/acme-loyalty/panel.html"
    code = package / "acme_loyalty/panel.py"
    first_template, first_code = template.read_text(), code.read_text()
    fetch = "return LoyaltySystem(ctx.settings).find(ctx.identity)"
    assert "{% figures" in first_template
    assert fetch in first_code

    template.write_text(first_template.replace("Last bookings", "Latest bookings"))
    expect(panel(window)).to_contain_text("Latest bookings", timeout=PATIENCE)
    template.write_text(first_template.replace("{% figures", "{% nonsense"))
    expect(panel(window)).to_contain_text("TemplateSyntaxError: Invalid block tag", timeout=PATIENCE)
    expect(panel(window)).to_have_attribute("data-state", "error")
    template.write_text(first_template)
    expect(panel(window)).to_contain_text("Last bookings", timeout=PATIENCE)

    code.write_text(first_code.replace(fetch, f'{fetch} and {{"points": 777, "level": "Gold", "bookings": []}}'))
    expect(panel(window)).to_contain_text("Gold", timeout=PATIENCE)
    code.write_text(first_code + "\ndef (:\n")
    expect(panel(window)).to_contain_text("SyntaxError: invalid syntax (panel.py, line", timeout=PATIENCE)
    code.write_text(first_code)
    expect(panel(window)).to_contain_text("Silver", timeout=PATIENCE)


def test_tab_where_nobody_signs_in_asks_for_nothing_that_was_set(browser: Browser, run: Product) -> None:
    """Only agents with a session have kept state; without storage the page cannot tell that from a cookie's."""
    asked: list[str] = []
    with browser.new_context(viewport={"width": 1500, "height": 1000}) as context:
        context.add_init_script(NO_STORAGE)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{run.simulator_url}#account=4&conversation={CONVERSATION}&tab=1")
        expect(panel(page)).to_contain_text("Silver", timeout=PATIENCE)
        with page.expect_event("console", lambda message: message.text == "acting", timeout=PATIENCE):
            panel(page).evaluate(
                """async () => {
                    while (!performance.getEntriesByType("resource").some(({ name }) => name.includes("acting")))
                        await new Promise((done) => setTimeout(done, 50));
                    console.log("acting");
                }"""
            )
        panel(page).locator("summary", has_text="Last bookings").click()
        page.wait_for_timeout(2_000)  # what was set would be sent after 0.7 s
    assert any("acting" in url for url in asked)
    assert not [url for url in asked if url.endswith("/state")]


def test_inspector_tells_what_is_behind_the_tab(window: Page, loyalty: LoyaltyServer) -> None:
    window.get_by_role("button", name="Inspector").click()
    row = window.locator("details.inspected", has_text="Loyalty points")
    expect(row.locator("summary").first).to_contain_text("acme-loyalty 1.0.0")
    expect(row.locator("summary").first).to_contain_text(
        re.compile(r"ready.*fetch [\d.]+ ms.*render [\d.]+ ms, 0 queries")
    )
    row.locator("summary").first.click()
    expect(row).to_contain_text("127.0.0.1/members")
    expect(row.locator("pre.json").last).to_contain_text('"level": "Silver"')
    assert TOKEN not in window.locator(".inspector").inner_text()

    window.get_by_role("button", name="Situations").click()
    window.get_by_role("combobox", name="Loyalty points").select_option("broken")
    expect(window.locator(".situation-systems .is-faulty")).to_have_count(1)
    before = loyalty.asked
    window.get_by_role("button", name="Inspector").click()
    window.get_by_role("button", name="Fetch anew").click()
    expect(panel(window)).to_contain_text("has trouble of its own", timeout=PATIENCE)
    expect(panel(window)).to_contain_text("Silver")
    expect(row).to_contain_text("fault: broken")
    assert loyalty.asked == before > 0
    window.get_by_role("button", name="Situations").click()
    window.get_by_role("combobox", name="Loyalty points").select_option("none")


def test_looks_are_compared_side_by_side(window: Page) -> None:
    window.get_by_role("button", name="Compare").click()
    cells = window.locator(".compare-cell iframe")
    expect(cells).to_have_count(16)
    for title, theme, direction in (("light, ltr, 320 px", "light", "ltr"), ("dark, rtl, 950 px", "dark", "rtl")):
        cell = window.locator(f'iframe[title="{title}"]')
        cell.scroll_into_view_if_needed()
        frame = cell.content_frame.frame_locator("iframe")
        expect(frame.locator(f"section[data-panel={SLUG}]")).to_contain_text("Silver", timeout=PATIENCE)
        expect(frame.locator("html")).to_have_attribute("data-theme", theme)
        expect(frame.locator("html")).to_have_attribute("dir", direction)
    window.get_by_role("button", name="Close").click()
    expect(panel(window)).to_be_visible()


def test_recorded_payload_is_replayed(window: Page) -> None:
    window.get_by_role("button", name="Payload").click()
    window.get_by_role("combobox", name="Take another one").select_option("02_whatsapp_phone_only")
    window.get_by_role("button", name="Send to the open tab").click()
    expect(tab(window).locator("section[data-panel=customer]")).to_contain_text("Kofi", timeout=PATIENCE)
