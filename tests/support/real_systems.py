"""Real systems, each a process of its own on this machine, that connectors are proved on."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# Where .ci/run installs what comes from npm; JSON_SERVER names another one.
JSON_SERVER = ROOT / ".cache/node/node_modules/json-server/lib/cli/bin.js"
NO_JSON_SERVER = (
    "json-server comes from npm, which the tests neither need nor call elsewhere. .ci/run installs it and runs this test; "  # noqa: E501
    "by hand: npm install --prefix .cache/node json-server@0.17.4"
)
_SECONDS_TO_START = 30


def find_json_server() -> list[str]:
    """Return how json-server is started. Skips the test where there is none; in .ci/run that is a failure."""
    program = Path(os.environ.get("JSON_SERVER") or JSON_SERVER)
    node = shutil.which("node")
    if node and program.exists():
        return [node, str(program)]
    if os.environ.get("NEEDS_JSON_SERVER"):
        pytest.fail(NO_JSON_SERVER, pytrace=False)
    pytest.skip(NO_JSON_SERVER)


@contextmanager
def datasette(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """Serve the tables as database "shop" and yield the address."""
    file = folder / "shop.db"
    with sqlite3.connect(file) as database:
        for table, rows in tables.items():
            names = list(rows[0])
            database.execute(f"create table {table} ({', '.join(names)})")
            places = ", ".join("?" * len(names))
            database.executemany(f"insert into {table} values ({places})", [tuple(row.values()) for row in rows])  # noqa: S608 - ours
    database.close()
    port = _free_port()
    command = [sys.executable, "-m", "datasette", "serve", str(file), "--host", "127.0.0.1", "--port", str(port)]
    with serving([*command, "--setting", "num_sql_threads", "1"], port, "/-/versions.json") as url:
        yield url


@contextmanager
def json_server(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """Serve the tables by json-server and yield the address."""
    start = find_json_server()
    file = folder / "db.json"
    file.write_text(json.dumps(tables))
    port = _free_port()
    with serving([*start, "--host", "127.0.0.1", "--port", str(port), "--quiet", str(file)], port, "/db") as url:
        yield url


@contextmanager
def serving(command: Sequence[str], port: int, path: str) -> Iterator[str]:
    """Run the command, and yield its address once it answers under `path`."""
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")  # noqa: S603 - a test's own
    try:
        _wait_until_up(process, url + path)
        yield url
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _wait_until_up(process: "subprocess.Popen[bytes]", address: str) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until:
        if process.poll() is not None:
            _out, said = process.communicate()
            pytest.fail(f"{process.args!r} ended: {said.decode(errors='replace')[-1000:]}")
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"{process.args!r} did not answer within {_SECONDS_TO_START} seconds")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
