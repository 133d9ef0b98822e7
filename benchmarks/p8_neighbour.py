"""P8: how long an agent waits for a customer nobody has looked at, while another account's flood is fetched ahead.

The same product serves both; the flood is let go and stopped in turn. Measured in a browser, inside the frame: from
posting the context until everything is painted.
"""

import json

from benchmarks import contexts
from benchmarks.browsers import Host, host_origin, opened_host, shows
from benchmarks.crowds import Crowds
from benchmarks.p4_paint import PAUSE_MS
from benchmarks.pages import serving_pages
from benchmarks.prepared import PANELS
from benchmarks.results import Result
from benchmarks.servers import Stage

LATENCY_MS, WAITING = 200, 10_000
TURNS, A_TURN, WARM_UP = 4, 10, 2


def run() -> list[Result]:
    number = WARM_UP + 2 * TURNS * A_TURN
    with Stage() as stage, serving_pages() as pages:
        crowds = Crowds(stage, host_origin(pages), latency=LATENCY_MS, customers=number, panels=PANELS, waiting=WAITING)
        with opened_host(pages, contexts.of_customer(1), painted=shows(len(PANELS))) as host:
            customers = iter(range(1, number + 1))

            def wait_for(people: int) -> list[float]:
                return [look(host, crowds.address, next(customers)) for _ in range(people)]

            wait_for(WARM_UP)
            alone, beside = [], []
            for _ in range(TURNS):
                alone += wait_for(A_TURN)
                crowds.begin_flood()
                beside += wait_for(A_TURN)
                crowds.pause_flood()
            left = crowds.count_waiting()
    what = f"from posting a cold context to data, the system takes {LATENCY_MS} ms: while {WAITING} prefetches of "
    what += f"another account wait ({WAITING - left} of them done meanwhile) / alone, {{}}"
    return [
        Result("P8", what.format("95th percentiles"), share(beside, 0.95) / share(alone, 0.95), 1.5, "lower", TURNS),
        Result("P8-median", what.format("medians"), share(beside, 0.5) / share(alone, 0.5), None, "lower", TURNS),
    ]


def look(host: Host, address: str, customer: int) -> float:
    host.set_context(json.loads(contexts.of_customer(customer)))
    host.open_tab(address)
    milliseconds = host.since_posted(address)
    host.close_tab()
    host.page.wait_for_timeout(PAUSE_MS)
    return milliseconds


def share(times: list[float], part: float) -> float:
    """Return the time within which this part of them were."""
    return sorted(times)[round(part * (len(times) - 1))]
