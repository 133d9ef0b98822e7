import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from voxysapps.embedded import processes
from voxysapps.embedded.files import RunError
from voxysapps.embedded.processes import RESTARTS, Child, Guard


@pytest.fixture
def guard() -> Iterator[Guard]:
    guard = Guard()
    yield guard
    guard.close()


def test_child_that_keeps_ending_is_given_up(guard: Guard, capfd: pytest.CaptureFixture[str]) -> None:
    child = Child("worker", [sys.executable, "-S", "-c", "raise SystemExit(3)"], os.environ, guard)
    for _ in range(RESTARTS):
        child._process.wait()
        child.keep_alive()
    child._process.wait()
    with pytest.raises(RunError, match=r"The worker keeps ending \(last exit code 3\); its messages are above\."):
        child.keep_alive()
    assert capfd.readouterr().err == "The worker ended (exit code 3) and is started again.\n" * RESTARTS


def test_child_that_keeps_ending_may_rest(
    guard: Guard, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "REST_SECONDS", 0.2)
    child = Child("worker", [sys.executable, "-S", "-c", "raise SystemExit(3)"], os.environ, guard)
    for _ in range(RESTARTS + 1):
        child._process.wait()
        child.keep_alive(gives_up=False)
    assert "It is started again in 0.2 seconds." in capfd.readouterr().err
    ended = child.pid
    child.keep_alive(gives_up=False)
    assert child.pid == ended, "it rests"
    give_up = time.monotonic() + 5
    while child.pid == ended:
        child.keep_alive(gives_up=False)
        assert time.monotonic() < give_up
    child.kill()


def test_child_that_refuses_to_end_is_killed_with_all_it_started(guard: Guard) -> None:
    stubborn = "import signal, subprocess; signal.signal(15, signal.SIG_IGN); subprocess.run(['sleep', '60'])"
    child = Child("worker", [sys.executable, "-S", "-c", stubborn], os.environ, guard)
    process = psutil.Process(child.pid)
    while not (grandchildren := process.children()):
        pass
    child.terminate()
    child.wait(0.1)
    assert child.exit_code() == -signal.SIGKILL
    assert not psutil.wait_procs(grandchildren, timeout=5)[1]


def test_guard_ends_children_of_a_killed_process() -> None:
    parent = (
        "import os, sys, time\n"
        "from voxysapps.embedded.processes import Child, Guard\n"
        "print(Child('sleeper', ['sleep', '60'], os.environ, Guard()).pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- our own command
        assert process.stdout
        child = psutil.Process(int(process.stdout.readline()))
        process.kill()
    assert not psutil.wait_procs([child], timeout=5)[1]


SLEEPS = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]


def test_process_goes_once_the_other_is_ready(guard: Guard) -> None:
    child = Child("web process", SLEEPS, os.environ, guard)
    former, ready = child.pid, False
    child.hand_over(lambda: ready)
    child.keep_alive()
    assert child.is_handing_over
    assert child.pid == former
    assert psutil.pid_exists(former)
    ready = True
    child.keep_alive()
    assert child.pid != former
    assert child.exit_code() is None
    wait_until(child, lambda: not psutil.pid_exists(former))
    child.kill()


def test_process_stays_where_the_other_never_is_ready(guard: Guard, capfd: pytest.CaptureFixture[str]) -> None:
    child = Child("web process", SLEEPS, os.environ, guard)
    former = child.pid
    child._command = [sys.executable, "-S", "-c", "raise SystemExit(3)"]
    child.hand_over(lambda: False)
    wait_until(child, lambda: not child.is_handing_over)
    assert child.pid == former
    assert child.exit_code() is None
    assert "The new web process ended (exit code 3); the former one stays." in capfd.readouterr().err
    child.kill()


def test_retired_process_is_started_when_resumed_only(guard: Guard) -> None:
    child = Child("worker", SLEEPS, os.environ, guard)
    former = child.pid
    child.retire()
    wait_until(child, lambda: not psutil.pid_exists(former))
    child.keep_alive()
    assert child.is_retired
    assert child.exit_code() is not None
    child.resume()
    assert child.pid != former
    assert child.exit_code() is None
    child.kill()


def wait_until(child: Child, is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 10
    while not is_so():
        child.keep_alive()
        assert time.monotonic() < give_up
        time.sleep(0.02)
