"""Fields that vanish from a system's answers: where they are, and an outside system that answers without one.

Everything stays within the process: what a `SystemClient` would send is handed to the system, and its answer
back, so that a test can take away each field in turn.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal
from unittest.mock import patch
from urllib.parse import urlsplit

import httpx2
import msgspec

from panels import system_client
from tenants.host import client
from tests.support.outside import Asked, Reply
from voxysapps.outgoing import Response

# How a field vanishes: from every row, from the first row that has it, or there is null in its place.
How = Literal["gone", "gone once", "null"]
HOWS: tuple[How, ...] = ("gone", "gone once", "null")
# The names that lead to a field; `EACH` stands for every entry of a list.
Path = tuple[str, ...]
EACH = "[]"


@dataclass(frozen=True, slots=True)
class Vanished:
    """What is missing: a field of every answer to one kind of question."""

    question: str
    path: Path
    how: How

    def __str__(self) -> str:
        return f"{self.question}: {'.'.join(self.path)} ({self.how})"

    def take_from(self, answer: Any) -> None:
        """Change the answer to one without the field."""
        *way, name = self.path
        for parent in _parents(answer, tuple(way)):
            if name not in parent:
                continue
            if self.how == "null":
                parent[name] = None
            else:
                del parent[name]
            if self.how == "gone once":
                break


@dataclass
class Wire:
    """Hands questions to a system within the process, and notes what its answers have.

    `kind_of` says of a question what kind it is: answers to questions of one kind have the same fields. The
    system is asked each question once: its data do not change.
    """

    answer: Callable[[Asked], Reply]
    kind_of: Callable[[Asked], str]
    vanished: Vanished | None = None
    _known: dict[Any, Response] = field(default_factory=dict)
    _seen: Counter[tuple[str, Path]] = field(default_factory=Counter)

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Let every `SystemClient` ask here, and the client of the host."""
        with patch.object(system_client, "send", self._send), patch.object(client, "send", self._send):
            yield

    def each(self) -> list[Vanished]:
        """Return everything that may vanish from the answers so far."""
        return [
            Vanished(question, path, how)
            for (question, path), times in self._seen.items()
            for how in HOWS
            if times > 1 or how != "gone once"
        ]

    def _send(
        self, method: str, url: str, *, headers: Any, params: Any, json: Any, body: Any = None, **_more: Any
    ) -> Response:
        parts = urlsplit(url)
        content = msgspec.json.encode(json) if json is not None else body or b""
        query = dict(httpx2.QueryParams(parts.query).merge(params or {}))
        asked = Asked(method, parts.path, query, {name.lower(): value for name, value in headers.items()}, content)
        kind, response = self.kind_of(asked), self._respond(asked)
        if self.vanished is None or self.vanished.question != kind or response.status >= HTTPStatus.BAD_REQUEST:
            return response
        answer = msgspec.json.decode(response.body)
        self.vanished.take_from(answer)
        return Response(response.status, response.headers, msgspec.json.encode(answer))

    def _respond(self, asked: Asked) -> Response:
        key = (asked.method, asked.path, tuple(sorted(asked.params.items())), asked.body)
        if key not in self._known:
            reply = self.answer(asked)
            body = msgspec.json.encode(reply.body)
            headers = {name.lower(): value for name, value in reply.headers.items()}
            self._known[key] = Response(reply.status, headers, body)
            if reply.status < HTTPStatus.BAD_REQUEST:
                kind = self.kind_of(asked)
                self._seen.update((kind, path) for path in _paths_in(msgspec.json.decode(body)))
        return self._known[key]


def _paths_in(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every field, as deep as they are."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from _paths_in(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value:
            yield from _paths_in(inner, (*path, EACH))


def _parents(value: Any, path: Path) -> Iterator[dict[str, Any]]:
    if path and path[0] == EACH:
        for inner in value if isinstance(value, list) else ():
            yield from _parents(inner, path[1:])
    elif isinstance(value, dict):
        if not path:
            yield value
        elif path[0] in value:
            yield from _parents(value[path[0]], path[1:])
