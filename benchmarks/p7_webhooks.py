"""P7: what accepting a webhook costs the server, beside a bare Django view that answers 200 to the same bytes.

Every delivery is another one, signed as the host signs; a worker deals with them meanwhile, as it always does.
"""

from statistics import median

from benchmarks.crowds import make_delivery
from benchmarks.load import send_each
from benchmarks.results import Result
from benchmarks.servers import Server, Stage

ROUNDS = 11
REQUESTS = 800
WARM_UP = 400
# Conversations that the messages are of, in turn.
_CONVERSATIONS = 50


def run() -> list[Result]:
    with Stage() as stage:
        hook_key = stage.prepare_product(["http://localhost"])["hook_key"]
        product, bare = stage.start_product(), stage.start_bare_hello()
        worker = stage.start_worker()
        paths = {product: f"/hooks/{hook_key}/", bare: "/hello"}
        for server, path in paths.items():
            deliver(server, path, WARM_UP)
        costs = []
        for _ in range(ROUNDS):
            before = worker.cpu_seconds()
            ours, bares = (cost(server, path) for server, path in paths.items())
            costs.append((ours, bares, (worker.cpu_seconds() - before) / REQUESTS))
    size = len(make_delivery(0, "", 1).body)
    what = f"webhooks per CPU second: accepted / answered 200 by a bare Django view, {size} B"
    return [
        Result("P7", what, median(bares / ours for ours, bares, _work in costs), 0.5, "higher", ROUNDS),
        Result(
            "P7-worker",
            "the same, with what the worker does about them",
            median(bares / (ours + work) for ours, bares, work in costs),
            None,
            "higher",
            ROUNDS,
        ),
    ]


def cost(server: Server, path: str) -> float:
    """Return the seconds of processor time per delivery."""
    before = server.cpu_seconds()
    deliver(server, path, REQUESTS)
    return (server.cpu_seconds() - before) / REQUESTS


def deliver(server: Server, path: str, number: int) -> None:
    send_each(
        server.port,
        [make_delivery(server.port, path, position % _CONVERSATIONS + 1).bytes for position in range(number)],
    )
