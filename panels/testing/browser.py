"""What only a browser can tell of a panel: whether it fits, whether everybody can use it, what it loads.

Playwright runs in a thread of its own: so it does not get in the way of another Playwright in the same tests, nor
of Django, which refuses queries where an event loop runs.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.translation import get_language_info

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

Result = TypeVar("Result")

# The script of axe-core, which judges whether everybody can use a page; axe.LICENSE.txt lies beside it.
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
# From the narrowest sidebar to a wide screen, in CSS pixels.
WIDTHS = (160, 240, 320, 419, 579, 947, 1280, 1600)
REQUIRED = "VOXYS_BROWSER"
HOW_TO_GET_ONE = (
    "No browser, so nobody has looked whether the panel fits and can be used by everybody. Get one with "
    "`pip install playwright` and `playwright install chromium` (or your system's package chromium), or name yours in "
    f"BROWSER_PATH. {REQUIRED}=required makes this a failure, for your CI."
)

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
_MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_DOWNLOADS = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
_ARGUMENTS = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars")
# The components' own style, which a frame fetches where a panel uses them.
_COMPONENTS = "bridge/kit.css"
_FRAME = "http://frame.test"
_PAGE = """<!doctype html><html lang="{lang}" dir="{dir}" data-theme="{theme}"><head><meta charset="utf-8">
<title>Panel</title>
<meta name="htmx-config" content='{{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false}}'>
<style>{css}</style>{styles}<script src="/htmx.js" defer></script></head>
<body><main class="vx-panels" id="panels">{section}</main></body></html>"""
_OPEN_ALL = "document.querySelectorAll('details').forEach(details => details.open = true)"
# What an element inside of the panel cuts off does not stick out of it.
_STICKS_OUT = """() => [...document.querySelectorAll('main *')].filter(element => {
  const panel = element.closest('.vx-panel');
  const box = element.getBoundingClientRect(), own = panel.getBoundingClientRect();
  for (let around = element.parentElement; panel.contains(around) && around !== panel; around = around.parentElement)
    if (getComputedStyle(around).overflowX !== 'visible') return false;
  const left = Math.max(own.left, 0), right = Math.min(own.right, document.documentElement.clientWidth);
  return box.width && !element.closest('svg') && (box.left < left - 1 || box.right > right + 1);
}).map(element => element.outerHTML.slice(0, 120))"""
_SCROLLS = "() => document.body.scrollWidth > document.body.clientWidth"


@cache
def find_browser() -> str | None:
    """Return the Chromium of this machine, or None. BROWSER_PATH and CHROMIUM come first."""
    for variable in ("BROWSER_PATH", "CHROMIUM"):
        if named := os.environ.get(variable):
            return shutil.which(named)
    for name in (*_NAMES, *_MACOS):
        if found := shutil.which(name):
            return found
    for folder in (os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or "", *_DOWNLOADS):
        for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"):
            for path in sorted(map(str, Path(folder).expanduser().glob(pattern)), reverse=True) if folder else ():
                return path
    return None


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel as a frame shows it: its section, and what its parts answer by the query that asks for them."""

    section: str
    parts: Mapping[str, str] = field(default_factory=dict)
    locale: str = "en"
    theme: str = "light"
    styles: Sequence[str] = ()


def need_browser(config: pytest.Config) -> None:
    """Skip the test where there is no browser, or fail it where the environment requires one.

    What is started is ended with the tests.
    """
    try:
        import playwright  # noqa: F401, PLC0415 - nobody needs it for the other tests
    except ImportError:
        found = None
    else:
        found = find_browser()
    if found is None:
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(HOW_TO_GET_ONE, pytrace=False)
        pytest.skip(HOW_TO_GET_ONE)
    if not _running:
        config.add_cleanup(_close)


def sticking_out(shown: Shown) -> dict[int, list[str]]:
    """Return what sticks out of the panel, by the width at which it does."""

    def measure(page: "Page") -> dict[int, list[str]]:
        found = {}
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 700})
            wide = page.evaluate(_STICKS_OUT) or (["the page scrolls sideways"] if page.evaluate(_SCROLLS) else [])
            if wide:
                found[width] = wide
        return found

    return _look(shown, measure)[0]


def violations(shown: Shown) -> list[str]:
    """Return what axe-core finds serious or critical, each in a line."""

    def judge(page: "Page") -> list[str]:
        page.evaluate(AXE)
        found = page.evaluate("axe.run().then(({ violations }) => violations)")
        return [
            f"{one['id']}: {one['help']} – {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    return _look(shown, judge)[0]


def loaded_from_elsewhere(shown: Shown) -> list[str]:
    """Return the addresses that the panel made the browser load, which a frame refuses."""
    return _look(shown, lambda page: None)[1]


def _look(shown: Shown, look: "Callable[[Page], Result]") -> tuple[Result, list[str]]:
    """Return what `look` returns of the open page, with all details open, and what was loaded from elsewhere."""
    return _thread().submit(_look_here, _page(shown), dict(shown.parts), look).result(timeout=120)


def _look_here(html: str, parts: Mapping[str, str], look: "Callable[[Page], Result]") -> tuple[Result, list[str]]:
    elsewhere: list[str] = []

    def answer(route: "Route") -> None:
        url = urlsplit(route.request.url)
        if f"{url.scheme}://{url.netloc}" != _FRAME:
            elsewhere.append(route.request.url)
            route.abort()
        elif url.query in parts:
            route.fulfill(content_type="text/html", body=parts[url.query])
        elif url.path == "/htmx.js":
            route.fulfill(content_type="text/javascript", body=_file("bridge/htmx.min.js"))
        elif url.path == "/":
            route.fulfill(content_type="text/html", body=html)
        else:
            route.fulfill(status=204 if url.path == "/favicon.ico" else 404)

    context = _browser().new_context(base_url=_FRAME, viewport={"width": 419, "height": 700}, service_workers="block")
    try:
        page = context.new_page()
        page.route("**/*", answer)
        page.goto("/", wait_until="load")
        page.evaluate(_OPEN_ALL)
        page.wait_for_load_state("networkidle")
        page.evaluate(_OPEN_ALL)
        return look(page), elsewhere
    finally:
        context.close()


def _page(shown: Shown) -> str:
    return _PAGE.format(
        lang=shown.locale,
        dir="rtl" if get_language_info(shown.locale)["bidi"] else "ltr",
        theme=shown.theme,
        css=_file("bridge/frame.css"),
        styles="".join(f"<style>{_file(name)}</style>" for name in (_COMPONENTS, *shown.styles)),
        section=shown.section,
    )


@cache
def _file(name: str) -> str:
    """Return the text of a static file, ours or the plugin's."""
    path = finders.find(name)
    if path is None:
        pytest.fail(f"There is no static file {name} in {settings.STATIC_URL}.", pytrace=False)
    return Path(path).read_text(encoding="utf-8")


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser")


# The driver and the browser, once they run; only their thread may talk to them.
_running: list[Any] = []


def _browser() -> Any:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - nobody needs it for the other tests

    if not _running:
        arguments = [*_ARGUMENTS, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
        driver = sync_playwright().start()
        _running.append(driver)
        _running.append(driver.chromium.launch(executable_path=find_browser(), args=arguments))
    return _running[-1]


def _close() -> None:
    def close() -> None:
        driver, browser = _running
        _running.clear()
        browser.close()
        driver.stop()

    if _running:
        _thread().submit(close).result(timeout=30)
