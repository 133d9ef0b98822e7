"""The panels at work in the agent's window: details, paging, refreshing, copying, themes, widths."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from panels.formats import format_ago
from tests.browser.window import Tab, Window

A, ORDERS, PAYMENTS = "Customer 360", "Orders", "Payments"
NORA, PRIYA, LEILA = 1421, 1442, 1464
NO_OVERFLOW = "() => document.body.scrollWidth <= document.body.clientWidth"


@pytest.fixture
def window(one_window: Window) -> Iterator[Window]:
    yield one_window
    one_window.context.unroute_all()
    one_window.run("simulator.setWidth(null)")


def open_tab(window: Window, title: str = ORDERS, *, conversation: int = NORA) -> Tab:
    window.restart("g3b", conversation=conversation)
    (tab,) = window.keep_apps(title)
    tab.open().wait_until_shows(conversation)
    tab.wait_for("() => window.htmx")
    return tab


def change_data(window: Window) -> None:
    """Have the platform answer follow-ups with data that differ from those shown."""
    window.context.route(
        "**/refresh",
        lambda route: route.fulfill(
            response=(answer := route.fetch()), body=answer.text().replace("</summary>", "<i>changed</i></summary>", 1)
        ),
    )


def test_details_come_on_demand(window: Window) -> None:
    tab = open_tab(window)
    tab.frame.locator("summary").first.click()
    details = tab.frame.locator("details[open]")
    expect(details.locator(".vx-sums")).to_be_visible()
    tab.frame.locator("summary").first.click()
    expect(tab.frame.locator("details[open]")).to_have_count(0)


def test_further_rows_come_on_demand(window: Window) -> None:
    tab = open_tab(window, conversation=PRIYA)
    rows = tab.frame.locator("li[data-row]")
    expect(rows).to_have_count(5)
    tab.frame.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(25)
    assert len(set(tab.rows)) == 25
    expect(tab.frame.locator("summary").nth(5)).to_be_focused()


def test_refresh_by_button_brings_newer_data(window: Window) -> None:
    tab = open_tab(window)
    before = tab.frame.locator("time[data-fetched-at]").get_attribute("data-fetched-at")
    window.page.wait_for_timeout(1_000)  # the age counts whole seconds
    tab.frame.get_by_role("button", name="Refresh Orders").click()
    expect(tab.frame.locator("section")).to_have_attribute("aria-busy", "true")
    tab.wait_for("(before) => document.querySelector('time[data-fetched-at]').dataset.fetchedAt > before", before)
    expect(tab.frame.locator("section")).to_have_attribute("aria-busy", "false")
    tab.wait_until_shows(NORA)
    assert tab.posts == 1


def test_r_refreshes_every_panel_or_the_one_with_the_focus(window: Window) -> None:
    tab = open_tab(window, A)
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/refresh") else None)
    tab.frame.locator("body").press("r")
    window.wait_for(lambda: len(asked) == 3, "three refreshes")
    tab.frame.locator("section:nth-of-type(2) summary").first.press("r")
    window.wait_for(lambda: len(asked) == 4, "one refresh")
    tab.frame.locator("body").press("Control+r")
    window.settle()
    assert len(asked) in (3, 4)


def test_too_many_refreshes_are_told(window: Window) -> None:
    tab = open_tab(window, PAYMENTS, conversation=PRIYA)
    for _ in range(7):
        with window.page.expect_response("**/refresh"):
            tab.frame.get_by_role("button", name="Refresh Payments").click()
    expect(tab.frame.locator(".vx-panel__age")).to_contain_text("Wait a minute")
    expect(tab.frame.locator("section")).to_have_attribute("aria-busy", "false")
    assert tab.status is None


def test_age_is_told_in_words(window: Window) -> None:
    tab = open_tab(window)
    age = tab.frame.locator("time[data-fetched-at]")
    expect(age).to_have_text("now")
    tab.frame.evaluate(
        """() => {
          const time = document.querySelector('time[data-fetched-at]');
          time.dataset.fetchedAt = new Date(Date.now() - 11 * 60000).toISOString();
          voxysTimes.tick(document);
        }"""
    )
    expect(age).to_have_text("11 min. ago")
    expect(age).to_have_class("vx-old")


def test_server_tells_the_age_as_the_page_goes_on_telling_it(window: Window) -> None:
    tab = open_tab(window)
    ages = [0, 60, 89, 91, 151, 3500, 3599, 3600, 5300, 5500, 40000, 86000]
    told = tab.frame.evaluate(
        """(ages) => ages.map((age) => {
          const scope = document.createElement("p");
          scope.innerHTML = `<time data-fetched-at="${new Date(Date.now() - age * 1000).toISOString()}"></time>`;
          voxysTimes.tick(scope);
          return scope.textContent;
        })""",
        ages,
    )
    assert told == [format_ago(age + 0.01, "en") for age in ages]


def test_copy_button(window: Window, context: BrowserContext) -> None:
    tab = open_tab(window, A)
    window.context.grant_permissions(["clipboard-read"], origin=window.run("location.origin"))
    button = tab.frame.get_by_role("button", name="Copy email").first
    button.click()
    expect(button).to_have_attribute("data-copied", "Copied")
    expect(button).to_be_focused()
    window.page.bring_to_front()
    window.run("focus()")
    assert window.run("navigator.clipboard.readText()") == button.get_attribute("data-copy")


@pytest.mark.parametrize("changed", [False, True])
def test_open_details_and_focus_survive_a_refresh(window: Window, *, changed: bool) -> None:
    tab = open_tab(window)
    summary = tab.frame.locator("summary").nth(1)
    summary.click()
    expect(tab.frame.locator("details[open] .vx-sums")).to_be_visible()
    if changed:
        change_data(window)
    tab.frame.evaluate("document.querySelectorAll('summary')[1].focus()")
    with window.page.expect_response("**/refresh"):
        summary.press("r")
    if changed:
        expect(tab.frame.get_by_text("changed")).to_be_visible()
    window.settle()
    expect(tab.frame.locator("details[open]")).to_have_count(1)
    expect(tab.frame.locator("details[open] .vx-sums")).to_be_visible()
    expect(tab.frame.locator("summary").nth(1)).to_be_focused()


def test_order_the_chat_speaks_of_comes_first(window: Window) -> None:
    tab = open_tab(window, conversation=PRIYA)
    assert tab.frame.locator("[data-mentioned]").count() == 0
    number = tab.frame.locator("[data-mention]").nth(3).get_attribute("data-mention")
    assert number
    assert tab.frame.locator("[data-mention]").first.get_attribute("data-mention") != number
    window.run("(content) => simulator.addMessage({ content })", f"Where is #{number}? Not 9{number}.")
    window.show_messages()
    window.run("simulator.setGeneration('g3b')")
    tab.open().wait_until_shows(PRIYA)
    first = tab.frame.locator("[data-mention]").first
    assert first.get_attribute("data-mention") == number
    assert first.get_attribute("data-mentioned") == "In this chat"
    assert tab.frame.locator("[data-mentioned]").count() == 1
    assert number not in tab.bodies[-1]
    window.forget()


def test_theme_follows_the_host(window: Window) -> None:
    tab = open_tab(window)
    background = "getComputedStyle(document.body).backgroundColor"
    light = tab.frame.evaluate(background)
    window.run("simulator.setTheme('dark')")
    tab.wait_for("() => document.documentElement.dataset.theme === 'dark'")
    assert tab.frame.evaluate(background) != light
    window.run("simulator.setTheme('light')")
    tab.wait_for("() => document.documentElement.dataset.theme === 'light'")
    assert tab.frame.evaluate(background) == light
    assert tab.posts == 1


def test_theme_follows_the_system_where_the_host_tells_none(window: Window) -> None:
    window.restart("g2", conversation=NORA)
    (tab,) = window.keep_apps(ORDERS)
    tab.open().wait_until_shows(NORA)
    light = tab.frame.evaluate("getComputedStyle(document.body).backgroundColor")
    window.page.emulate_media(color_scheme="dark")
    assert tab.frame.evaluate("getComputedStyle(document.body).backgroundColor") != light
    window.page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("title", [A, ORDERS, PAYMENTS])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_overflows_at_any_width(window: Window, title: str, language: str) -> None:
    window.restart("g3b", conversation=LEILA)
    (tab,) = window.keep_apps(title)
    window.run("(direction) => simulator.setDirection(direction)", "rtl" if language == "ar" else "ltr")
    try:
        tab.open().wait_until_shows(LEILA)
        assert tab.frame.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
            language,
            "rtl" if language == "ar" else "ltr",
        ]
        tab.wait_for("() => window.htmx")
        for summary in tab.frame.locator("summary").all()[:2]:
            summary.click()
        window.settle()
        for width in (163, 419, 579, 947):
            window.run("(width) => simulator.setWidth(width)", width)
            window.settle()
            assert tab.frame.evaluate("innerWidth") == width
            assert tab.frame.evaluate(f"({NO_OVERFLOW})()"), width
    finally:
        window.run("simulator.setDirection('ltr')")


def test_tab_hidden_and_shown_again_is_as_it_was(window: Window) -> None:
    tab = open_tab(window)
    tab.frame.locator("summary").first.click()
    expect(tab.frame.locator("details[open] .vx-sums")).to_be_visible()
    window.show_messages()
    tab.open()
    expect(tab.frame.locator("details[open] .vx-sums")).to_be_visible()
    assert tab.posts == 1
