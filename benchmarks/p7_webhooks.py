"""P7: what accepting a webhook costs the server, beside a bare Django view that answers 200 to the same bytes.

Every delivery is another one, signed as the host signs; a worker deals with them meanwhile, as it always does.
"""

import hashlib
import hmac
import json
import time
import uuid
from pathlib import Path
from statistics import median

from benchmarks.load import Target, send_each
from benchmarks.prepared import HOOK_SECRET
from benchmarks.results import Result
from benchmarks.servers import Server, Stage
from voxysapps.embedded.files import BASE_DIR

ROUNDS = 11
REQUESTS = 800
WARM_UP = 400
_EVENT = json.loads(Path(BASE_DIR, "tests/fixtures/webhooks/message_created.json").read_text(encoding="utf-8"))
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
    size = len(json.dumps(_EVENT).encode())
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
    send_each(server.port, [make_delivery(server.port, path, position) for position in range(number)])


def make_delivery(port: int, path: str, position: int) -> bytes:
    """Return the bytes of a delivery as the host sends it."""
    conversation = {**_EVENT["conversation"], "id": position % _CONVERSATIONS + 1}
    body = json.dumps({**_EVENT, "id": uuid.uuid4().int % 2**40, "conversation": conversation}).encode()
    timestamp = str(int(time.time()))
    digest = hmac.new(HOOK_SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = (
        f"X-Chatwoot-Delivery: {uuid.uuid4()}\r\nX-Chatwoot-Timestamp: {timestamp}\r\n"
        f"X-Chatwoot-Signature: sha256={digest}\r\n"
    )
    return Target(port, path, body, headers).bytes
