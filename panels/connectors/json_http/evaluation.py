"""Mappings are evaluated in a process of their own, `evaluator`, which ends with each answer.

A new process takes about 35 ms (two cores); a kept one would take next to nothing. A new one it is all the same. It is
one for a whole answer, beside a request that takes longer; its limits are the operating system's, which count from a
process's start and cannot be lifted; nothing of one customer, or of one account, is left in it for the next; and there
is none to be kept alive, shared by threads, or inherited by a forked worker.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext, gettext_noop

from panels.api import OperatorError, TemporaryError
from panels.connectors.json_http import evaluator

# By the clock, all included: a busy machine gets more than the processor time it may use.
SECONDS = 5.0
_SCRIPT = str(Path(evaluator.__file__))
_KILLED_FOR_TIME = (-signal.SIGKILL, -signal.SIGXCPU)
# Of the time it was given a process that works all the while gets more than this share, even beside others.
_WORKING_SHARE = 0.5
# Of /proc/PID/stat, after the name of the program.
_USER_TICKS, _SYSTEM_TICKS = 11, 12
_BUSY = gettext_noop("The answer of %(system)s could not be read in time: our server is busy at the moment.")


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a mapping made of an answer: rows of fields and inner rows, and by field what went wrong."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    has_more: bool = False
    errors: dict[str, str] = field(default_factory=dict)


class MappingFailed(OperatorError):
    """A mapping that cannot be evaluated within its limits. `field` is the one it was at, if that is known."""

    def __init__(self, message: str, *, system: str, field: str) -> None:
        super().__init__(message, values={"system": system, "field": field or "?"})
        self.field = field


def evaluate(plan: dict[str, Any], answer: bytes, *, system: str, seconds: float = SECONDS) -> Evaluated:
    """Return what the plan makes of the answer, a body in JSON. Raises `MappingFailed` and `TemporaryError`."""
    # No environment and none of our files: whatever a mapping might do, there is nothing to find.
    with (
        tempfile.TemporaryFile() as place,
        subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-I", "-S", _SCRIPT, _packages()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=place,
            env={"MALLOC_ARENA_MAX": "1"},  # else a thread reserves half of the address space
            cwd="/",
        ) as process,
    ):
        clock = _Clock(process, seconds)
        clock.start()
        try:
            output = _exchange(process, json.dumps(plan).encode() + b"\n" + answer)
        finally:
            process.kill()
            code = process.wait()
            clock.cancel()
        if code == 0 or output is None:
            return _read(output, system, place)
        if clock.found_waiting:
            raise TemporaryError(_BUSY, values={"system": system})
        raise _failure(code, system, _place(place))


class _Clock(threading.Timer):
    """Ends the process after so many seconds. `found_waiting`: it had been kept from working for most of them."""

    def __init__(self, process: "subprocess.Popen[bytes]", seconds: float) -> None:
        super().__init__(seconds, self._ring)
        self.daemon = True
        self.found_waiting = False
        self._process = process
        self._seconds = seconds

    def _ring(self) -> None:
        used = cpu_seconds_of(self._process.pid)
        if self._process.poll() is None:
            # The system would have ended one that had used up its processor time.
            is_waiting = self._seconds > evaluator.CPU_SECONDS if used is None else used < self._share()
            self.found_waiting = is_waiting
            self._process.kill()

    def _share(self) -> float:
        return min(self._seconds * _WORKING_SHARE, evaluator.CPU_SECONDS)


def cpu_seconds_of(pid: int) -> float | None:
    """Return the processor time that a process has used; None where the system does not tell, as macOS."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return None


def _exchange(process: "subprocess.Popen[bytes]", given: bytes) -> bytes | None:
    """Return what the process writes; None when that is more than it may be."""
    assert process.stdin is not None  # noqa: S101 - tells the type checker
    assert process.stdout is not None  # noqa: S101 - likewise
    try:
        process.stdin.write(given)
        process.stdin.close()
    except BrokenPipeError:
        pass  # it ended before it had read it all: its exit code says why
    most = evaluator.OUTPUT_BYTES * 4
    output = process.stdout.read(most + 1)
    if len(output) > most:
        return None
    process.wait()  # it has closed its output: it ends, or the clock ends it
    return output


def _read(output: bytes | None, system: str, place: IO[bytes]) -> Evaluated:
    try:
        # Amounts come as JSON numbers from many systems: they stay as they were written.
        made = json.loads(output or b"", parse_float=Decimal)
        errors = {path: _said(error) for path, error in made["errors"].items()}
        return Evaluated(made["rows"], made["more"], errors)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _failure(evaluator.TOO_MUCH_OUTPUT, system, _place(place)) from None


def _said(error: str) -> str:
    """Return the process's sentence in the operator's language, if it is ours and not jmespath's."""
    return gettext("It is nested too deeply.") if error == evaluator.TOO_DEEP else error


def _failure(code: int, system: str, place: str) -> OperatorError | TemporaryError:
    if code == evaluator.BAD_ANSWER:
        message = gettext_noop("%(system)s answered with something that is not its API's.")
        return TemporaryError(message, values={"system": system})
    if code in _KILLED_FOR_TIME:
        message = gettext_noop("The mapping of %(system)s takes too long, at “%(field)s”. Tell an admin.")
    elif code == evaluator.TOO_MUCH_MEMORY:
        message = gettext_noop("The mapping of %(system)s needs too much memory, at “%(field)s”. Tell an admin.")
    elif code == evaluator.TOO_MUCH_OUTPUT:
        message = gettext_noop("The mapping of %(system)s makes more than can be shown, at “%(field)s”. Tell an admin.")
    else:
        message = gettext_noop("The mapping of %(system)s cannot be evaluated, at “%(field)s”. Tell an admin.")
    return MappingFailed(message, system=system, field=place)


def _place(file: IO[bytes]) -> str:
    """Return the field the process was at, by our own name."""
    file.seek(0)
    text = file.read(evaluator.PLACE_BYTES).decode(errors="replace").strip()
    return text if text.replace(".", "").replace("_", "").replace(":", "").replace("-", "").isalnum() else ""


def _packages() -> str:
    """Return the folder in which jmespath is installed."""
    spec = find_spec("jmespath")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("jmespath")
    return str(Path(spec.origin).parent.parent)
