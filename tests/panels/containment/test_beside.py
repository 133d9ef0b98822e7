"""The hostile package installed beside the good panels, whose own tests know nothing of it: all of them pass."""

import subprocess
import sys
from pathlib import Path

from tests.support.hostile import install_hostile
from tests.support.product import base_environment
from voxysapps.embedded.files import BASE_DIR

# What renders panels, serves them to agents, and sets them up.
TESTS = (
    *("tests/panels/customer", "tests/panels/orders", "tests/panels/payments"),
    *("tests/panels/test_views.py", "tests/panels/test_admin.py"),
)


def test_every_other_panels_tests_pass(tmp_path: Path) -> None:
    install_hostile(tmp_path)
    env = {**base_environment(), "PYTHONPATH": str(tmp_path), "PANELS_IMPORT_SECONDS": "1"}
    done = subprocess.run(  # noqa: S603 -- our own tests
        [sys.executable, "-m", "pytest", "-q", "--no-header", *TESTS],
        cwd=BASE_DIR,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6_000:]


def test_commands_go_on_and_check_says_what_is_wrong(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    install_hostile(site)
    env = {
        **base_environment(),
        "PYTHONPATH": str(site),
        "PANELS_IMPORT_SECONDS": "1",
        "RUN_DIR": str(tmp_path / "run"),
        "DEBUG": "1",
        "SECRET_KEY": "a key for tests only",
    }

    def manage(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 -- our own command
            [sys.executable, "manage.py", *words],
            cwd=BASE_DIR,
            env={**env, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )

    migrated = manage("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stdout
    assert "(panels.W001) acme-hostile (acme_hostile.gone:Hostile)" in migrated.stdout
    checked = manage("check")
    assert checked.returncode == 1
    assert "(panels.E001) acme-hostile (acme_hostile.exits_at_import:Hostile)" in checked.stdout
    broken = (
        *("raises-at-import", "exits-at-import", "loops-at-import", "sleeps-at-import", "imports-itself"),
        *("syntax", "gone", "attributes"),
    )
    excluded = ",".join(f"hostile-{name}" for name in broken)
    rescued = manage("check", "--tag", "panels", PANELS_EXCLUDE=excluded)
    assert "did not end" not in rescued.stdout
    assert "hostile-" not in rescued.stdout.replace("acme-hostile", "")
