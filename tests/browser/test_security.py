"""What the browser may load, run and frame, and what it must not wait for."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.truth import Truth
from tests.browser.window import Window
from tests.support.product import Product

A, ORDERS, BROKEN = "Customer 360", "Orders", "Broken shop"
NORA, OTTILIE, HOSTILE = 1421, 1440, 1466


class Watch:
    """Everything the browser complains of in our frames or the host's page."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.expose_function("noteViolation", lambda what: self.complaints.append(str(what)))
        page.add_init_script(
            "addEventListener('securitypolicyviolation',"
            " ({ violatedDirective, blockedURI }) => noteViolation(`${violatedDirective} ${blockedURI}`))"
        )

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


def test_whole_journey_without_a_complaint(window: Window) -> None:
    watch = Watch(window.page)
    window.start("g3b", conversation=NORA)
    for conversation in (NORA, HOSTILE):
        window.open_conversation(conversation)
        for title in (A, ORDERS):
            tab = window.tab(title).open()
            tab.wait_until_shows(conversation)
            tab.wait_for("() => window.htmx")
            tab.frame.locator("summary").first.click()
            expect(tab.frame.locator("details[open]").first).to_be_visible()
            tab.frame.locator("[data-refresh]").first.click()
            window.settle()
    window.tab(BROKEN).open().wait_for_state("error")
    window.run("simulator.setTheme('dark')")
    window.tab(A).open().wait_until_shows(HOSTILE)
    window.settle()
    assert watch.complaints == []


def test_script_in_the_frame_is_refused_unless_it_is_ours(window: Window) -> None:
    """The policy is in force: what an injected text would do does nothing."""
    watch = Watch(window.page)
    window.start("g3b", conversation=NORA)
    tab = window.tab(A).open()
    tab.wait_until_shows(NORA)
    tab.frame.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = 'window.injected = true';
          document.body.append(script);
          document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.injected = true">');
        }"""
    )
    window.settle()
    assert tab.frame.evaluate("window.injected") is None
    assert any("script-src" in complaint for complaint in watch.complaints)


@pytest.fixture
def foreign_page(truth: Truth, product: Product) -> Iterator[str]:
    """A page at an origin that is not registered for the account, which frames our app."""
    html = f'<iframe src="http://127.0.0.1:{product.port}/a/{truth.app_key(A)}/"></iframe>'.encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def test_other_origins_may_not_frame_us(page: Page, foreign_page: str) -> None:
    watch = Watch(page)
    page.goto(foreign_page)
    for _try in range(100):
        if page.frames[1].url and watch.complaints:
            break
        page.wait_for_timeout(50)
    assert page.frames[1].url.startswith("chrome-error:")
    assert any("frame-ancestors" in complaint for complaint in watch.complaints)


def test_nothing_delays_the_load_event(window: Window) -> None:
    window.start("g3b", conversation=NORA)
    slow = window.hold(r"/context$")  # what is posted early is no part of the document, and does not delay it
    tab = window.tab(A).open()
    tab.wait_for("() => document.readyState === 'complete'")
    slow.let_go()
    tab.wait_until_shows(NORA)
    tab.wait_for("() => performance.getEntriesByType('resource').some(({ name }) => name.includes('htmx'))")
    entries = json.loads(
        tab.frame.evaluate(
            """JSON.stringify({
              load: performance.getEntriesByType('navigation')[0].loadEventStart,
              resources: performance.getEntriesByType('resource').map(({ initiatorType, name, startTime }) => (
                { initiatorType, name, startTime })),
            })"""
        )
    )
    before = [one for one in entries["resources"] if one["startTime"] < entries["load"]]
    assert {one["initiatorType"] for one in before} <= {"fetch"}


STORAGES_REFUSED = """
for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
  Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });
}
Object.defineProperty(Document.prototype, 'cookie', { get() { throw new DOMException('denied', 'SecurityError'); } });
"""


def test_refused_storage_breaks_nothing(window: Window) -> None:
    window.context.add_init_script(f"if (location.pathname.startsWith('/a/')) {{ {STORAGES_REFUSED} }}")
    watch = Watch(window.page)
    window.start("g3b", conversation=NORA)
    tab = window.tab(A).open()
    tab.wait_until_shows(NORA)
    assert watch.complaints == []


def test_frame_keeps_nothing_in_the_browser(window: Window) -> None:
    window.start("g3b", conversation=NORA)
    tab = window.tab(A).open()
    tab.wait_until_shows(NORA)
    assert tab.frame.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    # htmx notes its page's path there, though told to keep no history.
    assert set(tab.frame.evaluate("Object.keys(sessionStorage)")) <= {"htmx-current-path-for-history"}
    assert window.context.cookies() == []


def test_storage_of_a_frame_is_apart_for_every_host(browser: Browser, window: Window, product: Product) -> None:
    """As agents' browsers have it; Playwright would switch it off."""
    window.start("g3b", conversation=NORA)
    tab = window.tab(A).open()
    tab.wait_until_shows(NORA)
    tab.frame.evaluate("localStorage.setItem('seen', '1')")
    page = window.context.new_page()
    page.goto(tab.frame.url)
    assert page.evaluate("localStorage.getItem('seen')") is None
