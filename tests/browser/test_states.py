"""What the page says while there is nothing to show, and how it gets out of it by itself."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Frame, Page, Request, Route, expect

from tests.browser.truth import Truth
from tests.browser.window import FETCH_INFO, STATUS, Tab, Window
from tests.support.product import Product

A, ORDERS, BROKEN = "Customer 360", "Orders", "Broken shop"
NORA, OTTILIE = 1421, 1440
# Asked while the page is parsed, then after 0.3, 1 and 3 s; after 6 s the page says that nothing came.
ASKS = 4


@pytest.fixture
def window(one_window: Window) -> Iterator[Window]:
    """A window whose clock tests may put forward."""
    yield one_window
    one_window.context.unroute_all()


def open_tab(window: Window, title: str = A, *, conversation: int = NORA) -> Tab:
    window.restart("g3b", conversation=conversation)
    (tab,) = window.keep_apps(title)
    return tab.open()


def problem(route: Route, status: int, code: str) -> None:
    route.fulfill(
        status=status,
        content_type="application/problem+json",
        json={"code": code, "detail": "Told so.", "trace_id": "f00"},
    )


# --- no context -----------------------------------------------------------------------------------------


def test_opened_outside_the_host(page: Page, product: Product, window: Window) -> None:
    window.restart("g3b", conversation=NORA)
    page.goto(f"{product.base_url}/a/{window.tab(A).key}/")
    assert page.evaluate(STATUS) == "outside"
    assert page.locator("#panels").is_hidden()
    assert page.locator("#status button").count() == 0


@pytest.fixture
def silent_host(page: Page, product: Product, truth: Truth) -> tuple[Window, Frame]:
    """A host that has put our page somewhere else than its tabs, and so sends and answers nothing."""
    page.clock.install()
    window = Window(page, product.simulator_url, truth).start("g3b", conversation=NORA)
    window.run(
        """() => {
          window.asked = [];
          addEventListener('message', ({ data }) => asked.push(data));
          const iframe = document.createElement('iframe');
          iframe.src = simulator.apps[0].url;
          document.body.append(iframe);
        }"""
    )
    frame = window.tab(A).frame
    frame.wait_for_load_state()
    return window, frame


def test_host_that_never_answers_is_asked_a_few_times(silent_host: tuple[Window, Frame]) -> None:
    window, frame = silent_host
    clock = window.page.clock
    for _ in range(8):
        clock.run_for(1_000)
    assert window.run("asked") == [FETCH_INFO] * ASKS
    assert frame.evaluate(STATUS) == "silent"
    clock.run_for(60_000)
    assert window.run("asked.length") == ASKS

    frame.get_by_role("button", name="Ask again").click()
    assert frame.evaluate(STATUS) is None
    assert frame.locator("#panels").is_visible()
    for _ in range(8):
        clock.run_for(1_000)
    assert window.run("asked.length") == 2 * ASKS
    assert frame.evaluate(STATUS) == "silent"


def test_page_shows_what_it_waits_for_when_no_context_comes_at_once(silent_host: tuple[Window, Frame]) -> None:
    window, frame = silent_host
    window.page.clock.run_for(100)
    assert frame.evaluate(STATUS) is None
    expect(frame.locator("#panels .vx-skeleton").first).to_be_visible()


def test_context_that_comes_late_is_shown(silent_host: tuple[Window, Frame]) -> None:
    window, frame = silent_host
    window.page.clock.run_for(8_000)
    assert frame.evaluate(STATUS) == "silent"
    window.run("frames[0].postMessage(JSON.stringify(simulator.payloadFor(1421)), '*')")
    window.tab(A).wait_for(f"() => {STATUS} === null")
    window.page.clock.run_for(2_000)
    window.tab(A).wait_until_shows(NORA)


def test_wrong_page_around_the_tab(page: Page, window: Window) -> None:
    """Should a browser not refuse it: nothing is shown, posted or handed on."""
    window.restart("g3b", conversation=NORA)
    page.clock.install()
    key = window.tab(A).key
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)

    def without_policy(route: Route) -> None:
        answer = route.fetch()
        headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
        route.fulfill(response=answer, headers=headers)

    page.route(f"**/a/{key}/", without_policy)
    url = window.run("simulator.apps")[0]["url"]
    page.route(
        "**/other-host", lambda route: route.fulfill(body=f'<iframe src="{url}"></iframe>', content_type="text/html")
    )
    page.goto("http://other.localhost:1/other-host")
    frame = page.frames[1]
    context = window.run("(id) => JSON.stringify(simulator.payloadFor(id))", NORA)
    page.evaluate("(text) => frames[0].postMessage(text, '*')", context)
    page.clock.run_for(8_000)
    assert frame.evaluate(STATUS) == "stranger"
    assert posts == []


# --- the platform does not answer -----------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["no connection", "503", "a proxy's page"])
def test_unreachable_platform_is_tried_again_by_itself(window: Window, trouble: str) -> None:
    window.restart("g3b", conversation=NORA)
    (tab,) = window.keep_apps(A)
    failed: list[Route] = []

    def fail_once(route: Route) -> None:
        if failed:
            route.continue_()
            return
        failed.append(route)
        if trouble == "no connection":
            route.abort("connectionrefused")
        elif trouble == "503":
            problem(route, 503, "unavailable")
        else:
            route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")

    window.context.route("**/context", fail_once)
    tab.open().wait_for_status("unreachable")
    assert tab.frame.locator("#panels").is_hidden()
    tab.wait_for_status(None)
    tab.wait_until_shows(NORA)


def test_data_stay_while_the_platform_is_unreachable(window: Window) -> None:
    tab = open_tab(window)
    tab.wait_until_shows(NORA)
    window.context.route("**/refresh", lambda route: route.abort())
    window.context.route("**/context", lambda route: route.abort())
    tab.frame.locator("[data-refresh]").first.click()
    tab.wait_for_status("unreachable")
    tab.wait_until_shows(NORA)
    assert tab.frame.locator("#panels").is_visible()
    window.context.unroute_all()
    tab.frame.get_by_role("button", name="Try again").click()
    tab.wait_for_status(None)


def test_refusal_shows_the_platforms_sentence_and_no_data(window: Window) -> None:
    tab = open_tab(window)
    tab.wait_until_shows(NORA)
    window.context.route("**/context", lambda route: problem(route, 403, "not_confirmed"))
    window.run("frames[0].postMessage(JSON.stringify(simulator.payloadFor(1440)), '*')")
    tab.wait_for_status("refused")
    assert "Told so." in tab.frame.inner_text("#status")
    assert "f00" in tab.frame.inner_text("#status")
    assert tab.rows == []
    window.context.unroute_all()
    tab.frame.get_by_role("button", name="Try again").click()
    tab.wait_until_shows(OTTILIE)


# --- the pass for follow-up requests --------------------------------------------------------------------


def spoil_pass(window: Window) -> list[int]:
    """Have the platform refuse the next follow-up request for its pass; return the answers so far."""
    answers: list[int] = []

    def handle(route: Route) -> None:
        token = route.request.headers["x-voxys-context"]
        spoilt = {} if answers else {"x-voxys-context": token[:-3]}
        answer = route.fetch(headers={**route.request.headers, **spoilt})
        answers.append(answer.status)
        route.fulfill(response=answer)

    window.context.route(re.compile("/panels/"), handle)
    return answers


def test_pass_that_has_run_out_is_renewed_silently(window: Window) -> None:
    tab = open_tab(window, ORDERS)
    tab.wait_until_shows(NORA)
    answers = spoil_pass(window)
    tab.frame.locator("[data-refresh]").click()
    window.wait_for(lambda: 200 in answers, "the second try")
    assert answers[:2] == [403, 200]
    assert tab.posts == 2
    assert tab.status is None
    tab.wait_until_shows(NORA)


def test_details_come_though_the_pass_has_run_out(window: Window) -> None:
    tab = open_tab(window, ORDERS)
    tab.wait_until_shows(NORA)
    tab.wait_for("() => window.htmx")
    answers = spoil_pass(window)
    tab.frame.locator("summary").first.click()
    tab.frame.locator("details[open] .vx-sums").wait_for()
    assert answers == [403, 200]
    assert tab.posts == 2


def test_pass_is_renewed_before_it_runs_out(page: Page, product: Product, truth: Truth) -> None:
    window = Window(page, product.simulator_url, truth)
    page.clock.install()
    window.start("g3b", conversation=NORA)
    (tab,) = window.keep_apps(ORDERS)
    tab.open()
    page.clock.run_for(2_000)
    tab.wait_until_shows(NORA)
    page.clock.run_for(1_000)
    tab.wait_for("() => window.htmx")
    page.clock.fast_forward(250_000)
    tab.frame.locator("summary").first.click()
    tab.frame.locator("details[open] .vx-sums").wait_for()
    assert tab.posts == 2


# --- loading, ready, stale, failed ----------------------------------------------------------------------

# What is below a panel that loads appears after a second. A busy machine takes longer to load, and that shift is meant.
WATCH_SHIFTS = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('.vx-panel[data-state="loading"] ~ .vx-panel { animation-duration: 1h; }');
  document.adoptedStyleSheets = [sheet];
  window.shift = 0;
  window.sources = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    if (entry.hadRecentInput) return;
    window.shift += entry.value;
    window.sources.push(...entry.sources.map(({ node }) => node && (node.className || node.nodeName)));
  })).observe({ type: 'layout-shift', buffered: true });
}"""


