"""A PostgreSQL of a test's own, in a folder of its own, where the machine has one to start."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from voxysapps.embedded.ports import free_port

_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


class Cluster:
    """A running PostgreSQL that listens on this machine only."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        # PostgreSQL refuses to run as root.
        self._as: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
        self._folder = Path(tempfile.mkdtemp(prefix="voxys-postgres-"))
        if self._as:
            shutil.chown(self._folder, "postgres")
        self._port = free_port()

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8")
        self._run("pg_ctl", "start", "--wait", *self._options)

    def restart(self) -> None:
        """End it as a crash would, and start it again."""
        self._run("pg_ctl", "restart", "--mode=immediate", "--wait", *self._options)

    def close(self) -> None:
        if (self._folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--mode=immediate", "--wait")
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _options(self) -> tuple[str, ...]:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        return (f"--log={self._folder / 'log'}", f"--options={options}")

    def _run(self, name: str, *arguments: str) -> None:
        command = [str(self._binaries / name), "-D", str(self._folder / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as)  # noqa: S603 -- found above


@contextmanager
def own_cluster() -> Iterator[Cluster | None]:
    """Yield a running cluster, or None where there are no binaries to start one."""
    binaries = _find_binaries()
    if binaries is None:
        yield None
        return
    cluster = Cluster(binaries)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


def _find_binaries() -> Path | None:
    if os.geteuid() == 0 and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        return None
    found = shutil.which("initdb")
    folders = [*_FOLDERS, *([Path(found).resolve().parent] if found else [])]
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)
