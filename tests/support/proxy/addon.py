"""What mitmdump does to requests and answers on their way: the fault that the tests have asked for.

Runs in mitmproxy's own environment and imports nothing of ours. The tests talk to it at `CONTROL`: POST says where
the system is and what goes wrong from now on, GET returns the requests that came since.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from mitmproxy import http

CONTROL = "/.proxy"
RETRY_AFTER = "45"
# Above what any connector waits in these tests, and what any reads.
_SLOW_SECONDS = 5.0
_HUGE = b'["' + b"x" * 12_000_000 + b'"]'
_HTML = b"<!doctype html><title>Just a moment</title><h1>Please sign in</h1>"
_CREDENTIALS = {
    "authorization": "Bearer xx_revoked",
    "x-shopify-access-token": "shpat_revoked",
    "x-api-key": "revoked",
    "api-access-token": "revoked",
}


def _answer(status: int, body: bytes, **headers: str) -> http.Response:
    return http.Response.make(
        status,
        body,
        {"Content-Type": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}},
    )


# Faults by which the system is never asked.
_ANSWERS: Mapping[str, Callable[[], http.Response]] = {
    "429": lambda: _answer(429, b"Slow down", Retry_After=RETRY_AFTER),
    "500": lambda: _answer(500, _HTML),
    "html": lambda: _answer(200, _HTML),
    "redirect": lambda: _answer(302, b"", Location="http://169.254.169.254/latest/meta-data/"),
}


class Faults:
    """One system, and one fault at a time."""

    def __init__(self) -> None:
        self._orders: dict[str, Any] = {"port": 9, "fault": "none", "field": ""}
        self._seen: list[dict[str, str]] = []

    async def request(self, flow: http.HTTPFlow) -> None:
        if flow.request.path == CONTROL:
            flow.response = self._control(flow.request)
            return
        trace_id = flow.request.headers.get("X-Request-Id", "")
        self._seen.append({"method": flow.request.method, "path": flow.request.path, "trace_id": trace_id})
        fault = self._orders["fault"]
        flow.metadata.update(fault=fault, field=self._orders["field"])
        flow.request.port = self._orders["port"]
        if fault in _ANSWERS:
            flow.response = _ANSWERS[fault]()
        elif fault == "reset":
            flow.kill()
        elif fault == "wrong key":
            for name, value in _CREDENTIALS.items():
                if name in flow.request.headers:
                    flow.request.headers[name] = value

    async def response(self, flow: http.HTTPFlow) -> None:
        if flow.response is None:
            return
        # No connection is left open when a test ends.
        flow.response.headers["Connection"] = "close"
        fault = flow.metadata.get("fault")
        body = flow.response.content or b""
        if fault == "slow":
            await asyncio.sleep(_SLOW_SECONDS)
        elif fault == "truncated":
            flow.response.content = body[: len(body) // 2]
        elif fault == "huge":
            flow.response.content = _HUGE
        elif fault == "vanished":
            flow.response.content = json.dumps(_without(json.loads(body), flow.metadata["field"])).encode()

    def _control(self, request: http.Request) -> http.Response:
        if request.method == "POST":
            self._orders = request.json()
            self._seen = []
        return http.Response.make(200, json.dumps(self._seen).encode(), {"Content-Type": "application/json"})


def _without(value: Any, field: str) -> Any:
    """Return the JSON without a field, wherever it is."""
    if isinstance(value, dict):
        return {name: _without(inner, field) for name, inner in value.items() if name != field}
    return [_without(inner, field) for inner in value] if isinstance(value, list) else value


addons = [Faults()]
