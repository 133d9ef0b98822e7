"""mitmproxy in an environment of its own, made when it is first needed: a minute, once for a checkout."""

import fcntl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[3]
REQUIREMENTS = ROOT / "requirements-proxy.txt"
FOLDER = ROOT / ".cache" / "mitmproxy"
# Written last, with what was asked for and by which Python: without it, or with another one, all is made anew.
_STAMP = "installed.txt"
_SECONDS = 600


class NotInstallableError(Exception):
    """There is no mitmproxy, and none can be had here. The text says what to do."""


def find_mitmdump(folder: Path = FOLDER, *, say: Callable[[str], None]) -> Path:
    """Return mitmdump, after installing it where that is still to be done. Raises `NotInstallableError`."""
    program = folder / "bin" / "mitmdump"
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Two test runs at once: the second waits, and then finds the work done.
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = folder / _STAMP
        wanted = f"{sys.version}\n{folder}\n{REQUIREMENTS.read_text()}"
        if not (program.exists() and stamp.exists() and stamp.read_text() == wanted):
            say(f"Installing mitmproxy into {folder} (about a minute, once) ...")
            _install(folder)
            stamp.write_text(wanted)
    return program


def _install(folder: Path) -> None:
    log = folder.with_suffix(".log")
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [*pip, "--retries", "2", "--requirement", str(REQUIREMENTS)],
    ):
        with log.open("w") as output:
            try:
                code = subprocess.call(  # noqa: S603 - our own commands
                    command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, timeout=_SECONDS
                )
            except subprocess.TimeoutExpired:
                code = 1
        if code != 0:
            raise NotInstallableError(
                "These tests put mitmproxy between connectors and their systems. It could not be installed: a "
                f"connection to a package index is needed this once. What pip said is in {log}."
            )
