"""Looking names up, with an end to it: `getaddrinfo` itself waits for as long as the system's resolver does.

So it runs in a thread of its own, and whoever asks stops waiting in time. One that hangs stays behind until the
resolver gives up; their number is limited, and a name that hangs takes up one however often it is asked for.
"""

import socket
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Lock, Thread
from time import monotonic, sleep

MOST_AT_ONCE = 32
# How often it is looked whether there is room for one more.
_POLL_SECONDS = 0.02

Found = list[str]


class Lookups:
    """The look-ups of one process that run at the moment."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._running: dict[tuple[str, int], Future[Found]] = {}
        self._lock = Lock()

    def find(self, host: str, port: int, *, seconds: float) -> Found:
        """Return the host's addresses, each once, in the resolver's order.

        Raises `TimeoutError` where that takes longer than so many seconds, `OSError` and `UnicodeError` as the
        look-up does.
        """
        if _is_address(host):
            return _look_up(host, port)  # nobody is asked about it
        until = monotonic() + seconds
        while (found := self._joined(host, port)) is None:
            if monotonic() >= until:
                raise TimeoutError
            sleep(_POLL_SECONDS)
        return found.result(timeout=max(until - monotonic(), 0))

    def _joined(self, host: str, port: int) -> "Future[Found] | None":
        """Return the look-up of the host, begun if it does not run; None where too many do."""
        with self._lock:
            running = self._running.get((host, port))
            if running is not None or len(self._running) >= self._most:
                return running
            begun = self._running[host, port] = Future()
        try:
            Thread(target=self._run, args=(host, port, begun), name=f"look-up of {host}", daemon=True).start()
        except RuntimeError as error:  # the system gives no more threads
            self._forget(host, port)
            begun.set_exception(OSError(str(error)))
        return begun

    def _run(self, host: str, port: int, begun: "Future[Found]") -> None:
        try:
            found = _look_up(host, port)
        except Exception as error:  # noqa: BLE001 - whoever waits raises it
            self._forget(host, port)
            begun.set_exception(error)
        else:
            self._forget(host, port)
            begun.set_result(found)

    def _forget(self, host: str, port: int) -> None:
        with self._lock:
            del self._running[host, port]


def _look_up(host: str, port: int) -> Found:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
