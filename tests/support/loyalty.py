"""The loyalty system that the example panel asks: members with points, over HTTP, on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a token of the loyalty system"


class LoyaltyServer(ThreadingHTTPServer):
    """Knows every e-mail address as a member, and gives points once for a key."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.members: dict[str, dict[str, Any]] = {}
        self.given: dict[str, int] = {}
        # How often members were asked for.
        self.asked = 0
        # Requests to give points that are not answered, though they are carried out.
        self.unanswered = 0
        self.go_on = threading.Event()
        self.go_on.set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def member(self, email: str) -> dict[str, Any]:
        start = {"id": f"m-{len(self.members) + 1}", "email": email, "points": 40, "level": "Silver"}
        return self.members.setdefault(email, {**start, "bookings": [{"points": 40, "reason": "Welcome"}]})

    def give(self, id_: str, key: str, points: int, reason: str) -> dict[str, Any]:
        member = next(one for one in self.members.values() if one["id"] == id_)
        if key not in self.given:
            self.given[key] = points
            member["points"] += points
            member["bookings"].insert(0, {"points": points, "reason": reason})
        return member


class _Handler(BaseHTTPRequestHandler):
    server: LoyaltyServer

    def do_GET(self) -> None:
        self.server.asked += 1
        email = parse_qs(urlsplit(self.path).query).get("email", [""])[0]
        self._answer([self.server.member(email)])

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        member = self.server.give(self.path.split("/")[2], self.headers["Idempotency-Key"], **body)
        self.server.go_on.wait(10)
        if self.server.unanswered:
            self.server.unanswered -= 1
            self.close_connection = True
            return
        self._answer(member)

    def _answer(self, answer: Any) -> None:
        is_known = self.headers["Authorization"] == f"Bearer {TOKEN}"
        body = json.dumps(answer if is_known else {}).encode()
        self.send_response(200 if is_known else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def loyalty_system() -> Iterator[LoyaltyServer]:
    with LoyaltyServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
