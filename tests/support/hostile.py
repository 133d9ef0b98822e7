"""Installs the hostile package of tests/plugins as pip would: its code and its metadata in a folder of `sys.path`."""

import shutil
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[1] / "plugins" / "hostile"
# What a parser refuses cannot lie among the sources, which tools read.
_NO_PYTHON = "class Hostile(:\n"


def install_hostile(folder: Path, *, only: Collection[str] | None = None) -> Path:
    """Install the package into the folder, whole or only the entry points named; return the folder."""
    project: dict[str, Any] = tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    shutil.copytree(SOURCE / "acme_hostile", folder / "acme_hostile", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "acme_hostile" / "syntax.py").write_text(_NO_PYTHON, encoding="utf-8")
    metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    lines: list[str] = []
    for group, points in project["entry-points"].items():
        lines.append(f"[{group}]")
        lines += [f"{slug} = {value}" for slug, value in points.items() if only is None or slug in only]
    (metadata / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    return folder
