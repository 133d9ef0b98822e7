"""P5: what it takes to see a customer whose system needs a while for its answers.

A tab with a customer's orders, of whom a webhook told before; the same tab, of a customer nobody has looked at; and a
plain page that asks the system itself and shows the same rows. They take turns in one browser.
"""

import json
from statistics import median

from benchmarks import contexts
from benchmarks.browsers import Host, host_origin, opened_host, shows
from benchmarks.crowds import Crowds
from benchmarks.p4_paint import PAUSE_MS, make_static_page
from benchmarks.pages import Pages, serving_pages
from benchmarks.results import Result
from benchmarks.servers import Stage

LATENCY_MS = 300
ROUNDS, WARM_UP = 20, 2


def run() -> list[Result]:
    number = ROUNDS + WARM_UP
    with Stage() as stage, serving_pages() as pages:
        crowds = Crowds(stage, host_origin(pages), latency=LATENCY_MS, customers=2 * number + 1, panels=("orders",))
        with opened_host(pages, contexts.of_customer(1), painted=shows(1)) as host:
            plain = make_plain_page(host, pages, crowds.address)
            announced = list(range(2, number + 2))
            crowds.fetch_ahead(announced)
            rounds = [compare(host, crowds.address, plain, warm, warm + number) for warm in announced][WARM_UP:]
    ahead = median(times["plain"] / times["warm"] for times in rounds)
    nothing = median(times["cold"] / times["plain"] for times in rounds)
    what = f"tab click to painted rows, the system takes {LATENCY_MS} ms: {{}}"
    return [
        Result("P5a", what.format("plain page that asks it / fetched ahead"), ahead, 5, "higher", ROUNDS),
        Result("P5b", what.format("nothing fetched / plain page"), nothing, 1.2, "lower", ROUNDS),
    ]


def make_plain_page(host: Host, pages: Pages, ours: str) -> str:
    """Let what our frame shows be a page that takes as long as the system does, each time."""
    address = make_static_page(host, pages, ours)
    pages.seconds["/static"] = LATENCY_MS / 1000
    return address


def compare(host: Host, ours: str, plain: str, warm: int, cold: int) -> dict[str, float]:
    """Return the milliseconds that each took."""
    visits = {"warm": (ours, warm), "cold": (ours, cold), "plain": (plain, cold)}
    order = sorted(visits, reverse=bool(warm % 2))
    return {name: visit(host, *visits[name]) for name in order}


def visit(host: Host, address: str, customer: int) -> float:
    host.set_context(json.loads(contexts.of_customer(customer)))
    milliseconds = host.open_tab(address)
    host.close_tab()
    host.page.wait_for_timeout(PAUSE_MS)
    return milliseconds
