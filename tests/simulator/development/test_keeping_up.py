"""Changed templates are used by the processes there are; errors say what is wrong."""

from pathlib import Path

import pytest
from django.template.loader import render_to_string
from pytest_django import Settings

from panels import registry
from tests.simulator.development.conftest import Desk
from voxysapps import edition
from voxysapps.edition import Edition, edition_file, present
from voxysapps.simulator.development.keeping_up import keep_up

pytestmark = pytest.mark.django_db
FIRST = Edition("1000", "1000")


@pytest.fixture(autouse=True)
def _watched(development: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edition, "_adopted", None)
    development.EDITION = FIRST
    registry.code_version.cache_clear()
    write(tmp_path, FIRST)


def write(run_dir: Path, one: Edition) -> None:
    edition_file(run_dir).write_text(str(one))


def test_changed_template_is_used(tmp_path: Path, development: Settings) -> None:
    templates = [{**development.TEMPLATES[0], "DIRS": [tmp_path]}]
    development.TEMPLATES = templates
    template = tmp_path / "acme.html"
    template.write_text("one")
    assert render_to_string("acme.html") == "one"
    before = registry.code_version("orders")
    template.write_text("two")
    assert render_to_string("acme.html") == "one"

    write(tmp_path, Edition("1001", "1000"))

    assert keep_up() == present() == Edition("1001", "1000")
    assert render_to_string("acme.html") == "two"
    assert registry.code_version("orders") != before


def test_process_with_former_code_stays_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, Edition("1001", "1001"))
    assert keep_up() == FIRST


def test_window_hears_of_newer_code_and_by_which_it_was_answered(desk: Desk, tmp_path: Path) -> None:
    desk.post_context()
    write(tmp_path, Edition("1001", "1000"))
    assert desk.look("/code").json() == {"code": "1001", "loaded": "1000", "answered": "1000"}
    desk.post_context()
    assert desk.look("/code").json()["answered"] == "1001"
