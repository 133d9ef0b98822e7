"""What rendering may not do: query a database, ask the network, start processes.

Data come from `fetch` or a connector, in a worker. A panel that asks while it renders would cost every agent that
time, with the page waiting. Refused by what Python tells of, so also where a library does it; who wants to get
around it can, as everywhere in one process.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, NoReturn

from django.db import connections

from voxysapps.outgoing import budget


class NotWhileRendering(Exception):
    """The panel tried what only fetching may do."""


_is_up: ContextVar[bool] = ContextVar("_is_up", default=False)
_REFUSED = frozenset(
    {
        *("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"),
        *("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.startfile"),
    }
)


@contextmanager
def wall(*, watches_sockets: bool) -> Iterator[None]:
    """Refuse queries and requests within the block; with `watches_sockets` other libraries' connections, too."""
    if watches_sockets:
        _watch_sockets()
    token = _is_up.set(True)
    try:
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(_refuse_query))
            stack.enter_context(budget(0, before=_refuse_request))
            yield
    finally:
        _is_up.reset(token)


def _refuse_query(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> NoReturn:
    raise NotWhileRendering("A panel may not query the database while it renders. Do it in fetch.")


def _refuse_request() -> NoReturn:
    raise NotWhileRendering("A panel may not send requests while it renders. Do it in fetch.")


@cache
def _watch_sockets() -> None:
    """Let Python tell of connections. It stays for the life of the process, so only where it is needed."""
    sys.addaudithook(_hear)


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if event in _REFUSED and _is_up.get():
        raise NotWhileRendering("A panel may not open connections or start processes while it renders.")
