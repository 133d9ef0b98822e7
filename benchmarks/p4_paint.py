"""P4: from the click on the tab to painted rows, beside a static page with the same rows and styles.

Both documents are in the browser's cache, the snapshots are warm; the two take turns in one browser.
"""

from statistics import median

from benchmarks import contexts
from benchmarks.browsers import Host, host_origin, opened_host
from benchmarks.pages import Pages, delayed, serving_pages
from benchmarks.prepared import ROWS
from benchmarks.results import Result
from benchmarks.servers import Stage

PAIRS = 40
WARM_UP = 6
LATENCY_SECONDS = 0.03
PAUSE_MS = 60
# The document as the agent sees it, without what made it.
_AS_STATIC_PAGE = """
() => {
  const copy = document.documentElement.cloneNode(true);
  copy.querySelectorAll("script, noscript").forEach((element) => element.remove());
  return "<!doctype html>" + copy.outerHTML;
}
"""


def run() -> list[Result]:
    with Stage() as stage, serving_pages() as pages:
        key = stage.prepare_product([host_origin(pages)])["key"]
        product = stage.start_product()
        with opened_host(pages, contexts.whole(), rows=ROWS) as host, delayed(product.port, LATENCY_SECONDS) as far:
            here = compare(host, pages, f"{product.origin}/a/{key}/")
            there = compare(host, pages, f"http://127.0.0.1:{far}/a/{key}/")
    what = "tab click to painted rows: ours / static page, both documents cached"
    return [
        Result("P4", what, here, 1.3, "lower", PAIRS),
        Result("P4-30ms", f"{what}, our requests 30 ms later", there, None, "lower", PAIRS),
    ]


def compare(host: Host, pages: Pages, ours: str) -> float:
    """Return the median over pairs of our time by the static page's."""
    static = make_static_page(host, pages, ours)
    ratios = []
    for number in range(WARM_UP + PAIRS):
        # The one that comes second does not always profit from the first.
        order = (ours, static) if number % 2 else (static, ours)
        times = {address: visit(host, address) for address in order}
        if number >= WARM_UP:
            ratios.append(times[ours] / times[static])
    return median(ratios)


def make_static_page(host: Host, pages: Pages, ours: str) -> str:
    """Save what our frame shows as a page, and return its address: on our site, not on the host's."""
    host.open_tab(ours)
    frame = next(frame for frame in host.page.frames if frame.url == ours)
    pages.by_path["/static"] = frame.evaluate(_AS_STATIC_PAGE)
    host.close_tab()
    return f"http://127.0.0.1:{pages.server_port}/static"


def visit(host: Host, address: str) -> float:
    milliseconds = host.open_tab(address)
    host.close_tab()
    host.page.wait_for_timeout(PAUSE_MS)
    return milliseconds
