"""A small load: one request over and over, on a few kept connections, for a number of requests that is known.

Raw sockets, so that the load costs little beside the server; every answer is read and checked.
"""

import re
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
_TIMEOUT = 20


@dataclass(frozen=True)
class Target:
    """A request to a server on this machine."""

    port: int
    path: str
    body: bytes
    # Further header lines, each with its end.
    headers: str = ""

    @property
    def bytes(self) -> bytes:
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept: */*\r\n"
            f"Accept-Language: en\r\nContent-Type: application/json\r\nContent-Length: {len(self.body)}\r\n"
            f"{self.headers}\r\n"
        )
        return head.encode() + self.body


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """Send the request; return the head and the body of the answer."""
        self._socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None:
            raise RuntimeError(f"an answer without a length: {head!r}")
        while len(body) < int(length[1]):
            body += self._receive()
        return head, body

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> bytes:
        data = self._socket.recv(262_144)
        if not data:
            raise RuntimeError("the server closed a kept connection")
        return data


def ask_once(target: Target) -> Answer:
    connection = Connection(target.port)
    try:
        head, body = connection.ask(target.bytes)
    finally:
        connection.close()
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(int(first.split()[1]), headers, body)


def load(target: Target, *, requests: int, connections: int = 4) -> None:
    """Send the request `requests` times; raise when an answer is no 200 or differs in length from the first."""
    send_each(target.port, [target.bytes] * requests, connections=connections)


def send_each(port: int, requests: Sequence[bytes], *, connections: int = 4) -> None:
    """Send the requests; raise when an answer is no 200 or differs in length from another one."""
    failures: list[str] = []

    def work(mine: Sequence[bytes]) -> None:
        connection = Connection(port)
        try:
            length = 0
            for request in mine:
                head, body = connection.ask(request)
                if not head.startswith(b"HTTP/1.1 200") or len(body) != (length or len(body)):
                    failures.append(f"{head[:60]!r}, {len(body)} bytes")
                    return
                length = len(body)
        except (OSError, RuntimeError) as error:
            failures.append(str(error))
        finally:
            connection.close()

    shares = [requests[number::connections] for number in range(connections)]
    threads = [threading.Thread(target=work, args=(share,), daemon=True) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"{requests[0].partition(b' HTTP')[0].decode()}: {failures[0]}")