@pytest.mark.parametrize("width", [163, 419, 579, 947])
@pytest.mark.parametrize(
    "title",
    [
        A,
        ORDERS,
        "Payments",
    ],
)
def test_data_arrive_without_a_layout_shift(window: Window, width: int, title: str) -> None:
    """From nothing known of the customer, through loading, to ready."""
    window.start("g3b", conversation=NORA)
    window.forget()  # its contact is another one from here on
    unknown = f"cls{width}-{title.lower().replace(' ', '-')}@example.com"
    window.run("(width) => simulator.setWidth(width)", width)
    window.run("(email) => simulator.editContact({ email, identifier: email, phone_number: null })", unknown)
    tab = window.tab(title).open()
    tab.frame.evaluate(WATCH_SHIFTS)
    tab.wait_for_state("ready")
    window.settle()
    shift, sources = tab.frame.evaluate("[shift, sources]")
    assert shift < 0.02, sources


def test_unknown_customer_is_asked_for_once(window: Window) -> None:
    """The server holds the question until the data are there: nobody asks over and over meanwhile."""
    window.start("g3b", conversation=NORA)
    window.forget()
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/panels/" in request.url and "/static/" not in request.url:
            asked.append(request.url)

    window.context.on("request", note)
    unknown = "asked-once@example.com"
    window.run("(email) => simulator.editContact({ email, identifier: email, phone_number: null })", unknown)
    window.tab(ORDERS).open().wait_for_state("ready")
    assert len(asked) <= 1, asked
    assert all(url.endswith("/?wait=1") for url in asked)


