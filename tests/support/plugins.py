"""Packages of plugins for a product that a test starts: on its path, with the metadata that pip would write."""

import json
import os
import tomllib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.loyalty import TOKEN, LoyaltyServer
from tests.support.product import Product
from tests.support.services import services_for_product
from voxysapps.embedded.files import BASE_DIR

EXAMPLES = BASE_DIR / "examples"


def write_metadata(package: Path, into: Path, *, only: Collection[str] | None = None) -> None:
    """Write to `into` what pip would about the package, with all its entry points or only those named."""
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    metadata = into / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    lines: list[str] = []
    for group, points in project["entry-points"].items():
        lines.append(f"[{group}]")
        lines += [f"{slug} = {value}" for slug, value in points.items() if only is None or slug in only]
    (metadata / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


def installed_from(package: Path, into: Path) -> str:
    """Return the PYTHONPATH under which the package is installed, its metadata written to `into`."""
    write_metadata(package, into)
    return os.pathsep.join((str(package), str(into)))


@contextmanager
def product_with_loyalty(folder: Path, loyalty: LoyaltyServer, *, trust: str, package: Path) -> Iterator[Product]:
    """Run the product in `folder` with the loyalty example, installed from `package`.

    Its panel is on top of the first tab of the first demonstration account with that trust, and asks `loyalty`.
    """
    with services_for_product() as env:
        running = Product(folder / "run", PYTHONPATH=installed_from(package, folder / "metadata"), **env)
        try:
            running.wait_until_up()
            account = next(one for one in running.state["accounts"] if one["trust"] == trust)
            settings, secrets = {"address": loyalty.address, "rows": 5}, {"token": TOKEN}
            running.inside("place", str(account["id"]), "acme-loyalty", json.dumps(settings), json.dumps(secrets))
            yield running
        finally:
            running.stop()
