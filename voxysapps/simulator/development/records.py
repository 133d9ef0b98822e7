"""What is noted of requests, questions and renderings: of the stand-in's accounts, for a quarter of an hour."""

import time
from typing import TypeVar

from django.core.cache import cache
from msgspec import MsgspecError, Struct, field, msgpack

KEPT_SECONDS = 900
MAX_CALLS = 40
MAX_QUERIES = 20
MAX_REQUESTS = 12
_MAX_SQL = 400


class Sent(Struct):
    """One request that left, without its query, headers and body: those may hold secrets."""

    method: str
    address: str
    milliseconds: float
    status: int | None = None
    size: int = 0
    problem: str = ""
    # The fault that was injected.
    fault: str = ""


class Queries(Struct):
    """How many queries were made, and the first of them, without their values."""

    count: int = 0
    statements: list[str] = field(default_factory=list)

    def add(self, sql: str) -> None:
        self.count += 1
        if len(self.statements) < MAX_QUERIES:
            self.statements.append(sql[:_MAX_SQL])


class Work(Struct):
    """What happened while something was done. `at` in seconds since the epoch, `code` the edition that did it."""

    at: float = field(default_factory=time.time)
    milliseconds: float = 0.0
    code: str = ""
    trace_id: str = ""
    problem: str = ""
    queries: Queries = field(default_factory=Queries)
    calls: list[Sent] = field(default_factory=list)


class Request(Work):
    """One request of a tab; `states` are those of the sections it was answered with, by placement."""

    method: str = ""
    path: str = ""
    status: int = 0
    size: int = 0
    states: dict[str, str] = field(default_factory=dict)


class Tab(Struct):
    """What a tab last asked in one conversation, the newest first, and about whom."""

    customer: str = ""
    agent_id: int | None = None
    role: str | None = None
    # Where the cache has the fragments, by placement.
    fragments: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)


Kept = TypeVar("Kept", Work, Tab)


def tab_key(account_id: int, app_id: int, conversation_id: int | None) -> str:
    return f"{account_id}:seen:tab:{app_id}:{conversation_id or ''}"


def question_key(account_id: int, source: str, customer: str) -> str:
    return f"{account_id}:seen:asked:{source}:{customer}"


def rendering_key(account_id: int, placement_id: int) -> str:
    return f"{account_id}:seen:rendered:{placement_id}"


def write(key: str, kept: Work | Tab) -> None:
    cache.set(key, msgpack.encode(kept), KEPT_SECONDS)


def read(key: str, kind: type[Kept]) -> Kept | None:
    """Return what is kept under the key, or None for nothing and for what other code has written."""
    stored = cache.get(key)
    try:
        return None if stored is None else msgpack.decode(stored, type=kind)
    except MsgspecError:
        return None
