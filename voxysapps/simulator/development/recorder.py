"""Looks on while the platform asks and renders for an account of the stand-in host, and injects the systems' faults."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.db import connection as database

from panels import selectors
from panels.connectors.demo.connector import DemoConnector
from panels.errors import PanelUnavailable
from tenants.models import Account
from voxysapps.edition import present
from voxysapps.outgoing import OutgoingError, Response
from voxysapps.problems import explained
from voxysapps.simulator.accounts import is_of_stand_in
from voxysapps.simulator.development import records
from voxysapps.simulator.development.faults import SystemFault, answer_with, fail_in_place, read_faults
from voxysapps.simulator.development.records import Sent, Work

# A source's key begins with the system it is of (`panels.snapshots.Source`).
_SYSTEM = re.compile(r"[cp]\d+")
_REMEMBERED_SECONDS = 10

Done = TypeVar("Done", bound=Work)

# What happens now in this thread, and the fault of the system that is asked.
_work: ContextVar[Work | None] = ContextVar("_work", default=None)
_fault: ContextVar[SystemFault] = ContextVar("_fault", default=SystemFault.NONE)


class Recorder:
    """The observer (`voxysapps.observing`) and toll (`voxysapps.outgoing`) of a process."""

    @contextmanager
    def asking(self, account_id: int, source: str, customer: str, trace_id: str) -> Iterator[None]:
        """Note one question to a source; let it meet the fault of its system."""
        if not is_recorded(account_id):
            yield
            return
        system = _SYSTEM.match(source)
        fault = read_faults(account_id).get(system[0], SystemFault.NONE) if system else SystemFault.NONE
        token = _fault.set(fault)
        try:
            work = Work(trace_id=trace_id)
            with _kept(records.question_key(account_id, source, customer), work), noted(work):
                _fail_demonstration(account_id, source, fault)
                yield
        finally:
            _fault.reset(token)

    @contextmanager
    def rendering(self, account_id: int, placement_id: int) -> Iterator[None]:
        """Note one rendering of a placement."""
        if not is_recorded(account_id):
            yield
            return
        work = Work()
        with _kept(records.rendering_key(account_id, placement_id), work), noted(work):
            yield

    def pass_toll(self, method: str, url: str, send: Callable[[], Response]) -> Response:
        """Send a request, or have it meet a fault; note it where something is being noted."""
        work, fault = _work.get(), _fault.get()
        if work is None:
            return send()
        parts = urlsplit(url)
        sent = Sent(
            method, f"{parts.hostname or ''}{parts.path}", 0.0, fault="" if fault is SystemFault.NONE else fault
        )
        started = time.perf_counter()
        try:
            answer = answer_with(fault, send)
            sent.status, sent.size = answer.status, len(answer.body)
        except OutgoingError as error:
            sent.problem = error.kind
            raise
        finally:
            sent.milliseconds = _since(started)
            if len(work.calls) < records.MAX_CALLS:
                work.calls.append(sent)
        return answer


@contextmanager
def noted(work: Done) -> Iterator[Done]:
    """Note what happens in the block; what it raises goes on. Queries are the surrounding block's, too."""
    token = _work.set(work)
    started = time.perf_counter()

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        work.queries.add(sql)
        return execute(sql, params, many, context)

    work.code = present().code
    try:
        with database.execute_wrapper(count):
            yield work
    except Exception as error:
        work.problem = _words_of(error)
        raise
    finally:
        work.milliseconds = _since(started)
        _work.reset(token)


@contextmanager
def _kept(key: str, work: Work) -> Iterator[None]:
    """Keep what was noted of the block, however that ended."""
    try:
        yield
    finally:
        records.write(key, work)


def is_recorded(account_id: int) -> bool:
    """Return whether what happens for the account is noted: it is the stand-in host's."""
    return _is_of_stand_in(account_id, int(time.monotonic()) // _REMEMBERED_SECONDS)


@lru_cache(maxsize=256)
def _is_of_stand_in(account_id: int, _while: int) -> bool:
    account = Account.objects.filter(pk=account_id).first()
    return account is not None and is_of_stand_in(account)


def _fail_demonstration(account_id: int, source: str, fault: SystemFault) -> None:
    """Let the demonstration's connector, which sends no requests, fail here."""
    if fault is SystemFault.NONE or not source.startswith("c"):
        return
    found = selectors.get_connection(account_id, int(source[1:].partition(".")[0]))
    if found is not None and found.connector == DemoConnector.slug:
        fail_in_place(fault, found.name)


def _words_of(error: Exception) -> str:
    if isinstance(error, PanelUnavailable):
        return f"{type(error).__name__}: {error.sentence}"
    return explained(error)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
