"""The hostile package, installed for the length of a test."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from panels import registry
from panels.configuration import forget_plans
from panels.containment.rendering import breaker
from tests.support.hostile import install_hostile

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return a function that installs the package, whole or the entry points named, and another that forgets it."""
    settings.PANELS_IMPORT_SECONDS = 0.5

    def do(*only: str) -> None:
        folder = tmp_path / "site-packages"
        folder.mkdir()
        install_hostile(folder, only=only or None)
        monkeypatch.syspath_prepend(str(folder))
        _forget()

    yield do
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "acme_hostile"]:
        del sys.modules[name]
    importlib.invalidate_caches()
    registry.forget()
    breaker.reset()
    forget_plans()
