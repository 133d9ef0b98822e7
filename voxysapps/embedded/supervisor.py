"""Runs the whole product on this machine until it is stopped: `make run`, or `voxysapps run` where it is installed.

It imports no Django, so the other processes are on their way at once. They start together: the web
process loads the product while `prepare` brings the database up to date, and answers nothing before
that is done (`voxysapps.embedded.wsgi`).
"""

import fcntl
import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

from voxysapps.edition import Edition, edition_file, loaded_file
from voxysapps.embedded import ports
from voxysapps.embedded.configuration import Configuration
from voxysapps.embedded.files import IS_CHECKOUT, STATE_FILE, RunError, write_private
from voxysapps.embedded.processes import Child, Guard, python
from voxysapps.embedded.valkey import Valkey, start_valkey
from voxysapps.embedded.watch import is_loaded_once, watch_for

TICK_SECONDS = 0.05
SECONDS_TO_START = 60
SECONDS_TO_STOP = 4


class Stopped(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


def main() -> int:
    """Run the product; return the exit code."""
    try:
        configuration = Configuration.from_environment()
        with only_run_in_this_folder(configuration):
            require_free_port(configuration)
            return Supervisor(configuration).run()
    except RunError as error:
        print(error, file=sys.stderr)
        return 1


def require_free_port(configuration: Configuration) -> None:
    port = configuration.port
    if ports.is_taken(configuration.host, port):
        other = f"make run PORT={port + 1}" if IS_CHECKOUT else f"PORT={port + 1} voxysapps run"
        raise RunError(f"Port {port} is taken. Choose another one: {other}")


@contextmanager
def only_run_in_this_folder(configuration: Configuration) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it however this process ends."""
    configuration.run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (configuration.run_dir / "lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(f"It runs already: {_first_line(lock)} (folder {configuration.run_dir}).") from None
        lock.truncate(0)
        lock.write(f"{configuration.base_url}/, process {os.getpid()}\n")
        lock.flush()
        yield


def _first_line(file: TextIO) -> str:
    file.seek(0)
    return file.readline().strip()


class Supervisor:
    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._state = configuration.run_dir / STATE_FILE
        self._env = configuration.child_environment()
        self._guard = Guard()
        self._valkey: Valkey | None = None
        self._children: list[Child] = []
        self._web: Child | None = None
        self._worker: Child | None = None
        self._watch = watch_for(configuration.reload)
        self._edition = Edition.first()
        self._stop_asked = False
        self._is_up = False

    def run(self) -> int:
        """Start everything and keep it running; return 0 once somebody stopped it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        self._state.unlink(missing_ok=True)
        try:
            self._name_edition()
            self._start()
            self._is_up = True
            self._announce()
            while True:
                self._tick()
                self._reload_if_changed()
        except Stopped:
            return 0
        finally:
            self._stop()

    def _start(self) -> None:
        one_process = not self._find_redis()
        web = web_command(self._configuration, workers=1 if one_process else 2)
        self._web = self._start_child("web process", web)
        self._prepare()
        if not one_process:
            self._worker = self._start_child("worker", WORKER_COMMAND)
            self._start_child("beat", beat_command(self._configuration))
        give_up = time.monotonic() + SECONDS_TO_START
        while not self._is_healthy():
            if time.monotonic() > give_up:
                raise RunError(f"The web process did not answer /healthz within {SECONDS_TO_START} seconds.")
            self._tick()

    def _find_redis(self) -> bool:
        """Set what the processes need to share a cache and a queue; return False for one process."""
        if self._env.get("REDIS_URL"):
            return True
        self._valkey = start_valkey(self._configuration.run_dir, self._env, self._guard)
        if not self._valkey:
            print("No Redis-compatible server was found: everything runs in one process.", file=sys.stderr)
            self._env["EMBEDDED_WORKER"] = "1"
            return False
        self._env["REDIS_URL"] = self._valkey.url
        self._children.append(self._valkey.child)
        return True

    def _prepare(self) -> None:
        origins = [f"--host-origin={origin}" for origin in self._configuration.host_origins]
        addresses = (f"--base-url={self._configuration.base_url}", f"--server={self._configuration.own_url}")
        command = python("-m", "voxysapps", "prepare", *addresses, *origins)
        prepare = Child("preparation", command, self._env, self._guard)
        try:
            while (code := prepare.exit_code()) is None:
                self._tick()
        finally:
            prepare.kill()
        if code:
            sys.exit(1)  # it has said why

    def _start_child(self, name: str, command: list[str]) -> Child:
        child = Child(name, command, self._env, self._guard)
        self._children.append(child)
        return child

    def _name_edition(self) -> None:
        """Leave the name of the code as it is where its processes find it, before they load it."""
        if self._watch:
            write_private(edition_file(self._configuration.run_dir), str(self._edition))
        else:
            self._forget_edition()

    def _forget_edition(self) -> None:
        for path in (edition_file, loaded_file):
            path(self._configuration.run_dir).unlink(missing_ok=True)

    def _reload_if_changed(self) -> None:
        """See to it that changed files are used: templates by the processes there are, all else by new ones."""
        if changed := self._watch.changed() if self._watch else frozenset():
            is_loaded = any(map(is_loaded_once, changed))
            self._edition = self._edition.after(loaded=is_loaded)
            self._name_edition()
            others = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            print(
                f"{min(changed)}{others} changed: {'starting anew' if is_loaded else 'used from now on'}.", flush=True
            )
            if is_loaded:
                self._start_anew()
        if self._worker and self._worker.is_retired and self._web and not self._web.is_handing_over:
            self._worker.resume()

    def _start_anew(self) -> None:
        """Start whoever loads plugins with the code as it is.

        The former web process answers until the new one does, so that nobody meets a closed door. The former worker
        begins nothing any more: it would fetch as the former code did.
        """
        if self._worker:
            self._worker.retire()
        if self._web:
            self._web.hand_over(self._has_loaded)

    def _has_loaded(self) -> bool:
        """Return whether a web process with the code as it is has loaded it, a moment ago."""
        try:
            name = loaded_file(self._configuration.run_dir).read_text(encoding="utf-8")
        except OSError:
            return False
        return name >= self._edition.loaded

    def _tick(self) -> None:
        time.sleep(TICK_SECONDS)
        if self._stop_asked:
            raise Stopped
        for child in self._children:
            # What has worked once will again: nobody stops serving because a part of it has trouble.
            child.keep_alive(gives_up=not self._is_up)

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection(self._configuration.probe_host, self._configuration.port, timeout=1)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _announce(self) -> None:
        state = json.loads(self._state.read_text(encoding="utf-8"))
        admin = state["admin"]
        sign_in = (
            f"sign in as {admin['username']} with {admin['password']}"
            if admin["password"]
            else f"sign in as {admin['username']} with the password you gave it"
        )
        print(
            f"\nVoxys dashboard apps are running.\n\n"
            f"  Simulator  {state['simulator_url']}\n"
            f"             an agent's window with demonstration customers: start here\n"
            f"  Admin      {admin['url']}\n"
            f"             accounts, dashboard apps and panels; {sign_in}\n\n"
            f"Addresses and keys for scripts: {self._state}\n"
            f"Ctrl-C stops everything.",
            flush=True,
        )

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        # A flag and no exception: that could strike between starting a process and noting it.
        self._stop_asked = True

    def _stop(self) -> None:
        self._state.unlink(missing_ok=True)
        self._forget_edition()
        # The broker goes last: the worker hands back what it has not finished.
        others = [child for child in self._children if not self._valkey or child is not self._valkey.child]
        for batch in (others, self._children):
            for child in batch:
                child.terminate()
            # Nobody has been served yet: nothing to finish.
            give_up = time.monotonic() + (SECONDS_TO_STOP if self._is_up else 0)
            for child in batch:
                child.wait(give_up - time.monotonic())
        self._guard.close()
        if self._valkey:
            self._valkey.remove_folder()


def web_command(configuration: Configuration, *, workers: int) -> list[str]:
    return python(
        *("-m", "granian", "voxysapps.embedded.wsgi:application", "--interface", "wsgi"),
        *("--host", configuration.host, "--port", str(configuration.port)),
        # A frame asks the host, which is the simulator and so this same server: threads to spare.
        *("--workers", str(workers), "--blocking-threads", "8"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "2"),
        *("--log-level", "error", "--no-ws"),
    )


def beat_command(configuration: Configuration) -> list[str]:
    # A process of its own: as the worker's child it would outlive a killed worker, and then tick twice.
    return python(
        *("-m", "celery", "--app", "voxysapps", "--quiet", "beat", "--loglevel", "WARNING"),
        *("--schedule", str(configuration.run_dir / "beat"), "--pidfile", ""),
    )


WORKER_COMMAND = python(
    # Containers run as root, and Celery says so at length.
    *("-W", "ignore:You're running the worker with superuser"),
    *("-m", "celery", "--app", "voxysapps", "--quiet", "worker", "--pool", "threads", "--concurrency", "8"),
    *("--queues", "interactive,prefetch", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
)
