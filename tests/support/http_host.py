"""A `PublishingHost` over HTTP, for processes of their own. It can hold a call for ever: its caller is killed then."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tenants.host.errors import HostNotFound, HostRejected
from tests.support.publishing_host import PublishingHost


class HeldHost:
    """The host and its address. `hold(n)`: its n-th call from then on, from 0, is done or not, and never answered."""

    def __init__(self) -> None:
        self.host = PublishingHost()
        self.is_held = threading.Event()
        self.ends = threading.Event()
        self._lock = threading.Lock()
        self._hold_at = -1
        self._does_it = False

    def hold(self, number: int, *, does_it: bool) -> None:
        self._hold_at, self._does_it = number, does_it
        self.is_held.clear()

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        with self._lock:
            is_held = self._hold_at == 0
            self._hold_at -= 1
            answer = (200, None) if is_held and not self._does_it else self._do(method, path, body)
        if is_held:
            self.is_held.set()
            self.ends.wait()
        return answer

    def _do(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        kind, _slash, id_ = path.partition("/accounts/")[2].partition("/")[2].partition("/")
        try:
            return 200, self._of_apps(method, id_, body) if kind == "dashboard_apps" else self._of_hooks(
                method, id_, body
            )
        except HostNotFound:
            return 404, {"error": "Resource could not be found"}
        except HostRejected as error:
            return 422, {"message": str(error)}

    def _of_apps(self, method: str, id_: str, body: Any) -> Any:
        match method:
            case "GET":
                return [_app(one.id, one.title, one.urls) for one in self.host.dashboard_apps()]
            case "DELETE":
                return self.host.delete_dashboard_app(int(id_))
        sent = body["dashboard_app"]
        title, url = sent["title"], sent["content"][0]["url"]
        if method == "POST":
            return _app(self.host.create_dashboard_app(title, url).id, title, (url,))
        self.host.update_dashboard_app(int(id_), title, url)
        return _app(int(id_), title, (url,))

    def _of_hooks(self, method: str, id_: str, body: Any) -> Any:
        match method:
            case "GET":
                return {"payload": {"webhooks": [_hook(one) for one in self.host.webhooks()]}}
            case "POST":
                sent = body["webhook"]
                made = self.host.create_webhook(sent["url"], tuple(sent["subscriptions"]))
                return {"payload": {"webhook": _hook(made)}}
            case "DELETE":
                return self.host.delete_webhook(int(id_))
        self.host.update_webhook(int(id_))
        return {}


@contextmanager
def serving() -> Iterator[tuple[HeldHost, str]]:
    """Yield a host and its address."""
    held = HeldHost()

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, answer = held.answer(self.command, self.path, body)
            sent = b"" if answer is None else json.dumps(answer).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)
            except OSError:  # it was killed
                return

        do_GET = do_POST = do_PATCH = do_DELETE = handle_one  # noqa: N815 - as the library calls them

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held, f"http://127.0.0.1:{server.server_port}"
    finally:
        held.ends.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _app(id_: int, title: str, urls: tuple[str, ...]) -> dict[str, Any]:
    return {"id": id_, "title": title, "content": [{"type": "frame", "url": url} for url in urls]}


def _hook(one: Any) -> dict[str, Any]:
    return {"id": one.id, "url": one.url, "subscriptions": list(one.subscriptions), "secret": one.secret}
