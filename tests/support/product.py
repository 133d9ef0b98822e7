"""Starts the real product for a test, as `make run` does, in a folder of its own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self
from urllib.request import Request, urlopen

import psutil

from voxysapps.embedded.files import BASE_DIR, STATE_FILE
from voxysapps.embedded.ports import free_port
from voxysapps.embedded.pytest_plugin import GIVEN_ENVIRONMENT

RUN = ("-m", "voxysapps.embedded")
SECONDS_TO_START = 60


class Product:
    """A running product: its processes, its state.json and all it printed."""

    def __init__(self, run_dir: Path, *, command: Sequence[str] = RUN, **env: str) -> None:
        self.run_dir = run_dir
        self.port = env.setdefault("PORT", str(free_port()))
        self._log = run_dir.with_suffix(".log")
        with self._log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(  # noqa: S603 -- our own command
                [sys.executable, *command],
                cwd=BASE_DIR,
                env={**base_environment(), **env, "RUN_DIR": str(run_dir)},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_up(self) -> Self:
        give_up = time.monotonic() + SECONDS_TO_START
        while "Ctrl-C stops" not in self.output:
            assert self.process.poll() is None, f"the product ended:\n{self.output}"
            assert time.monotonic() < give_up, f"the product did not start:\n{self.output}"
            time.sleep(0.05)
        return self

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8")

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads((self.run_dir / STATE_FILE).read_text(encoding="utf-8"))
        return state

    @property
    def base_url(self) -> str:
        return str(self.state["base_url"])

    @property
    def simulator_url(self) -> str:
        return str(self.state["simulator_url"])

    def post_context(self) -> str:
        """Post the first demonstration account's first conversation to its first app; return the HTML."""
        account = self.state["accounts"][0]
        conversation = account["conversations"][0]
        data = {
            "conversation": {**conversation, "account_id": account["host_account_id"]},
            "contact": conversation["contact"],
            "currentAgent": account["agents"][0],
        }
        request = Request(  # noqa: S310 -- our own server
            f"{self.base_url}/a/{account['apps'][0]['key']}/context",
            data=json.dumps({"event": "appContext", "data": data}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=10) as response:  # noqa: S310 -- our own server
            return str(response.read().decode())

    def processes(self, word: str = "") -> dict[int, str]:
        """Return the command by process id, orphans too, of those with `word` in it."""
        commands = {process.pid: _command_in(self.run_dir, process) for process in psutil.process_iter()}
        return {pid: command for pid, command in commands.items() if command and word in command}

    def inside(self, *arguments: str) -> dict[str, Any]:
        """Run `tests.support.inside` as one more process of the product; return what it prints."""
        said = subprocess.run(  # noqa: S603 -- our own command
            [sys.executable, "-m", "tests.support.inside", *arguments],
            cwd=BASE_DIR,
            env=psutil.Process(min(self.processes("granian"))).environ(),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        answer: dict[str, Any] = json.loads(said.stdout)
        return answer

    def stop(self, number: int = signal.SIGTERM, seconds: float = 15) -> int:
        """Stop the product; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            # Its guard ends what it started.
            self.process.kill()
            raise


def _command_in(run_dir: Path, process: psutil.Process) -> str | None:
    """Return the command of a process of the run in `run_dir`, None for others."""
    try:
        command = " ".join(process.cmdline())
        # The embedded Redis overwrites its environment with its title, which names its socket.
        is_ours = f"{run_dir}/" in command or process.environ().get("RUN_DIR") == str(run_dir)
    except psutil.Error:
        # Ended meanwhile, a zombie, or somebody else's.
        return None
    return command if is_ours else None


def base_environment() -> dict[str, str]:
    """Return the environment the tests were called with, without services: a run brings its own."""
    services = ("DATABASE_URL", "REDIS_URL", "PORT", "HOST", "RUN_DIR")
    return {name: value for name, value in GIVEN_ENVIRONMENT.items() if name not in services}
