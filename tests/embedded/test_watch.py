"""Which files are watched, and when they count as changed."""

from pathlib import Path

import pytest

from voxysapps.edition import Edition, edition_file, read_edition
from voxysapps.embedded import watch
from voxysapps.embedded.watch import Watch, is_loaded_once, watch_for


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY_SECONDS", 0)


def test_change_counts_once_it_keeps_still(tmp_path: Path) -> None:
    file = tmp_path / "panel.py"
    file.write_text("1")
    looking = Watch([tmp_path])
    assert not looking.changed()
    file.write_text("half of")
    assert not looking.changed(), "it may still be written"
    file.write_text("half of it")
    assert not looking.changed()
    assert looking.changed() == {str(file)}
    assert not looking.changed()


def test_new_and_deleted_files_count(tmp_path: Path) -> None:
    old, new = tmp_path / "old.html", tmp_path / "inner" / "new.html"
    old.write_text("1")
    looking = Watch([tmp_path])
    old.unlink()
    new.parent.mkdir()
    new.write_text("1")
    looking.changed()
    assert looking.changed() == {str(old), str(new)}


@pytest.mark.parametrize("name", ["__pycache__/panel.pyc", ".git/index", "panel.py~", ".panel.py.swp", "#panel.py#"])
def test_what_tools_leave_behind_is_not_looked_at(tmp_path: Path, name: str) -> None:
    looking = Watch([tmp_path])
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("1")
    looking.changed()
    assert not looking.changed()


def test_plugin_of_one_file_is_watched(tmp_path: Path) -> None:
    file = tmp_path / "plugin.py"
    file.write_text("1")
    (tmp_path / "other.py").write_text("1")
    looking = Watch([file])
    for name in ("plugin.py", "other.py"):
        (tmp_path / name).write_text("22")
    looking.changed()
    assert looking.changed() == {str(file)}


@pytest.mark.parametrize(
    ("path", "is_so"),
    [
        ("acme/panel.py", True),
        ("acme/levels.json", True),
        ("acme/locale/de/LC_MESSAGES/django.mo", True),
        ("acme/templates/acme/panel.html", False),
        ("acme/static/acme/panel.css", False),
        ("templates/acme/panel.py", True),
    ],
)
def test_templates_and_static_files_need_no_new_process(path: str, is_so: bool) -> None:
    assert is_loaded_once(path) == is_so


def test_nothing_is_watched_when_off() -> None:
    assert watch_for("off") is None
    assert watch_for("plugins") is not None


def test_edition_is_left_and_read(tmp_path: Path) -> None:
    assert read_edition(tmp_path) == Edition("", "")
    first = Edition.first()
    later = Edition("1001", "1000")
    edition_file(tmp_path).write_text(str(later))
    assert read_edition(tmp_path) == later
    assert first.after(loaded=False).loaded == first.loaded
    after = first.after(loaded=True)
    assert after.loaded == after.code >= first.code
