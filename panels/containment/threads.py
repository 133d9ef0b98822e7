"""Doing a plugin's work in a thread that nobody waits for longer than it may take.

Python cannot end a thread. So whoever has waited long enough goes on without it, and what is left behind is
asked to end, again and again, by an exception thrown into it. That ends loops; a call into the operating system or
into C ends when it returns.
"""

import ctypes
import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from types import FrameType
from typing import Any, Generic, TypeVar

from django.db import connections
from django.utils import translation

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Of one plugin in one process: more threads that did not end, and it is not called any more until they do.
MOST_STUCK = 3
# By so much the process may grow while a call runs. Other calls of the moment count, too: it is a fuse, no measure.
MOST_MEGABYTES = 512
_LOOK_EVERY_SECONDS = 0.05
# How long what is left behind is given until it is asked to end again.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0
# Where code holds locks that all threads share, an exception from outside could leave one held for ever.
_DELICATE = frozenset(
    {
        *("logging", "threading", "queue", "concurrent", "contextlib", "weakref", "importlib"),
        *("_frozen_importlib", "_frozen_importlib_external", "asgiref", "redis", "kombu", "celery", "psycopg"),
        *("httpcore2", "httpx2", "voxysapps", "tenants", "panels"),
    }
)
_DELICATE_IN_DJANGO = ("django.db", "django.core", "django.utils")
_STATM = Path("/proc/self/statm")


class Overrun(BaseException):
    """Thrown into a thread that nobody waits for any longer."""


class NotDone(Exception):
    """The work was given up. The text says why, for the log and for operators; it holds nothing of a customer."""


class TookTooLong(NotDone):
    """It did not end in time."""


class TookTooMuch(NotDone):
    """The process grew too much meanwhile."""


class IsStuck(NotDone):
    """Earlier work of the same plugin has not ended yet."""


class Exited(NotDone):
    """It raised what would have ended the process or the thread."""


class _Work(Generic[Result]):
    """One call, in its thread."""

    def __init__(self, name: str, work: Callable[[], Result]) -> None:
        self.name = name
        self.done = threading.Event()
        self.answer: Result | None = None
        self.error: BaseException | None = None
        self._work = work
        # The caller's language and budget are the work's, too; Django keeps the language by thread.
        self._language = translation.get_language()
        self.thread = threading.Thread(target=copy_context().run, args=(self._run,), name=f"plugin {name}", daemon=True)

    def _run(self) -> None:
        try:
            try:
                with translation.override(self._language):
                    self.answer = self._work()
            except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
                self.error = error
            finally:
                for connection in connections.all(initialized_only=True):
                    connection.close()
                self.done.set()
        except Overrun:
            pass  # it struck on the way out; nobody waits

    def result(self) -> Result:
        """Return what the work returned, or raise what it raised."""
        error = self.error
        if error is None:
            return self.answer  # type: ignore[return-value]  # it is the work's own answer, None included
        if isinstance(error, Exception):
            raise error
        raise Exited(f"it raised {type(error).__name__}, which would have ended the process") from error


def run(name: str, work: Callable[[], Result], *, seconds: float, megabytes: int | None = None) -> Result:
    """Do the work of the plugin of this name in a thread of its own; return or raise as it does.

    Raises `NotDone` where it takes longer, where the process grows by more meanwhile
    (`MOST_MEGABYTES` unless told), where it raises what is no
    `Exception`, and where too much earlier work of this name is still not over.
    """
    if _leftovers.count(name) >= MOST_STUCK:
        raise IsStuck(f"{MOST_STUCK} earlier calls have not ended yet")
    one = _Work(name, work)
    megabytes = MOST_MEGABYTES if megabytes is None else megabytes
    give_up, size = time.monotonic() + seconds, _resident_bytes()
    one.thread.start()
    while not one.done.wait(min(_LOOK_EVERY_SECONDS, max(0.0, give_up - time.monotonic()))):
        if time.monotonic() >= give_up:
            _leftovers.take(one)
            raise TookTooLong(f"it did not end within {seconds:g} s")
        if _resident_bytes() - size > megabytes * 1_000_000:
            _leftovers.take(one)
            raise TookTooMuch(f"the process grew by more than {megabytes} MB meanwhile")
    return one.result()


class _Leftovers:
    """The threads that nobody waits for, and the one that asks them to end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[_Work[Any]] = []
        self._asking: threading.Thread | None = None

    def count(self, name: str) -> int:
        """Return how many of this name have not ended."""
        if not self._all:
            return 0
        with self._lock:
            return Counter(one.name for one in self._all if one.thread.is_alive())[name]

    def take(self, one: _Work[Any]) -> None:
        """See to it that the thread ends, if it can be ended."""
        with self._lock:
            self._all.append(one)
            if self._asking is None or not self._asking.is_alive():
                self._asking = threading.Thread(target=self._ask, name="plugin leftovers", daemon=True)
                self._asking.start()

    def _ask(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            with self._lock:
                self._all = [one for one in self._all if one.thread.is_alive()]
                if not self._all:
                    self._asking = None
                    return
                left = list(self._all)
            for one in left:
                _ask_to_end(one.thread)
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)


_leftovers = _Leftovers()


def _ask_to_end(thread: threading.Thread) -> None:
    # Nobody else runs Python code between the look and the throw, except in the rare moment when the interpreter
    # changes threads right there.
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - documented, and the only way
    if frame is not None and not _is_delicate(frame):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Overrun))


def _is_delicate(frame: FrameType) -> bool:
    """Return whether the thread is just where it may take or give back a lock that others need."""
    module = str(frame.f_globals.get("__name__", ""))
    return module.partition(".")[0] in _DELICATE or module.startswith(_DELICATE_IN_DJANGO)


def _resident_bytes() -> int:
    """Return the memory that the process holds; 0 where the system does not tell (only Linux does)."""
    try:
        return int(_STATM.read_text(encoding="ascii").split()[1]) * 4096
    except (OSError, ValueError, IndexError):
        return 0
