"""Starts what is measured: the product and the bare project, on the server and with the options of `make run`."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil

from voxysapps.embedded.configuration import Configuration
from voxysapps.embedded.files import BASE_DIR, STATE_FILE
from voxysapps.embedded.ports import free_port
from voxysapps.embedded.processes import Child, Guard, python
from voxysapps.embedded.supervisor import WORKER_COMMAND, web_command
from voxysapps.embedded.valkey import Valkey, start_valkey

WORKERS = 2
SECONDS_TO_START = 60
_PRODUCT = "voxysapps.embedded.wsgi:application"
_BARE = "benchmarks.baseline.wsgi:application"


@dataclass(frozen=True)
class Server:
    """A running server, of the web or of the queue, with all its processes."""

    child: Child
    port: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """Return the processor time, user and system, that all processes of the server have used."""
        main = psutil.Process(self.child.pid)
        times = [process.cpu_times() for process in (main, *main.children(recursive=True))]
        return sum(each.user + each.system for each in times)


class Stage:
    """Everything a benchmark needs to have running, in a folder of its own that goes at the end."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="voxys-bench-"))
        self._guard = Guard()
        self._children: list[Child] = []
        self._valkey: Valkey | None = None
        self._env: dict[str, str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.terminate()
        for child in self._children:
            child.wait(5)
        if self._valkey:
            self._valkey.child.kill()
            self._valkey.remove_folder()
        self._guard.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def prepare_product(self, host_origins: list[str], *, trust: str = "link") -> dict[str, Any]:
        """Make the database, the account with its app and the snapshots; return what `benchmarks.prepare` says."""
        return self.run("benchmarks.prepare", trust, *host_origins)

    def run(self, module: str, *arguments: str) -> dict[str, Any]:
        """Run a module that prepares the database and the cache; return what it says."""
        said = subprocess.run(
            python("-m", module, *arguments),
            env=self.product_env(),
            cwd=BASE_DIR,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        prepared: dict[str, Any] = json.loads(said.stdout)
        (self.folder / STATE_FILE).touch()
        return prepared

    def product_env(self) -> dict[str, str]:
        """Return the product's environment: as in production, but with TLS left to nobody."""
        if self._env is None:
            self._env = {
                **without_settings(os.environ),
                "DJANGO_SETTINGS_MODULE": "voxysapps.settings",
                "SECRET_KEY": "for measuring only " * 4,
                "ENCRYPTION_KEYS": "for measuring only and nothing else at all",
                "ALLOWED_HOSTS": "127.0.0.1,localhost",
                # One agent at one address is measured.
                "RATE_LIMIT_FACTOR": "1000",
                "SECURE_SSL_REDIRECT": "0",
                "RUN_DIR": str(self.folder),
                "STATIC_ROOT": str(self.folder / "static"),
                "DATABASE_URL": f"sqlite:///{self.folder / 'db.sqlite3'}",
                "REDIS_URL": self._redis_url(),
                "CACHE_PREFIX": f"bench-{os.getpid()}",
                "LOG_LEVEL": "ERROR",
            }
        return self._env

    def start_product(self) -> Server:
        return self._start(_PRODUCT, self.product_env(), ready="/healthz")

    def start_bare(self, sections: Path) -> Server:
        """Start the bare project; `sections` is the folder with the template and the values it shows."""
        env = {**without_settings(os.environ), "BASELINE_SECTIONS": str(sections)}
        return self._start(_BARE, env, ready="/hello")

    def start_bare_hello(self) -> Server:
        """Start the bare project for its view that only says hello."""
        sections = self.folder / "no-sections"
        sections.mkdir()
        (sections / "sections.json").write_text("{}", encoding="utf-8")
        return self.start_bare(sections)

    def start_worker(self) -> Server:
        """Start the worker of `make run`."""
        child = Child("worker", WORKER_COMMAND, self.product_env(), self._guard)
        self._children.append(child)
        return Server(child)

    def _start(self, application: str, env: Mapping[str, str], *, ready: str) -> Server:
        port = free_port()
        configuration = Configuration(run_dir=self.folder, host="127.0.0.1", port=port, host_origins=[])
        command = [application if word == _PRODUCT else word for word in web_command(configuration, workers=WORKERS)]
        child = Child(application, command, env, self._guard)
        self._children.append(child)
        server = Server(child, port)
        _wait_until_it_answers(server, ready)
        return server

    def _redis_url(self) -> str:
        if given := os.environ.get("REDIS_URL"):
            return given
        self._valkey = start_valkey(self.folder, os.environ, self._guard)
        if not self._valkey:
            raise SystemExit("The benchmarks need a Redis: name one in REDIS_URL.")
        return self._valkey.url


def without_settings(env: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's environment without what would change the product's settings."""
    return {name: env[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in env}


def _wait_until_it_answers(server: Server, path: str) -> None:
    give_up = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < give_up and server.child.exit_code() is None:
        try:
            urllib.request.urlopen(server.origin + path, timeout=5).close()  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("A server did not start; its messages are above.")
