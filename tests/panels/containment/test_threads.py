"""Work that nobody waits for longer than it may take."""

import sys
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest
from django.utils import translation

from panels.containment import threads

_variable: ContextVar[str] = ContextVar("_variable", default="")


def for_ever() -> None:
    while True:
        pass


def wait_until(holds: Callable[[], bool], seconds: float = 5) -> None:
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def running(name: str) -> bool:
    return any(thread.name == f"plugin {name}" for thread in threading.enumerate())


def test_answer_and_error_are_the_works_own() -> None:
    nothing: dict[str, int] = {}
    assert threads.run("good", lambda: 5, seconds=5) == 5
    assert threads.run("good", lambda: None, seconds=5) is None
    with pytest.raises(KeyError, match="it"):
        threads.run("good", lambda: nothing["it"], seconds=5)


def test_language_and_context_variables_are_the_callers() -> None:
    token = _variable.set("mine")
    with translation.override("ar"):
        assert threads.run("good", lambda: (_variable.get(), translation.get_language()), seconds=5) == ("mine", "ar")
    _variable.reset(token)


def test_endless_loop_is_given_up_in_time_and_ends() -> None:
    started = time.monotonic()
    with pytest.raises(threads.TookTooLong, match=r"within 0\.2 s"):
        threads.run("loop", for_ever, seconds=0.2)
    assert time.monotonic() - started < 1.5
    wait_until(lambda: not running("loop"))


def test_loop_that_swallows_every_exception_is_asked_again_and_again() -> None:
    swallowed: list[str] = []

    def stubborn() -> None:
        while True:
            try:
                for_ever()
            except BaseException as error:
                swallowed.append(type(error).__name__)
                if len(swallowed) == 3:
                    raise

    with pytest.raises(threads.TookTooLong):
        threads.run("stubborn", stubborn, seconds=0.1)
    wait_until(lambda: not running("stubborn"))
    assert swallowed == ["Overrun"] * 3


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_what_would_end_the_process_is_an_error_like_any_other(error: type[BaseException]) -> None:
    def work() -> None:
        raise error

    with pytest.raises(threads.Exited, match=error.__name__):
        threads.run("exits", work, seconds=5)


@pytest.mark.skipif(sys.platform != "linux", reason="our fuse reads /proc/self/statm, which only Linux has")
def test_work_that_fills_the_memory_is_given_up_long_before_its_time() -> None:
    heap: list[bytes] = []

    def fill() -> None:
        while True:
            heap.append(b"x" * 2_000_000)
            time.sleep(0.002)

    started = time.monotonic()
    with pytest.raises(threads.TookTooMuch, match="more than 50 MB"):
        threads.run("fills", fill, seconds=30, megabytes=50)
    assert time.monotonic() - started < 10
    wait_until(lambda: not running("fills"))
    heap.clear()


def test_plugin_whose_threads_do_not_end_is_not_called_until_they_do() -> None:
    release = threading.Event()
    for _ in range(threads.MOST_STUCK):
        with pytest.raises(threads.TookTooLong):
            threads.run("waits", release.wait, seconds=0.05)
    with pytest.raises(threads.IsStuck):
        threads.run("waits", release.wait, seconds=0.05)
    assert threads.run("another", lambda: 5, seconds=5) == 5
    release.set()
    wait_until(lambda: not running("waits"))
    assert threads.run("waits", lambda: 5, seconds=5) == 5


def test_nothing_is_thrown_where_locks_are_taken() -> None:
    """Code of ours and of libraries that hold locks for all threads is left to finish; the work itself is not."""
    frame: Any = sys._getframe()
    assert not threads._is_delicate(frame)
    for module in ("logging", "threading", "django.db.backends.utils", "panels.guard", "redis.client"):
        namespace = {"__name__": module, "sys": sys}
        exec("frame = sys._getframe()", namespace)  # noqa: S102 - a frame of that module
        assert threads._is_delicate(namespace["frame"]), module  # type: ignore[arg-type]
