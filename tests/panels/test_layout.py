"""The panels as a browser lays them out: nothing sticks out, everything can be hit, nothing jumps."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.conf import settings
from django.utils.translation import get_language_info
from playwright.sync_api import Browser, Page, Route

from panels.api import Panel
from panels.customer.panel import CustomerPanel
from panels.orders.panel import OrdersPanel
from panels.payments.panel import PaymentsPanel
from tests.panels.rendering import demo_data, make_ctx, render_panel, render_part

pytestmark = pytest.mark.browser

PANELS: tuple[Panel, ...] = (CustomerPanel(), OrdersPanel(), PaymentsPanel())
STATIC = settings.BASE_DIR / "voxysapps/bridge/static/bridge"
WIDTHS = (163, 320, 419, 579, 947, 1600)
SECTION = """
<section class="vx-panel" data-panel="{slug}" data-placement="12" data-state="ready" aria-labelledby="vx-title-{slug}">
<header class="vx-panel__head"><h2 class="vx-panel__title" id="vx-title-{slug}">{title}</h2>
<p class="vx-panel__age"><time>12:04</time></p>
<button class="vx-icon-button" type="button" data-refresh aria-label="Refresh">↻</button></header>
<div class="vx-panel__body">{body}</div></section>"""
PAGE = """<!doctype html><html lang="{lang}" dir="{dir}" data-theme="light"><head><meta charset="utf-8">
<meta name="htmx-config" content='{{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false}}'>
<style>{css}</style><script src="/htmx.js" defer></script></head>
<body><main class="vx-panels" id="panels">{sections}</main></body></html>"""
POLICY = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'"


@pytest.fixture
def frame(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 419, "height": 700}, base_url="http://frame.test")
    yield context.new_page()
    context.close()


def show(frame: Page, email: str, *, lang: str = "en") -> None:
    """Open a frame with all three panels; parts are rendered as they are asked for."""
    contexts = {
        panel.slug: make_ctx(demo_data(panel.capability or "", email), locale=lang, identity_verified=False)
        for panel in PANELS
    }
    sections = "".join(
        SECTION.format(slug=panel.slug, title=panel.title, body=render_panel(panel, contexts[panel.slug]).html)
        for panel in PANELS
    )
    html = PAGE.format(
        lang=lang,
        dir="rtl" if get_language_info(lang)["bidi"] else "ltr",
        css=(STATIC / "frame.css").read_text(),
        sections=sections,
    )

    def answer(route: Route) -> None:
        url = route.request.url
        if url.endswith("/htmx.js"):
            route.fulfill(content_type="text/javascript", body=(STATIC / "htmx.min.js").read_text())
        elif "part=" in url:
            route.fulfill(content_type="text/html", body=_part(url, contexts))
        else:
            route.fulfill(content_type="text/html", body=html, headers={"Content-Security-Policy": POLICY})

    frame.route("**/*", answer)
    frame.goto("/a/key/")


def _part(url: str, contexts: dict[str, Any]) -> str:
    params = dict(parse_qsl(urlsplit(url).query))
    for panel in PANELS:
        try:
            return render_part(panel, contexts[panel.slug], params["part"], params).html
        except (LookupError, KeyError):
            continue
    raise AssertionError(url)


@pytest.mark.parametrize(
    ("word", "lang"),
    [("dispute+pastdue", "en"), ("longname+twocurrencies", "ar"), ("hostile+kwd", "de"), ("several", "en")],
)
def test_nothing_sticks_out_at_any_width(frame: Page, word: str, lang: str) -> None:
    show(frame, f"ada+{word}@example.com", lang=lang)
    frame.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    for width in WIDTHS:
        frame.set_viewport_size({"width": width, "height": 700})
        wide = frame.evaluate(
            """() => [...document.querySelectorAll('main *')].filter(element => {
                 const box = element.getBoundingClientRect();
                 const own = element.closest('.vx-panel').getBoundingClientRect();
                 return box.width && !element.closest('svg') && (box.left < own.left - 1 || box.right > own.right + 1);
               }).map(element => element.outerHTML.slice(0, 120))"""
        )
        assert wide == [], width
        assert frame.evaluate("document.body.scrollWidth <= document.body.clientWidth"), width


@pytest.mark.parametrize("width", WIDTHS)
def test_everything_can_be_hit(frame: Page, width: int) -> None:
    frame.set_viewport_size({"width": width, "height": 700})
    show(frame, "ada+dispute+pastdue@example.com")
    small = frame.evaluate(
        """() => [...document.querySelectorAll('button, summary, a')].filter(element => {
             const box = element.getBoundingClientRect();
             const inline = getComputedStyle(element).display === 'inline';
             return element.checkVisibility() && !inline && (box.width < 24 || box.height < 24);
           }).map(element => element.outerHTML.slice(0, 120))"""
    )
    assert small == []


def test_opening_a_row_loads_its_details_once(frame: Page) -> None:
    asked: list[str] = []
    show(frame, "ada+manyorders@example.com")
    frame.on("request", lambda request: asked.append(request.url))
    row = frame.locator("[data-panel=orders] .vx-row").first
    row.locator("summary").click()
    row.get_by_text("Subtotal").wait_for()
    row.locator("summary").click()
    row.locator("summary").click()
    assert row.get_by_text("Subtotal").is_visible()
    assert len(asked) == 1


def test_more_rows_come_below_and_take_the_focus(frame: Page) -> None:
    show(frame, "ada+manyorders@example.com")
    rows = frame.locator("[data-panel=orders] .vx-row")
    assert rows.count() == 5
    first = rows.first.bounding_box()
    frame.get_by_role("button", name="Show more (115 left)").click()
    frame.get_by_role("button", name="Show more (95 left)").wait_for()
    assert rows.count() == 25
    assert frame.evaluate("document.activeElement === document.querySelectorAll('[data-panel=orders] summary')[5]")
    after = rows.first.bounding_box()
    assert first
    assert after
    assert (first["width"], first["height"]) == (after["width"], after["height"])


@pytest.mark.parametrize("width", [163, 419, 579])
def test_waiting_lines_are_as_high_as_rows(frame: Page, width: int) -> None:
    frame.set_viewport_size({"width": width, "height": 700})
    show(frame, "ada+manyorders@example.com")
    frame.get_by_role("button", name="Show more (115 left)").click()
    frame.get_by_role("button", name="Show more (95 left)").wait_for()
    rows = frame.evaluate("[...document.querySelectorAll('[data-panel=orders] .vx-row')].map(row => row.offsetHeight)")
    frame.evaluate(
        "document.querySelector('[data-panel=orders] .vx-panel__body').innerHTML ="
        ' \'<div class="vx-skeleton" aria-hidden="true"><i></i><i></i></div>\''
    )
    assert frame.locator(".vx-skeleton > i").first.evaluate("line => line.offsetHeight") == min(rows)
