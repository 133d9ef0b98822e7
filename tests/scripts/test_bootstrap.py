import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from voxysapps.embedded.files import BASE_DIR

BOOTSTRAP = BASE_DIR / "scripts" / "bootstrap.py"
NO_INDEX = {"PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "0"}

# Stands for a Python whose virtual environments have a pip that notes its calls and installs nothing.
FAKE_PYTHON = """#!/bin/sh
case "$*" in
  *version_info*) echo "3 12 1" ;;
  *"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *) echo "$*" >> "$CALLS"; exit ${PIP_FAILS:-0} ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clean checkout, in a folder with a space in its name."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for path in BASE_DIR.glob("requirements*.txt"):
        shutil.copy(path, folder)
    shutil.copy(BASE_DIR / "pyproject.toml", folder)
    (folder / "scripts").mkdir()
    shutil.copy(BOOTSTRAP, folder / "scripts")
    return folder


@pytest.fixture
def fake_python(tmp_path: Path) -> Callable[[str], str]:
    def make(script: str = FAKE_PYTHON) -> str:
        path = tmp_path / "python"
        path.write_text(script)
        path.chmod(0o755)
        return str(path)

    return make


def bootstrap(checkout: Path, kind: str = "run", **env: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(  # noqa: S603 -- our own script
        [sys.executable, str(checkout / "scripts" / "bootstrap.py"), kind],
        env={**plain, "CALLS": str(checkout / "calls"), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def pip_calls(checkout: Path) -> int:
    calls = checkout / "calls"
    return len(calls.read_text().splitlines()) if calls.exists() else 0


def test_very_old_python_can_read_the_script() -> None:
    ast.parse(BOOTSTRAP.read_text(), feature_version=(3, 6))


def test_old_python_is_told_what_is_needed(checkout: Path, fake_python: Callable[[str], str]) -> None:
    python = fake_python("#!/bin/sh\necho 3 9 18\n")
    done = bootstrap(checkout, PYTHON=python)
    assert done.returncode == 1
    assert done.stderr == (
        f"Python 3.11 or newer is needed; {python} is Python 3.9.18. "
        "Install one, or name it: make run PYTHON=/path/to/python3.12\n"
    )


def test_missing_venv_module_is_named(checkout: Path, fake_python: Callable[[str], str]) -> None:
    python = fake_python('#!/bin/sh\ncase "$*" in *version_info*) echo 3 12 1 ;; *) exit 1 ;; esac\n')
    done = bootstrap(checkout, PYTHON=python)
    assert done.returncode == 1
    assert "Python's venv module does not work" in done.stderr
    assert "apt-get install python3.12-venv" in done.stderr


def test_second_time_does_nothing(checkout: Path, fake_python: Callable[[], str]) -> None:
    python = fake_python()
    first = bootstrap(checkout, PYTHON=python)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines() == [
        "Creating .venv with Python 3.12.1 ...",
        "Installing the packages of the product (about a minute, once) ...",
    ]
    calls = pip_calls(checkout)
    second = bootstrap(checkout, PYTHON=python)
    assert (second.returncode, second.stdout, pip_calls(checkout)) == (0, "", calls)


def test_changed_requirements_are_installed(checkout: Path, fake_python: Callable[[], str]) -> None:
    python = fake_python()
    bootstrap(checkout, PYTHON=python)
    calls = pip_calls(checkout)
    with (checkout / "requirements.txt").open("a") as file:
        file.write("# changed\n")
    assert "Creating" not in bootstrap(checkout, PYTHON=python).stdout
    assert pip_calls(checkout) > calls


def test_tools_stay_when_only_the_product_is_asked_for(checkout: Path, fake_python: Callable[[], str]) -> None:
    python = fake_python()
    bootstrap(checkout, "dev", PYTHON=python)
    calls = pip_calls(checkout)
    assert bootstrap(checkout, "run", PYTHON=python).stdout == ""
    assert pip_calls(checkout) == calls


def test_interrupted_installation_starts_over(checkout: Path, fake_python: Callable[[], str]) -> None:
    python = fake_python()
    bootstrap(checkout, PYTHON=python)
    (checkout / ".venv" / "bootstrap.unfinished").touch()
    assert "Creating .venv" in bootstrap(checkout, PYTHON=python).stdout
    assert not (checkout / ".venv" / "bootstrap.unfinished").exists()


def test_moved_checkout_gets_a_new_venv(checkout: Path, fake_python: Callable[[], str]) -> None:
    python = fake_python()
    bootstrap(checkout, PYTHON=python)
    moved = checkout.rename(checkout.with_name("moved"))
    assert "Creating .venv" in bootstrap(moved, PYTHON=python).stdout
    assert json.loads((moved / ".venv" / "bootstrap.json").read_text())["venv"] == str(moved / ".venv")


def test_pip_that_fails_is_quoted_briefly(checkout: Path, fake_python: Callable[[], str]) -> None:
    done = bootstrap(checkout, PYTHON=fake_python(), PIP_FAILS="1")
    assert done.returncode == 1
    assert "pip could not install the packages; all it said is in" in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_connection_is_said_in_a_sentence(checkout: Path) -> None:
    done = bootstrap(checkout, PYTHON=sys.executable, **NO_INDEX)
    assert done.returncode == 1
    assert done.stderr == (
        "The Python packages could not be downloaded. A connection to a package index is needed this once.\n"
    )
