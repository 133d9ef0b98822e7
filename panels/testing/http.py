"""An outside system that is not there: it answers a connector's requests in place of the network."""

import json as json_
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpcore2
import httpx2
import msgspec
import pytest

from voxysapps.outgoing import answered_by

_NAME = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it was sent. Names of headers are in lower case.

    `path` is still escaped, `params` is the query, `origin` is such as "https://tracker.example". `values` are
    what the braces of the route stand for.
    """

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes
    origin: str = ""
    values: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """Return the body, decoded."""
        return msgspec.json.decode(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `body` is sent as JSON unless it is bytes, or bytes in pieces."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Answer = Callable[[Asked], Any]
# Given the number of the request, from 0, the request, and what gives the system's own answer.
Spoil = Callable[[int, Asked, Callable[[], Reply]], Reply]


class Http:
    """Stands for everything that can be reached by HTTP; nothing is really sent.

    Say what is answered with `get`, `post` and `on`, or set `answer` to a function that answers for a whole system.
    `asked` holds all requests so far. What nothing was said about is answered with 404, and noted in `unanswered`.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.unanswered: list[str] = []
        # Answers whatever no route does; its `Reply` or JSON is sent.
        self.answer: Answer | None = None
        # Comes between the system and whoever asks, and may answer something else, or raise.
        self.spoil: Spoil | None = None
        self._routes: list[tuple[str, re.Pattern[str], Answer]] = []

    def get(self, url: str, body: Any = None, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Answer GET requests for `url` with `body` as JSON; see `on`."""
        self.on("GET", url, lambda asked: Reply(body, status, dict(headers or {})))

    def post(self, url: str, body: Any = None, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Answer POST requests for `url` with `body` as JSON; see `on`."""
        self.on("POST", url, lambda asked: Reply(body, status, dict(headers or {})))

    def on(self, method: str, url: str, answer: Answer) -> None:
        """Let `answer` say what is answered: it takes the `Asked`, and returns a `Reply` or anything JSON can say.

        `url` is whole or only a path, without the query. `{name}` in it stands for one segment of the path, which
        is in `Asked.values`. What was said last counts.
        """
        pattern = _NAME.sub(r"(?P<\1>[^/]+)", re.escape(url))
        self._routes.insert(0, (method, re.compile(pattern), answer))

    def handle_request(self, request: httpx2.Request) -> httpcore2.Response:
        """Answer a request of `voxysapps.outgoing`; nobody else calls this."""
        asked = _read(request)
        number = len(self.asked)
        self.asked.append(asked)
        reply = self.spoil(number, asked, lambda: self._reply(asked)) if self.spoil else self._reply(asked)
        headers = {"Content-Type": "application/json", **reply.headers}
        return httpcore2.Response(reply.status, headers=list(headers.items()), content=_pieces(reply.body))

    @contextmanager
    def in_place_of_the_network(self) -> Iterator["Http"]:
        """Let all requests of this process come here."""
        with answered_by(self):
            yield self

    def check(self) -> None:
        """Fail the test when something was asked that nothing had been said about."""
        if self.unanswered:
            pytest.fail(
                f"Requests without an answer: {', '.join(dict.fromkeys(self.unanswered))}. Tests never leave this "
                "machine: say what the system answers, with http.get(…), http.post(…) or http.on(…).",
                pytrace=False,
            )

    def _reply(self, asked: Asked) -> Reply:
        for method, pattern, answer in self._routes:
            target = asked.path if pattern.pattern.startswith("/") else asked.origin + asked.path
            if method == asked.method and (found := pattern.fullmatch(target)):
                return _as_reply(answer(replace(asked, values=found.groupdict())))
        if self.answer is not None:
            return _as_reply(self.answer(asked))
        self.unanswered.append(f"{asked.method} {asked.origin}{asked.path}")
        return Reply({"message": "The test says nothing about this address."}, status=404)


def _read(request: httpx2.Request) -> Asked:
    parts = urlsplit(str(request.url))
    return Asked(
        method=request.method,
        path=parts.path,
        params=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.read(),
        origin=f"{parts.scheme}://{parts.netloc}",
    )


def _as_reply(answer: Any) -> Reply:
    return answer if isinstance(answer, Reply) else Reply(answer)


def _pieces(body: Any) -> Iterable[bytes]:
    if isinstance(body, bytes):
        return [body]
    if isinstance(body, Iterator):
        return body
    return [json_.dumps(body).encode()]
