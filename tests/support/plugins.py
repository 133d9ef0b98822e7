"""Packages of plugins for a product that a test starts: on its path, with the metadata that pip would write."""

import tomllib
from pathlib import Path

from voxysapps.embedded.files import BASE_DIR

EXAMPLES = BASE_DIR / "examples"


def installed_from(folder: Path, into: Path) -> str:
    """Return the PYTHONPATH under which the package in `folder` is installed, its metadata written to `into`."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    metadata = into / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8"
    )
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in project["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(groups), encoding="utf-8")
    return f"{folder}:{into}"
