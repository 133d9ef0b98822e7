"""Where plugins' templates, static files and translations are found, and what a broken one may do: nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from django.conf import settings

from voxysapps import checks, plugins
from voxysapps.embedded.files import BASE_DIR

SEEN_BY_DJANGO = """
import json, sys
import django
django.setup()
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template.loader import get_template, render_to_string
from django.utils.translation import gettext, override
with override("de"):
    print(json.dumps({
        "own": render_to_string("acme-loyalty/panel.html"),
        "ours": get_template("orders/panel.html").origin.name,
        "own static": finders.find("acme-loyalty/panel.css"),
        "our static": finders.find("bridge/frame.css"),
        "own words": gettext("Loyalty points of Acme"),
        "our words": gettext("Orders"),
        "imported": sorted(name for name in sys.modules if name.startswith("acme")),
    }))
"""


class Site:
    """A folder of installed packages that Python looks into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, points: dict[str, str], files: dict[str, str | bytes], group: str = "voxysapps.panels") -> None:
        name = next(iter(points))
        lines = [f"[{group}]", *(f"{slug} = {value}" for slug, value in points.items())]
        metadata = {
            "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
            "entry_points.txt": "\n".join(lines),
        }
        for path, content in {**files, **{f"{name}-1.dist-info/{key}": text for key, text in metadata.items()}}.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.syspath_prepend(tmp_path)
    return Site(tmp_path)


def catalogue(path: Path, **words: str) -> bytes:
    catalog = Catalog(locale="de")
    for text, german in words.items():
        catalog.add(text.replace("_", " "), german)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_mo(file, catalog)
    return path.read_bytes()


def seen_by_django(site: Site) -> dict[str, Any]:
    said = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", SEEN_BY_DJANGO],
        cwd=BASE_DIR,
        env={**os.environ, "PYTHONPATH": str(site.folder), "DJANGO_SETTINGS_MODULE": "voxysapps.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def test_django_finds_what_an_installed_plugin_brings_and_none_of_ours_is_replaced(site: Site, tmp_path: Path) -> None:
    words = catalogue(tmp_path / "made.mo", Loyalty_points_of_Acme="Treuepunkte von Acme", Orders="Beute")
    site.install(
        {"acme-loyalty": "acme_loyalty.panel:Panel"},
        {
            "acme_loyalty/__init__.py": "",
            "acme_loyalty/panel.py": "",
            "acme_loyalty/templates/acme-loyalty/panel.html": "points",
            "acme_loyalty/templates/orders/panel.html": "mine now",
            "acme_loyalty/static/acme-loyalty/panel.css": "",
            "acme_loyalty/static/bridge/frame.css": "",
            "acme_loyalty/locale/de/LC_MESSAGES/django.mo": words,
        },
    )
    assert seen_by_django(site) == {
        "own": "points",
        "ours": str(BASE_DIR / "panels/templates/orders/panel.html"),
        "own static": str(site.folder / "acme_loyalty/static/acme-loyalty/panel.css"),
        "our static": str(BASE_DIR / "voxysapps/bridge/static/bridge/frame.css"),
        "own words": "Treuepunkte von Acme",
        "our words": "Bestellungen",
        "imported": [],
    }


def test_plugin_is_found_without_being_imported(site: Site) -> None:
    site.install(
        {"acme-broken": "acme_broken.panel:Panel"},
        {"acme_broken/__init__.py": "raise SystemExit", "acme_broken/templates/acme-broken/panel.html": ""},
    )
    assert plugins.plugin_folders("templates") == [site.folder / "acme_broken/templates"]
    assert "acme_broken" not in sys.modules


def test_nearest_folder_around_the_module_is_the_plugins(site: Site) -> None:
    """What else lies in a large package is not published."""
    site.install(
        {"acme-near": "acme.voxys.near.panel:Panel", "acme-shared": "acme.voxys.shared:Panel"},
        {
            "acme/__init__.py": "",
            "acme/static/secret.txt": "",
            "acme/voxys/static/shared.css": "",
            "acme/voxys/near/static/near.css": "",
        },
    )
    found = [site.folder / "acme/voxys/near/static", site.folder / "acme/voxys/static"]
    assert plugins.plugin_folders("static") == found


def test_connectors_may_have_translations(site: Site) -> None:
    site.install(
        {"acme-shop": "acme_shop.connector:Shop"},
        {"acme_shop/__init__.py": "", "acme_shop/locale/de/LC_MESSAGES/django.po": ""},
        group="voxysapps.connectors",
    )
    assert plugins.translations() == [site.folder / "acme_shop/locale"]


def test_plugin_may_be_left_out(site: Site) -> None:
    site.install({"acme-out": "acme_out:Panel"}, {"acme_out/__init__.py": "", "acme_out/templates/x.html": ""})
    assert plugins.plugin_folders("templates", without={"acme-out"}) == []


@pytest.mark.parametrize("value", ["no_such_package.panel:Panel", "acme_single:Panel", "not a module", "os.path:join"])
def test_plugin_without_folders_is_left_out(site: Site, value: str) -> None:
    site.install({"acme-odd": value}, {"acme_single.py": ""})
    assert plugins.plugin_folders("templates") == []


def test_finder_that_fails_breaks_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install({"acme-out": "acme_out:Panel"}, {"acme_out/__init__.py": "", "acme_out/templates/x.html": ""})

    def fail(name: str) -> None:
        raise RuntimeError(name)

    monkeypatch.setattr(plugins, "find_spec", fail)
    assert plugins.plugin_folders("templates") == []


def test_metadata_that_cannot_be_read_break_only_their_package(site: Site) -> None:
    site.install({"acme-out": "acme_out:Panel"}, {"acme_out/__init__.py": "", "acme_out/templates/x.html": ""})
    site.install({"acme-torn": "acme_torn:Panel"}, {"acme_torn/__init__.py": "", "acme_torn/templates/x.html": ""})
    (site.folder / "acme-torn-1.dist-info/entry_points.txt").write_bytes(b"\xff\xfe no text")
    assert plugins.plugin_folders("templates") == [site.folder / "acme_out/templates"]


def test_translations_that_are_none_are_left_out_and_said(site: Site) -> None:
    site.install(
        {"acme-babel": "acme_babel.panel:Panel"},
        {"acme_babel/__init__.py": "", "acme_babel/locale/de/LC_MESSAGES/django.mo": b"\0not a catalogue"},
    )
    assert plugins.translations() == []
    [error] = checks.check_translations(None)
    assert error.id == "voxysapps.W002"
    assert "acme_babel/locale/de/LC_MESSAGES/django.mo is no compiled translation" in error.msg


def test_our_own_folders_are_those_of_apps() -> None:
    assert plugins.plugin_folders("templates") == []
    assert settings.LOCALE_PATHS[0] == settings.BASE_DIR / "voxysapps" / "locale"
    assert checks.check_translations(None) == []