def test_old_data_are_shown_at_once_and_refreshed(window: Window) -> None:
    """What the platform marks as stale is asked for again until it is new."""
    open_tab(window, ORDERS).wait_until_shows(NORA)
    window.restart("g3b", conversation=NORA)
    (tab,) = window.keep_apps(ORDERS)

    def as_stale(route: Route) -> None:
        answer = route.fetch()
        html = answer.text().replace('data-state="ready"', 'data-state="stale" data-retry="1"')
        route.fulfill(response=answer, body=html)

    window.context.route("**/context", as_stale)
    slow = window.hold("/panels/")
    tab.open().wait_for_state("stale")
    slow.let_go()
    tab.wait_for_state("ready")
    tab.wait_until_shows(NORA)


def test_broken_shop_says_so_and_can_be_tried_again(window: Window) -> None:
    tab = open_tab(window, BROKEN)
    tab.wait_for_state("error")
    assert "refused" in tab.frame.inner_text(".vx-notice--error")
    before = tab.frame.inner_text(".vx-trace")
    tab.frame.get_by_role("button", name="Try again").click()
    tab.wait_for("(before) => document.querySelector('.vx-trace').textContent !== before", before)
    tab.wait_for_state("error")
    tab.wait_for("() => document.querySelector('section').getAttribute('aria-busy') === 'false'")


def test_app_without_panels_says_so(window: Window) -> None:
    window.restart("g3b", conversation=NORA)
    (tab,) = window.keep_apps(A)
    window.context.route("**/context", lambda route: route.fulfill(body="", headers={"X-Voxys-Context": "x"}))
    tab.open().wait_for_status("empty")


# --- hidden tabs ----------------------------------------------------------------------------------------


def test_tab_that_comes_back_after_a_while_asks_again(page: Page, product: Product, truth: Truth) -> None:
    window = Window(page, product.simulator_url, truth)
    page.clock.install()
    window.start("g2", conversation=NORA)
    a, b = window.keep_apps(A, ORDERS)
    for tab in (a, b):
        tab.open()
        page.clock.run_for(1_000)
        tab.wait_until_shows(NORA)
    follow_ups: list[str] = []
    page.on("request", lambda request: follow_ups.append(request.url) if "/panels/" in request.url else None)
    window.clear_log()
    page.wait_for_timeout(100)
    a.open()
    page.wait_for_timeout(200)
    assert window.questions() == 0  # it was away for a moment only

    b.open()
    page.wait_for_timeout(200)
    window.show_messages()
    page.wait_for_timeout(200)
    page.clock.fast_forward(40_000)
    b.open()
    window.wait_for(lambda: window.questions() == 1, "the question")
    window.wait_for(lambda: follow_ups, "the follow-up")
    b.wait_until_shows(NORA)
    assert b.posts == 1
