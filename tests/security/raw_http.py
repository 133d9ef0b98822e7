"""Requests byte by byte, as no client would send them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.product import Product


@contextmanager
def connection(product: Product, timeout: float = 10.0) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", product.port), timeout) as made:
        yield made


def request(
    product: Product, path: str, body: bytes = b"", *, method: str = "POST", headers: tuple[tuple[str, str], ...] = ()
) -> tuple[int, bytes]:
    """Send one request and return the status, 0 where the connection was closed instead, and the whole answer."""
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in headers]
    with connection(product) as made:
        try:
            made.sendall("\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)
            answer = read_all(made)
        except OSError:
            return 0, b""
    return status_of(answer), answer


def read_all(made: socket.socket) -> bytes:
    pieces = []
    while piece := made.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0
