"""The wheel has all that the product needs where there is no checkout."""

import shutil
import zipfile
from pathlib import Path

import pytest

from scripts.outsider.installation import Installation
from voxysapps.embedded.files import BASE_DIR

PACKAGES = ("voxysapps", "tenants", "panels")
LEFT_BEHIND = {".pyc"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(Installation(tmp_path_factory.mktemp("wheel")).build_wheel())


def test_every_file_of_our_packages_is_in_it(wheel: zipfile.ZipFile) -> None:
    files = [path for name in PACKAGES for path in (BASE_DIR / name).rglob("*") if path.is_file()]
    ours = {path.relative_to(BASE_DIR).as_posix() for path in files if path.suffix not in LEFT_BEHIND}
    templates = (path for path in (BASE_DIR / "templates").rglob("*") if path.is_file())
    ours |= {f"voxysapps/overrides/{path.relative_to(BASE_DIR / 'templates').as_posix()}" for path in templates}
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert len(ours) > 500
    assert (ours - inside, inside - ours) == (set(), set())


def test_it_brings_the_command_and_names_what_may_be_added(wheel: zipfile.ZipFile) -> None:
    texts = {Path(name).name: wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/" in name}
    assert "voxysapps = voxysapps.__main__:main" in texts["entry_points.txt"]
    extras = {line.partition(": ")[2] for line in texts["METADATA"].splitlines() if line.startswith("Provides-Extra")}
    assert extras == {"demo", "testing"}
    required = [line for line in texts["METADATA"].splitlines() if line.startswith("Requires-Dist: Django==")]
    assert required


def test_building_leaves_nothing_in_the_checkout(tmp_path: Path) -> None:
    before = {path.name for path in BASE_DIR.iterdir()}
    shutil.rmtree(Installation(tmp_path).build_wheel().parent)
    assert {path.name for path in BASE_DIR.iterdir()} == before
