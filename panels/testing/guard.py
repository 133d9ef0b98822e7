"""Rendering shut in: no query, no network, no program, no waiting; files only where that is said."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn
from unittest.mock import patch

import httpcore2
import httpx2
from django.db import connections

from panels.testing.network import no_network
from voxysapps.outgoing import answered_by

_OUTSIDE = {
    "socket.connect": "opens a connection",
    "socket.getaddrinfo": "looks up a name",
    "subprocess.Popen": "starts a program",
    "os.system": "starts a program",
    "os.posix_spawn": "starts a program",
    "sqlite3.connect": "opens a database",
}
_FILES = {"open": "opens a file", "os.listdir": "lists a folder", "os.scandir": "lists a folder"}


class ForbiddenHere(Exception):
    """Something was done that rendering must not do."""


class _Watched:
    """What is forbidden in one thread, and what it did all the same."""

    def __init__(self, forbidden: dict[str, str]) -> None:
        self.thread = threading.get_ident()
        self.forbidden = forbidden
        self.done: list[str] = []

    def refuse(self, what: str) -> NoReturn:
        self.done.append(what)
        raise ForbiddenHere(what)

    def handle_request(self, request: httpx2.Request) -> httpcore2.Response:
        """Refuse a request of `voxysapps.outgoing`."""
        self.refuse(f"sends a request to {request.url.host}")


_watched: _Watched | None = None


@contextmanager
def no_io(*, files: bool) -> Iterator[list[str]]:
    """Refuse queries and whatever leaves the process; yield the list of what was tried, in words.

    `files`: refuse reading files, too. The first rendering reads templates and translations, later ones nothing.
    """
    global _watched  # noqa: PLW0603 - an audit hook stays for good, so it looks here
    watched = _Watched({**_OUTSIDE, **(_FILES if files else {})})

    def refuse_query(*args: Any, **kwargs: Any) -> NoReturn:
        watched.refuse("makes a database query")

    real_sleep = time.sleep

    def refuse_sleep(seconds: float) -> None:
        if threading.get_ident() == watched.thread:
            watched.refuse("waits")
        real_sleep(seconds)

    with ExitStack() as stack:
        stack.enter_context(patch.object(time, "sleep", refuse_sleep))
        stack.enter_context(answered_by(watched))
        # The guard of the whole test comes first, and would not tell.
        attempts = stack.enter_context(no_network())
        for connection in connections.all():
            stack.enter_context(patch.object(connection, "cursor", refuse_query))
            stack.enter_context(patch.object(connection, "chunked_cursor", refuse_query))
        before, _watched = _watched, watched
        try:
            yield watched.done
        finally:
            _watched = before
            watched.done += [f"leaves this machine: {attempt}" for attempt in attempts]


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    watched = _watched
    if watched is None or event not in watched.forbidden or threading.get_ident() != watched.thread:
        return
    watched.refuse(f"{watched.forbidden[event]} ({str(arguments[0])[:80]})" if arguments else watched.forbidden[event])


sys.addaudithook(_audit)
