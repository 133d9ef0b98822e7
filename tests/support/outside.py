"""An outside system on this machine, as the tests want it to answer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from pytest_django.fixtures import Settings

from panels.testing.http import Asked, Reply

__all__ = ["Asked", "OutsideSystem", "Reply", "outside", "running"]


class OutsideSystem:
    """Answers by `answer`, which the test sets, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Reply] = lambda asked: Reply({})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        system = self

        class Handler(BaseHTTPRequestHandler):
            # One connection each: none is left open when the test ends.
            protocol_version = "HTTP/1.0"

            def _reply(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
                system.asked.append(asked)
                reply = system.answer(asked)
                content = reply.body if isinstance(reply.body, bytes) else msgspec.json.encode(reply.body)
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _reply  # noqa: N815 - http.server's names

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def running() -> Iterator[OutsideSystem]:
    system = OutsideSystem()
    try:
        yield system
    finally:
        system.close()


@pytest.fixture
def outside(settings: Settings) -> Iterator[OutsideSystem]:
    """An outside system that connectors may ask."""
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    with running() as system:
        yield system
