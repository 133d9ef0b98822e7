"""Stripe as tests want it: real shapes of its objects, and something that answers with them."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tests.support.outside import Asked, Reply

KEY = "rk_test_51Ada"
CUSTOMER = "cus_QXg1o8vcGmoR32"
_FILE = Path(__file__).parents[1] / "fixtures" / "stripe" / "resources.json"
_SHAPES: Mapping[str, Any] = json.loads(_FILE.read_text())


def shape(kind: str, **changes: Any) -> dict[str, Any]:
    """Return an object as Stripe sends it, with changes; the fixture is Stripe's own."""
    return {**copy.deepcopy(_SHAPES[kind]), **changes}


def listed(*rows: Any, has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": list(rows), "has_more": has_more, "url": "/v1/things"}


def error(message: str, *, status: int, code: str | None = None) -> Reply:
    return Reply({"error": {"type": "invalid_request_error", "message": message, "code": code}}, status=status)


class FakeStripe:
    """Answers for the objects in `things`, by path; a path in `replies` is answered so instead.

    Filters by customer, charge, email and ids as Stripe does: e-mail addresses letter by letter, except by
    search. Whatever else is asked for is noted in `asked`.
    """

    def __init__(self, **things: list[Any]) -> None:
        self.things: dict[str, list[Any]] = things
        self.replies: dict[str, Reply] = {}
        self.searches: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix("/v1/")
        if asked.path in self.replies:
            return self.replies[asked.path]
        if path == "customers/search":
            return self._search(asked.params["query"])
        kind, _slash, wanted = path.partition("/")
        rows = self.things.get(kind, [])
        if wanted:
            found = [row for row in rows if row["id"] == wanted]
            return Reply(found[0]) if found else error("No such object", status=404, code="resource_missing")
        return Reply(self._page([row for row in rows if _fits(row, asked.params)], asked.params))

    def _search(self, query: str) -> Reply:
        self.searches.append(query)
        rows = [row for row in self.things.get("customers", []) if _is_found(row, query)]
        return Reply({**listed(*rows), "object": "search_result"})

    @staticmethod
    def _page(rows: list[Any], params: Mapping[str, str]) -> dict[str, Any]:
        ids = [row.get("id") for row in rows]
        start = ids.index(params["starting_after"]) + 1 if "starting_after" in params else 0
        end = start + int(params.get("limit", 10))
        return listed(*rows[start:end], has_more=end < len(rows))


def _fits(row: Any, params: Mapping[str, str]) -> bool:
    ids = [value for name, value in params.items() if name.startswith("ids[")]
    if ids and row["id"] not in ids:
        return False
    wanted = {name: value for name, value in params.items() if name in {"customer", "charge", "email"}}
    wanted |= {"status": params["status"]} if params.get("status", "all") != "all" else {}
    return all(row.get(name) == value for name, value in wanted.items())


def _is_found(row: Any, query: str) -> bool:
    return any(row.get(name) and f'{name}:"{row[name]}"'.casefold() in query.casefold() for name in ("email", "phone"))


def as_response(reply: Reply) -> tuple[int, bytes]:
    body = reply.body if isinstance(reply.body, bytes) else msgspec.json.encode(reply.body)
    return reply.status, body
