"""Child processes that are kept alive, and that end with the process that started them."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from voxysapps.embedded import guard
from voxysapps.embedded.files import RunError, home

RESTARTS = 5
RESTARTS_WITHIN_SECONDS = 60
REST_SECONDS = 10


class Guard:
    """The process that ends our children if we are killed. One mechanism for Linux and macOS."""

    def __init__(self) -> None:
        # A session of its own: what kills our whole process group must not take the guard along.
        self._process = subprocess.Popen(  # noqa: S603 -- our own file
            [sys.executable, "-I", "-S", guard.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )

    def watch(self, group: int) -> None:
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        self._tell(f"-{group}\n")

    def close(self) -> None:
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        if not self._process.stdin:
            return
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise RunError("The process that guards the others was killed.") from error


class Child:
    """One process, with everything it starts itself, in a process group of its own."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], guard: Guard) -> None:
        self.name = name
        self._command = command
        self._env = env
        self._guard = guard
        self._ends: list[float] = []
        self._rests_until: float | None = None
        self._start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        return self._process.poll()

    def keep_alive(self, *, gives_up: bool = True) -> None:
        """Start the process again if it ended; raise RunError if that happens too often.

        Without `gives_up` it is started again even so, but later: the others go on without it meanwhile.
        """
        if self._rests_until is not None:
            if time.monotonic() >= self._rests_until:
                self._rests_until = None
                self._start()
            return
        code = self.exit_code()
        if code is None:
            return
        self.kill()  # what it started itself may still hold the port
        now = time.monotonic()
        self._ends = [end for end in self._ends if now - end < RESTARTS_WITHIN_SECONDS] + [now]
        if len(self._ends) > RESTARTS:
            sentence = f"The {self.name} keeps ending (last exit code {code}); its messages are above."
            if gives_up:
                raise RunError(sentence)
            print(f"{sentence} It is started again in {REST_SECONDS} seconds.", file=sys.stderr)
            self._rests_until = now + REST_SECONDS
            return
        print(f"The {self.name} ended (exit code {code}) and is started again.", file=sys.stderr)
        self._start()

    def terminate(self) -> None:
        if self.exit_code() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> None:
        """Wait for the process to end, at most `seconds`; then end it and all it started."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(seconds, 0))
        self.kill()

    def kill(self) -> None:
        if self._rests_until is not None:
            return  # there is none, and its number may be another's by now
        guard.signal_group(self.pid, signal.SIGKILL)
        self._process.wait()
        self._guard.forget(self.pid)

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 -- commands of our own
            self._command,
            env=self._env,
            cwd=home(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._guard.watch(self.pid)


def python(*arguments: str | Path) -> list[str]:
    """Return the command for another process of this Python."""
    return [sys.executable, *map(str, arguments)]
