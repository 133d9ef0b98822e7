"""A plugin of the documentation, installed without pip."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.docs.pages import write_files
from tests.support.plugins import installed_from
from voxysapps.embedded.files import BASE_DIR
from voxysapps.embedded.pytest_plugin import GIVEN_ENVIRONMENT

SECONDS = 180


class Package:
    """A package as a reader has it after following the page, installed as `pip install -e` would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # The PYTHONPATH under which it is installed.
        self.path = os.pathsep.join((installed_from(folder, folder / "installed"), str(BASE_DIR)))

    @classmethod
    def from_page(cls, page: str, folder: Path) -> Self:
        """Return the package that a page of docs/panels has its reader write, written into the folder."""
        written = write_files(page, folder)
        assert "pyproject.toml" in written, f"{page} names no pyproject.toml"
        return cls(folder)

    def run(self, *command: str, **env: str) -> str:
        """Run Python in the package's folder; return what it says. Fails where the command does."""
        done = subprocess.run(  # noqa: S603 -- our own commands
            [sys.executable, *command],
            cwd=self.folder,
            env={**GIVEN_ENVIRONMENT, "PYTHONPATH": self.path, **env},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        return said
