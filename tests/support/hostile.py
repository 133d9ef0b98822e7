"""Installs the hostile package of tests/plugins as pip would: its code and its metadata in a folder of `sys.path`."""

import shutil
from collections.abc import Collection
from pathlib import Path

from tests.support.plugins import write_metadata

SOURCE = Path(__file__).parents[1] / "plugins" / "hostile"
# What a parser refuses cannot lie among the sources, which tools read.
_NO_PYTHON = "class Hostile(:\n"


def install_hostile(folder: Path, *, only: Collection[str] | None = None) -> Path:
    """Install the package into the folder, whole or only the entry points named; return the folder."""
    shutil.copytree(SOURCE / "acme_hostile", folder / "acme_hostile", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "acme_hostile" / "syntax.py").write_text(_NO_PYTHON, encoding="utf-8")
    write_metadata(SOURCE, folder, only=only)
    return folder
