"""The tests of new packages pass as they are written. `make outsider` does it with the wheel, and a browser."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.support.plugins import installed_from
from tests.support.product import base_environment


@pytest.mark.parametrize(("command", "name"), [("startpanel", "acme-rewards"), ("startconnector", "acme-store")])
def test_a_new_packages_tests_pass(tmp_path: Path, command: str, name: str) -> None:
    call_command(command, name, directory=tmp_path, stdout=StringIO())
    folder = tmp_path / name
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "not browser", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**base_environment(), "PYTHONPATH": installed_from(folder, tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert " skipped" not in done.stdout
