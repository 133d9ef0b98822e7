"""Serves the host page and the static page, and passes requests on with a delay."""

import asyncio
import contextlib
import functools
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Pages(ThreadingHTTPServer):
    """Pages by path, allowed to be kept for as long as the frame's document."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.by_path: dict[str, str] = {}
        # Pages that take so long to make, each time.
        self.seconds: dict[str, float] = {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Pages

    def do_GET(self) -> None:
        page = self.server.by_path.get(self.path)
        body = (page or "").encode()
        seconds = self.server.seconds.get(self.path, 0)
        time.sleep(seconds)
        self.send_response(404 if page is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store" if seconds else "private, max-age=300")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving_pages() -> Iterator[Pages]:
    with Pages() as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        yield pages
        pages.shutdown()


@contextmanager
def delayed(port: int, seconds: float) -> Iterator[int]:
    """Yield a port that leads to `port` and delivers every request `seconds` later."""
    ready: queue.Queue[tuple[int, Callable[[], object]]] = queue.Queue()

    async def serve() -> None:
        stop = asyncio.Event()
        server = await asyncio.start_server(
            lambda reader, writer: _pass_on(reader, writer, port, seconds), "127.0.0.1", 0
        )
        own_port = int(server.sockets[0].getsockname()[1])
        ready.put((own_port, functools.partial(asyncio.get_running_loop().call_soon_threadsafe, stop.set)))
        await stop.wait()

    # A loop of its own in a thread: Playwright's runs in this one.
    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    own_port, stop = ready.get(timeout=10)
    yield own_port
    stop()
    thread.join()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, seconds: float) -> None:
    to_server, from_us = await asyncio.open_connection("127.0.0.1", port)
    # At the end the browser's kept connections are still open.
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(_copy(reader, from_us, seconds), _copy(to_server, writer, 0))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    while data := await source.read(65_536):
        # Each part that much after it came, not one after the other.
        loop.call_later(seconds, target.write, data)
    loop.call_later(seconds, target.close)
