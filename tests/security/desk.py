"""The host's window of the account whose agents sign in, and an attacker's page elsewhere."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from playwright.sync_api import Frame, Page

from tests.support.product import Product

CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
# Another site than the host's (localhost) and the frames' (127.0.0.1); Chromium knows where it is.
ATTACKER = "attacker.localhost"


class Desk:
    """An agent of the account at a browser."""

    def __init__(self, product: Product, *, trust: str = "signed_in", agent: int = 0) -> None:
        self.product = product
        self.account = next(one for one in product.state["accounts"] if one["trust"] == trust)
        self.agent = self.account["agents"][agent]
        # One of each customer: those of the same are no lie about each other.
        by_contact = {one["contact"]["id"]: one["id"] for one in reversed(self.account["conversations"])}
        self.conversations = list(reversed(by_contact.values()))
        self.frames = product.base_url.replace("localhost", "127.0.0.1")

    def path(self, tab: int = 1) -> str:
        return f"/a/{self.account['apps'][tab - 1]['key']}/"

    # --- past the browser ----------------------------------------------------------------------------

    def ask(
        self, path: str, body: Any = None, *, method: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """Return status, headers and text of the platform's answer."""
        data = None if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
        named = {
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        request = Request(f"{self.frames}{path}", data=data, headers=named, method=method)  # noqa: S310 -- our own server
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310 -- our own server
                return answer.status, dict(answer.headers), answer.read().decode()
        except OSError as error:
            if not hasattr(error, "read"):
                raise
            return error.code, dict(error.headers), error.read().decode()  # type: ignore[attr-defined]

    def token(self, tab: int = 1) -> str:
        """Return the token of a new session of the agent, signed in by mail."""
        before = len(self.codes())
        begun = json.loads(self.ask(f"{self.path(tab)}sign-in/", {"method": "mail", "agent": self.agent["id"]})[2])
        give_up = time.monotonic() + 10
        while len(codes := self.codes()) == before:
            assert time.monotonic() < give_up, "no mail came"
            time.sleep(0.1)
        answer = self.ask(
            f"{self.path(tab)}sign-in/{begun['challenge']}/", {"secret": begun["secret"], "code": codes[0]}
        )
        return str(json.loads(answer[2])["token"])

    def context(self, number: int = 0) -> dict[str, Any]:
        """Return an honest context of a conversation."""
        conversation = self.account["conversations"][number]
        data = {
            "conversation": {**conversation, "account_id": self.account["host_account_id"]},
            "contact": conversation["contact"],
            "currentAgent": self.agent,
        }
        return {"event": "appContext", "data": data}

    def codes(self) -> list[str]:
        """Return the codes in the agent's mailbox, newest first."""
        with urlopen(  # noqa: S310 -- our own server
            f"{self.product.base_url}/simulator/mailbox.json?to={quote(self.agent['email'])}", timeout=5
        ) as answer:
            body = json.load(answer)
        mails = body["mails"] if isinstance(body, dict) else body
        return [found[0] for mail in mails if (found := CODE.search(json.dumps(mail)))]

    # --- in the browser ------------------------------------------------------------------------------

    def start(self, page: Page, *, conversation: int | None = None, host: str = "g3b") -> None:
        """Open the host's window at the conversation."""
        place = {
            "account": self.account["host_account_id"],
            "agent": self.agent["id"],
            "conversation": conversation or self.conversations[0],
            "host": host,
        }
        page.goto("about:blank")
        page.goto(f"{self.product.simulator_url}#{urlencode(place)}")
        page.wait_for_selector("html[data-simulator=ready]")

    def open(self, page: Page, tab: int = 1) -> Frame:
        page.evaluate("(tab) => simulator.openTab(tab)", tab)
        for _try in range(200):
            found = [frame for frame in page.frames if self.path(tab) in frame.url]
            if found:
                return found[0]
            page.wait_for_timeout(25)
        raise AssertionError("the tab did not open")

    def sign_in(self, page: Page, token: str) -> Frame:
        """Put the token where the frame keeps it in this browser, and open the tab with its data."""
        self.start(page)
        frame = self.open(page)
        frame.wait_for_function("typeof voxysSession !== 'undefined'")  # on a busy machine the frame comes late
        if not frame.evaluate("voxysSession.isKept()"):
            frame.wait_for_function("() => !document.querySelector('#sign-in').hidden", polling=50)
            kept = json.dumps({"token": token, "name": self.agent["name"]})
            account = frame.evaluate("document.documentElement.dataset.account")
            frame.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [f"voxys.session.{account}", kept])
            self.start(page)
            frame = self.open(page)
        wait_for_data(frame)
        return frame


def wait_for_data(frame: Frame) -> None:
    frame.wait_for_function("() => document.querySelector('#panels [data-row]')", polling=50)


def shows_data(frame: Frame) -> bool:
    return bool(frame.evaluate("Boolean(document.querySelector('#panels [data-row]'))"))


class Site:
    """The attacker's site: one page, and what it was told.

    At `near_url` it is one that the stand-in host's policy lets into frames; the real host has no policy.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://{ATTACKER}:{port}/"
        self.near_url = f"http://127.0.0.1:{port}/"
        self.html = ""
        self.requests: list[tuple[str, dict[str, str], bytes]] = []


@contextmanager
def attackers_site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._note()
            body = site.html.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def _note(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            site.requests.append((self.path, dict(self.headers), self.rfile.read(length)))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site = Site(server.server_port)
        Thread(target=server.serve_forever, daemon=True).start()
        yield site
        server.shutdown()
