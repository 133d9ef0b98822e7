"""`startpanel` and `startconnector`: what they write, and what they refuse."""

import ast
import gettext
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from panels.api import API_VERSION, Connector, Panel
from panels.scaffolding.names import LONGEST, Names

START = {"panel": "startpanel", "connector": "startconnector"}
# Of these a panel's author looks after every line.
MOST_LINES = 20


def start(kind: str, name: str, directory: Path) -> Path:
    """Run the command; return the package's folder."""
    call_command(START[kind], name, directory=directory, stdout=StringIO())
    return directory / name


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_panel_is_few_files(tmp_path: Path) -> None:
    assert files_in(start("panel", "acme-loyalty", tmp_path)) == [
        "README.md",
        "acme_loyalty/__init__.py",
        "acme_loyalty/locale/de/LC_MESSAGES/django.mo",
        "acme_loyalty/locale/de/LC_MESSAGES/django.po",
        "acme_loyalty/panel.py",
        "acme_loyalty/templates/acme-loyalty/panel.html",
        "pyproject.toml",
        "tests/test_panel.py",
    ]


def test_connector_is_few_files(tmp_path: Path) -> None:
    assert files_in(start("connector", "acme-shop", tmp_path)) == [
        "README.md",
        "acme_shop/__init__.py",
        "acme_shop/connector.py",
        "acme_shop/locale/de/LC_MESSAGES/django.mo",
        "acme_shop/locale/de/LC_MESSAGES/django.po",
        "pyproject.toml",
        "tests/test_connector.py",
    ]


def test_panel_is_at_most_twenty_lines(tmp_path: Path) -> None:
    """Imports, blank lines and the module's sentence are not counted."""
    tree = ast.parse((start("panel", "acme-loyalty", tmp_path) / "acme_loyalty/panel.py").read_text(encoding="utf-8"))
    assert sum(len(ast.unparse(node).split("\n")) for node in tree.body if isinstance(node, ast.ClassDef)) <= MOST_LINES


@pytest.mark.parametrize(
    ("kind", "base", "name"),
    [("panel", Panel, "AcmeRewardsPanel"), ("connector", Connector, "AcmeRewardsConnector")],
)
def test_entry_point_names_the_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, base: type, name: str
) -> None:
    slug = f"acme-rewards-{kind}"
    folder = start(kind, slug, tmp_path)
    points = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    module, _colon, class_name = points[f"voxysapps.{kind}s"][slug].partition(":")
    monkeypatch.syspath_prepend(folder)
    plugin = getattr(import_module(module), class_name)
    assert (issubclass(plugin, base), class_name) == (True, name)
    assert (plugin.slug, plugin.requires_api) == (slug, f"~={API_VERSION}")


@pytest.mark.parametrize("kind", START)
def test_nothing_of_the_templates_is_left(tmp_path: Path, kind: str) -> None:
    folder = start(kind, "acme-loyalty", tmp_path)
    paths = [path for path in folder.rglob("*") if path.suffix in {".py", ".md", ".html", ".toml", ".po"}]
    left = [path.name for path in paths if re.search(r"\$|__slug__|-tpl", path.read_text(encoding="utf-8"))]
    assert (len(paths) >= 6, left) == (True, [])


@pytest.mark.parametrize("kind", START)
@pytest.mark.parametrize("name", ["a", "acme-loyalty", "northern-lights-bikes-loyalty"])
def test_python_is_in_shape(tmp_path: Path, kind: str, name: str) -> None:
    """Whatever the name's length, by ruff's own rules and as wide as we write."""
    folder = start(kind, name, tmp_path)
    for command in (["check", "--select", "E,F,W,I,B,UP"], ["format", "--check"]):
        ruff = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", "--line-length", "120", "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ruff.returncode == 0, ruff.stdout


@pytest.mark.parametrize("kind", START)
def test_translations_are_compiled(tmp_path: Path, kind: str) -> None:
    folder = start(kind, "acme-loyalty", tmp_path)
    with (folder / "acme_loyalty/locale/de/LC_MESSAGES/django.mo").open("rb") as file:
        words = gettext.GNUTranslations(file)
    told = {"panel": ("Points", "Punkte"), "connector": ("%(system)s answers.", "%(system)s antwortet.")}
    english, german = told[kind]
    assert words.gettext(english) == german


@pytest.mark.parametrize(
    ("name", "said"),
    [
        *(
            (name, f"“{name}” is no name for a panel")
            for name in ("", "Acme", "acme_x", "a-", "a--b", "1a", "ä", "a.b")
        ),
        ("a" * (LONGEST + 1), "The name has 61 characters; it may have 60."),
        ("orders", "There is a panel called “orders” already."),
        *((name, "Python has something called") for name in ("json", "panels", "django", "class", "tests")),
    ],
)
def test_name_that_cannot_be_is_refused_with_the_reason(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        start("panel", name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_connector_may_be_called_as_a_panel_is() -> None:
    """They are kept apart; only Python's names are shared."""
    assert Names.of("panel", "acme-shopify").package == "acme_shopify"
    assert Names.of("connector", "payments").class_name == "PaymentsConnector"


def test_class_is_never_called_as_what_it_is_made_of() -> None:
    assert Names.of("panel", "acme-panel").class_name == "AcmePanel"
    assert Names.of("panel", "panel").class_name == "PanelPanel"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "acme-loyalty"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(CommandError, match=r"acme-loyalty exists already\. Choose another name or another --directory"):
        start("panel", "acme-loyalty", tmp_path)
    assert files_in(folder) == ["notes.txt"]


def test_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match=r"file cannot be written: Not a directory\."):
        start("panel", "acme-loyalty", tmp_path / "file")


def test_command_tells_what_it_wrote_and_what_to_do_next(tmp_path: Path) -> None:
    said = StringIO()
    call_command("startpanel", "acme-loyalty", directory=tmp_path, stdout=said)
    assert f"{tmp_path}/acme-loyalty/acme_loyalty/panel.py\n" in said.getvalue()
    assert "  pip install --editable .\n  pytest\n" in said.getvalue()
