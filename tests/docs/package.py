"""A plugin of the documentation, installed without pip."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Self

from tests.docs.pages import write_files
from voxysapps.embedded.files import BASE_DIR
from voxysapps.embedded.pytest_plugin import GIVEN_ENVIRONMENT

SECONDS = 180


class Package:
    """A package as a reader has it after following the page, installed as `pip install -e` would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def from_page(cls, page: str, folder: Path) -> Self:
        """Return the package that a page of docs/panels has its reader write, written into the folder."""
        written = write_files(page, folder)
        assert "pyproject.toml" in written, f"{page} names no pyproject.toml"
        package = cls(folder)
        package._install()
        return package

    @property
    def path(self) -> str:
        """The PYTHONPATH under which it is installed."""
        return os.pathsep.join((str(self.folder), str(self.folder / "installed"), str(BASE_DIR)))

    def _install(self) -> None:
        project = tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        metadata = self.folder / "installed" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        metadata.mkdir(parents=True)
        named = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        (metadata / "METADATA").write_text(named, encoding="utf-8")
        groups = (
            f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
            for group, points in project["entry-points"].items()
        )
        (metadata / "entry_points.txt").write_text("\n".join(groups), encoding="utf-8")

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
