"""Is a port free, and which one is."""

import contextlib
import socket


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def is_taken(host: str, port: int) -> bool:
    """Return whether something answers on `port` already, or the port cannot be bound."""
    # "localhost" is tried too: browsers prefer ::1, where a stranger may be listening.
    for name in (host, "localhost"):
        with contextlib.suppress(OSError), socket.create_connection((name, port), timeout=0.5):
            return True
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
