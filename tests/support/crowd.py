"""An account of the running product with many customers: its host, a small server of the tests, and its webhooks.

The host is asked over HTTP as a real one is, and counts; the shop is the demonstration connector.
"""

import hashlib
import hmac
import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.support.contexts import context_body
from tests.support.product import Product

HOST_ACCOUNT, AGENT, SECRET = 77, 5, "a secret of the crowd"
PANELS = 3
_API = f"/api/v1/accounts/{HOST_ACCOUNT}"


class CrowdHost(ThreadingHTTPServer):
    """The host: conversation n is with customer n, in inbox 1, of which agent 5 is a member."""

    daemon_threads = True

    def __init__(self, customers: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.emails = {number: f"p{number}@example.com" for number in range(1, customers + 1)}
        self.asked: Counter[str] = Counter()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str) -> Any:
        """Return what the host's API has at the path, or None."""
        agents = [{"id": AGENT, "name": "Tom", "role": "agent", "confirmed": True}]
        if path == f"{_API}/agents":
            return agents
        if path == f"{_API}/inbox_members/1":
            return {"payload": agents}
        if path.startswith(f"{_API}/conversations/"):
            return self._conversation(int(path.rpartition("/")[2]))
        return None

    def _conversation(self, number: int) -> dict[str, Any] | None:
        if number not in self.emails:
            return None
        meta = {"sender": {"id": 1000 + number, "name": f"Person {number}", "email": self.emails[number]}}
        channel = {"channel": "Channel::Email", "hmac_verified": None}
        return {"id": number, "uuid": f"uuid-{number}", "inbox_id": 1, "status": "open", "meta": {**meta, **channel}}


class _Handler(BaseHTTPRequestHandler):
    server: CrowdHost

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked[path] += 1
        answer = self.server.answer(path)
        body = json.dumps(answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Crowd:
    """The account, as its host and its agent's browser see it."""

    def __init__(self, product: Product, host: CrowdHost, *, latency: int) -> None:
        self.host = host
        self._product = product
        self.made = product.inside("make", host.address, str(HOST_ACCOUNT), SECRET, str(latency))

    @property
    def customers(self) -> list[int]:
        return list(self.host.emails)

    def deliver(self, number: int, name: str = "message_created") -> int:
        """Send the host's webhook about customer `number`, once, as the host does; return the status."""
        body = json.dumps(_event(number, name)).encode()
        return self._post(f"/hooks/{self.made['hook_key']}/", body, signed(body))[0]

    def open(self, number: int) -> tuple[int, str]:
        """Post the context of customer `number`; return the status and the HTML."""
        body = context_body(
            HOST_ACCOUNT,
            conversation=number,
            contact=1000 + number,
            email=self.host.emails[number],
            name=f"Person {number}",
            agent=AGENT,
            uuid=f"uuid-{number}",
        )
        return self._post(f"/a/{self.made['app_key']}/context", body.encode(), {})

    def is_right(self, number: int) -> bool:
        """Whether the tab shows all of this customer, as fresh as it should be, and of nobody else."""
        status, html = self.open(number)
        is_whole = html.count('data-state="ready"') == PANELS
        return status == http.client.OK and is_whole and f">{self.host.emails[number]}<" in html

    def tell(self) -> dict[str, Any]:
        """Return what the product has stored; see `tests.support.inside`."""
        return self._product.inside("tell")

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", int(self._product.port), timeout=15)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


@contextmanager
def crowd(product: Product, customers: int, *, latency: int = 0) -> Iterator[Crowd]:
    """Yield an account of so many customers, whose shop takes `latency` milliseconds to answer."""
    with CrowdHost(customers) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield Crowd(product, host, latency=latency)
        host.shutdown()


def signed(body: bytes) -> dict[str, str]:
    """Return the headers with which the host sends the body."""
    timestamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "X-Chatwoot-Delivery": str(uuid.uuid4()),
        "X-Chatwoot-Timestamp": timestamp,
        "X-Chatwoot-Signature": f"sha256={digest}",
    }


def _event(number: int, name: str) -> dict[str, Any]:
    conversation = {"id": number, "status": "open", "meta": {"sender": {"id": 1000 + number}}}
    if name == "contact_updated":
        return {"event": name, "id": 1000 + number}
    if name.startswith("message_"):
        id_ = uuid.uuid4().int % 2**40
        return {"event": name, "id": id_, "message_type": "incoming", "conversation": conversation}
    return {"event": name, **conversation}


class Bystander(threading.Thread):
    """Somebody who does the same thing over and over beside a test, until it is over."""

    def __init__(self, act: Any, *, pause: float) -> None:
        super().__init__(daemon=True)
        self._act, self._pause, self._over = act, pause, threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(self._pause):
            self._act()
