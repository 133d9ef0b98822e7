"""No test leaves this machine: a connection or a name lookup that would is refused, and fails its test."""

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LOCAL_NAMES = (None, "", b"", "localhost", b"localhost")

_attempts: list[str] | None = None


class NetworkForbiddenError(OSError):
    """Refused: an ordinary connection error for the code under test."""


@contextmanager
def no_network() -> Iterator[list[str]]:
    """Refuse what leaves this machine; yield the list of what was tried."""
    global _attempts  # noqa: PLW0603 -- an audit hook stays for good, so it looks here
    before, _attempts = _attempts, []
    try:
        yield _attempts
    finally:
        _attempts = before


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _attempts is None:
        return
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
        allowed = _is_loopback(host)
    elif event == "socket.getaddrinfo":
        host = arguments[0]
        # An address is no question to anybody.
        allowed = _is_loopback(host) or _address(host) is not None
    else:
        return
    if not allowed:
        _attempts.append(f"{event} {host!r}")
        raise NetworkForbiddenError(f"tests do not leave this machine: {host!r}")


def _is_loopback(host: str | bytes | None) -> bool:
    address = _address(host)
    return host in LOCAL_NAMES or (address is not None and address.is_loopback)


def _address(host: str | bytes | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host or "")
    except ValueError:
        return None


# Audit hooks see every socket that Python makes, however a library came by it.
sys.addaudithook(_audit)
