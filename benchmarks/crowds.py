"""Accounts with many customers in front of a running product: its webhooks, its worker, and a neighbour's flood."""

import hashlib
import hmac
import json
import sqlite3
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis

from benchmarks.load import Target, ask_once
from benchmarks.prepared import HOOK_SECRET
from benchmarks.servers import Server, Stage
from voxysapps.embedded.files import BASE_DIR
from voxysapps.redis_urls import cache_url

_EVENT = json.loads(Path(BASE_DIR, "tests/fixtures/webhooks/message_created.json").read_text(encoding="utf-8"))
_SECONDS_TO_FETCH = 120
_SECONDS_TO_SETTLE = 1.5


class Crowds:
    """The accounts that `benchmarks.prepare_crowds` made, of a product with a worker."""

    def __init__(
        self,
        stage: Stage,
        host_origin: str,
        *,
        latency: int,
        customers: int,
        panels: Sequence[str],
        waiting: int = 0,
    ) -> None:
        numbers = map(str, (latency, customers, waiting))
        self._made = stage.run("benchmarks.prepare_crowds", host_origin, *numbers, *panels)
        self._server = stage.start_product()
        stage.start_worker()
        self._env = stage.product_env()
        self._database = stage.folder / "db.sqlite3"
        self._redis = redis.Redis.from_url(cache_url(self._env["REDIS_URL"]))

    @property
    def address(self) -> str:
        """Where the account's tab is."""
        return f"{self._server.origin}/a/{self._made['key']}/"

    def fetch_ahead(self, numbers: list[int]) -> None:
        """Announce the customers by webhooks, and wait until they are fetched."""
        for number in numbers:
            announce(self._server, self._made["hook_key"], number)
        give_up = time.monotonic() + _SECONDS_TO_FETCH
        while self._redis.xlen(self._key("journal:hooks")) or self.count_waiting():
            if time.monotonic() > give_up:
                raise SystemExit("The worker did not fetch what was announced.")
            time.sleep(0.1)

    def count_waiting(self) -> int:
        """Return how many prefetches there are, at work or waiting."""
        with sqlite3.connect(self._database, timeout=10) as connection:
            return int(connection.execute("SELECT COUNT(*) FROM panels_prefetchitem").fetchone()[0])

    def begin_flood(self) -> None:
        """Let the worker fetch ahead what the neighbour has waiting."""
        self._redis.delete(self._key(self._made["flood_paused_key"]))
        announce(self._server, self._made["flood_hook_key"], 1)
        before, give_up = self.count_waiting(), time.monotonic() + _SECONDS_TO_FETCH
        while self.count_waiting() >= before:
            if time.monotonic() > give_up:
                raise SystemExit("The worker fetches nothing ahead.")
            time.sleep(0.1)

    def pause_flood(self) -> None:
        """Let the worker begin nothing more of it; what is begun is over when this returns."""
        self._redis.set(self._key(self._made["flood_paused_key"]), b"1", ex=3600)
        time.sleep(_SECONDS_TO_SETTLE)

    def _key(self, name: str) -> str:
        return f"{self._env['CACHE_PREFIX']}:1:{name}"


def announce(server: Server, hook_key: str, conversation: int) -> None:
    target = make_delivery(server.port, f"/hooks/{hook_key}/", conversation)
    if (status := ask_once(target).status) != 200:
        raise SystemExit(f"A webhook was answered {status}.")


def make_delivery(port: int, path: str, conversation: int) -> Target:
    """Return the delivery of one message that a customer wrote, as the host sends it."""
    values: dict[str, Any] = {
        "id": uuid.uuid4().int % 2**40,
        "conversation": {**_EVENT["conversation"], "id": conversation},
    }
    body = json.dumps({**_EVENT, **values}).encode()
    timestamp = str(int(time.time()))
    digest = hmac.new(HOOK_SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = (
        f"X-Chatwoot-Delivery: {uuid.uuid4()}\r\nX-Chatwoot-Timestamp: {timestamp}\r\n"
        f"X-Chatwoot-Signature: sha256={digest}\r\n"
    )
    return Target(port, path, body, headers)
