"""Chromium with a host page that opens a tab."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.pages import Pages
from panels.testing.browser import find_browser
from tests.support.browser import NONE_FOUND

_HOST_PAGE = Path(__file__).parent / "host_page.html"
_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# In every iframe, ours and the static one: once everything is there and a frame with it was presented,
# the host page is told. The second callback comes after the frame that the first one came before.
_TELL_WHEN_PAINTED = """
if (window.parent !== window) {
  const look = () => {
    if (!(%s)) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      window.paintedAt = performance.now();
      window.parent.postMessage("bench:painted", "*");
    }));
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true, attributes: true });
}
"""
_SINCE_POSTED = """
() => window.paintedAt - performance.getEntriesByType("resource").find(({ name }) => /\\/context/.test(name)).startTime
"""


class Host:
    """The host page in a browser."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open_tab(self, address: str) -> float:
        """Open the tab with this address; return the milliseconds from the click to the painted rows."""
        self.page.evaluate("address => prepare(address)", address)
        self.page.click("#tab")
        painted: float = self.page.evaluate("painted")
        return painted

    def since_posted(self, address: str) -> float:
        """Return the milliseconds from posting the context to the painted rows, of the tab that is open."""
        frame = next(frame for frame in self.page.frames if frame.url == address)
        passed: float = frame.evaluate(_SINCE_POSTED)
        return passed

    def set_context(self, context: Any) -> None:
        """Let the host have another conversation open."""
        self.page.evaluate("context => { window.context = context }", context)

    def close_tab(self) -> None:
        self.page.evaluate("closeTab()")


def shows(panels: int) -> str:
    """Return what is true, in JavaScript, once so many panels have answered."""
    return f'document.querySelectorAll("section[data-placement][data-state=ready]").length === {panels}'


@contextmanager
def opened_host(pages: Pages, context: bytes, *, rows: int = 0, painted: str = "") -> Iterator[Host]:
    """Yield the host page at http://localhost, which is another site than the frames' http://127.0.0.1.

    A tab counts as painted once it has so many rows, or once the expression `painted` is true in it.
    """
    painted = painted or f'document.querySelectorAll("[data-row]").length >= {rows}'
    executable = find_browser()
    if executable is None:
        raise SystemExit(NONE_FOUND)
    pages.by_path["/host"] = _HOST_PAGE.read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(_FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 1100}, locale="en-US")
        page.add_init_script(_TELL_WHEN_PAINTED % painted)
        page.goto(f"{host_origin(pages)}/host")
        host = Host(page)
        host.set_context(json.loads(context))
        yield host
        browser.close()


def host_origin(pages: Pages) -> str:
    return f"http://localhost:{pages.server_port}"
