"""Rendering shut in: no query, no network, no program, no waiting; files only where that is said."""

import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn
from unittest.mock import patch

from django.db import connections

_OUTSIDE = {
    "socket.connect": "opens a connection",
    "socket.getaddrinfo": "looks up a name",
    "subprocess.Popen": "starts a program",
    "os.system": "starts a program",
    "os.posix_spawn": "starts a program",
    "sqlite3.connect": "opens a database",
    "time.sleep": "waits",
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

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(patch.object(connection, "cursor", refuse_query))
            stack.enter_context(patch.object(connection, "chunked_cursor", refuse_query))
        before, _watched = _watched, watched
        try:
            yield watched.done
        finally:
            _watched = before


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    watched = _watched
    if watched is None or event not in watched.forbidden or threading.get_ident() != watched.thread:
        return
    watched.refuse(f"{watched.forbidden[event]} ({str(arguments[0])[:80]})" if arguments else watched.forbidden[event])


sys.addaudithook(_audit)
