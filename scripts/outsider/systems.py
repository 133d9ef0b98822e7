"""The systems that an outsider's panel and connector ask: JSON over HTTP, on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token-of-the-outsider"  # noqa: S105 - invented
POINTS = {"points": 12_345, "entries": [{"text": "Bought a tent", "points": 129}, {"text": "Voucher", "points": -500}]}
ORDER = {
    "number": "OUT-77",
    "placed_at": "2026-11-20T09:30:00Z",
    "total": "129.00",
    "currency": "EUR",
    "payment": "paid",
    "delivery": "shipped",
}


class Systems(ThreadingHTTPServer):
    """`/points` and `/shop/orders`, both about the customer of the query's `email`, for who has the token."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Where the systems are."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Systems

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        email = parse_qs(parts.query).get("email", [""])[0]
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._answer(HTTPStatus.UNAUTHORIZED, {})
        self.server.asked.append(f"{parts.path} {email}")
        if parts.path == "/points":
            return self._answer(HTTPStatus.OK, POINTS)
        if parts.path == "/shop/orders":
            return self._answer(HTTPStatus.OK, {"orders": [{**ORDER, "email": email}]})
        return self._answer(HTTPStatus.NOT_FOUND, {})

    def _answer(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        sent = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the standard library
        """Write nothing: `asked` tells."""


@contextmanager
def running_systems() -> Iterator[Systems]:
    """Serve the systems within the block."""
    with Systems() as systems:
        threading.Thread(target=systems.serve_forever, daemon=True).start()
        try:
            yield systems
        finally:
            systems.shutdown()
