"""Child processes that are kept alive, and that end with the process that started them."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from voxysapps.embedded import guard
from voxysapps.embedded.files import RunError, home

RESTARTS = 5
RESTARTS_WITHIN_SECONDS = 60
REST_SECONDS = 10
# How long a process that goes may finish what it does.
SECONDS_TO_LEAVE = 10


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
        self._is_retired = False
        # Takes over once it is ready.
        self._successor: subprocess.Popen[bytes] | None = None
        self._is_ready: Callable[[], bool] = lambda: True
        # Those that go, with when they are ended.
        self._leaving: list[tuple[subprocess.Popen[bytes], float]] = []
        self._process = self._started()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_handing_over(self) -> bool:
        return self._successor is not None

    @property
    def is_retired(self) -> bool:
        return self._is_retired

    def exit_code(self) -> int | None:
        return self._process.poll()

    def keep_alive(self, *, gives_up: bool = True) -> None:
        """Start the process again if it ended; raise RunError if that happens too often.

        Without `gives_up` it is started again even so, but later: the others go on without it meanwhile.
        """
        self._see_off()
        self._let_take_over()
        if self._is_retired:
            return
        if self._rests_until is not None:
            if time.monotonic() >= self._rests_until:
                self._rests_until = None
                self._process = self._started()
            return
        code = self.exit_code()
        if code is None:
            return
        self._end(self._process)  # what it started itself may still hold the port
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
        self._process = self._started()

    def hand_over(self, is_ready: Callable[[], bool]) -> None:
        """Start another process beside this one, which goes once the other is ready, and stays if it never is."""
        if self._successor is not None:
            self._end(self._successor)
        self._is_ready = is_ready
        self._successor = self._started()

    def retire(self) -> None:
        """Let the process finish what it does, and start none until `resume`."""
        if not self._is_retired and self._rests_until is None:
            self._leave(self._process)
        self._is_retired = True

    def resume(self) -> None:
        """Start the process after `retire`; how often it ended before says nothing of it."""
        self._is_retired, self._rests_until, self._ends = False, None, []
        self._process = self._started()

    def terminate(self) -> None:
        if self.exit_code() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> None:
        """Wait for the process to end, at most `seconds`; then end it and all it started."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(seconds, 0))
        self.kill()

    def kill(self) -> None:
        for process, _until in self._leaving:
            self._end(process)
        if self._successor is not None:
            self._end(self._successor)
        self._leaving, self._successor = [], None
        if self._rests_until is not None or self._is_retired:
            return  # there is none, and its number may be another's by now
        self._end(self._process)

    def _let_take_over(self) -> None:
        successor = self._successor
        if successor is None:
            return
        if (code := successor.poll()) is not None:
            print(f"The new {self.name} ended (exit code {code}); the former one stays.", file=sys.stderr)
            self._end(successor)
            self._successor = None
        elif self._is_ready():
            if self._rests_until is None:
                self._leave(self._process)
            self._process, self._successor = successor, None
            self._rests_until, self._ends = None, []

    def _leave(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        self._leaving.append((process, time.monotonic() + SECONDS_TO_LEAVE))

    def _see_off(self) -> None:
        """End those that go, once they have ended by themselves or their time is up."""
        staying = []
        for process, until in self._leaving:
            if process.poll() is None and time.monotonic() < until:
                staying.append((process, until))
            else:
                self._end(process)
        self._leaving = staying

    def _started(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 -- commands of our own
            self._command,
            env=self._env,
            cwd=home(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._guard.watch(process.pid)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """End the process and all that it started."""
        guard.signal_group(process.pid, signal.SIGKILL)
        process.wait()
        self._guard.forget(process.pid)


def python(*arguments: str | Path) -> list[str]:
    """Return the command for another process of this Python."""
    return [sys.executable, *map(str, arguments)]
