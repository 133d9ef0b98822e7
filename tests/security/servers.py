"""Servers that attack whoever asks them, on this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import create_server, socket
from threading import Event, Thread


@contextmanager
def raw_server(answer: Callable[[socket, bytes], None]) -> Iterator["RawServer"]:
    """Yield a server that reads a request's head and then does as `answer` does, byte for byte."""
    server = RawServer(answer)
    try:
        yield server
    finally:
        server.close()


class RawServer:
    def __init__(self, answer: Callable[[socket, bytes], None]) -> None:
        self._answer = answer
        self._listener = create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.ended = Event()
        Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.ended.set()
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket) -> None:
        with suppress(OSError), connection:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (piece := connection.recv(65536)):
                    return
                head += piece
            self.requests.append(head)
            self._answer(connection, head)
