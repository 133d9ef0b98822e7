"""Plugins: found by entry point, and harmless when they are broken."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from panels import checks, registry
from panels.api import Connector, Panel, PanelUnavailable


class GoodPanel(Panel):
    slug = "good"
    title = "Good"
    capability = "orders"

    @property
    def template(self) -> str:
        return "orders/panel.html"


class NewerPanel(GoodPanel):
    slug = "newer"
    requires_api = ">=2"


class OddPanel(GoodPanel):
    slug = "odd"
    requires_api = "two"


class PanelOfNoCapability(GoodPanel):
    slug = "guess"
    capability = "horoscope"


class EmptyPanel(Panel):
    slug = "empty"
    title = "Empty"


class GoodConnector(Connector):
    slug = "good"
    title = "Good"
    capabilities = ("orders",)


HERE = __name__


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a function that installs entry points beside the real ones."""
    real = registry._points

    def add(group: str, **points: str) -> None:
        extra = [EntryPoint(name.replace("_", "-"), value, group) for name, value in points.items()]
        monkeypatch.setattr(registry, "_points", lambda g: [*real(g), *(extra if g == group else [])])
        _forget()

    yield add
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    registry.forget()


def test_built_ins_come_through_the_same_door() -> None:
    assert set(registry.panels().plugins) >= {"customer", "orders", "payments"}
    assert set(registry.connectors().plugins) >= {"demo"}
    assert registry.panels().broken == {}
    assert checks.check_plugins(None) == []


def test_plugin_is_found(install: Any) -> None:
    install(registry.PANELS_GROUP, good=f"{HERE}:GoodPanel")
    assert isinstance(registry.panels().plugins["good"], GoodPanel)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("gone", "no_such_package.panel:Panel", "cannot be imported: ModuleNotFoundError"),
        ("gone", f"{HERE}:Nothing", "cannot be imported: AttributeError"),
        ("good", f"{HERE}:GoodConnector", "is no subclass of Panel"),
        ("other", f"{HERE}:GoodPanel", "another slug than its entry point “other”"),
        ("newer", f"{HERE}:NewerPanel", "written for panel API >=2; this is 1.1"),
        ("odd", f"{HERE}:OddPanel", "no version specifier"),
        ("no slug", f"{HERE}:GoodPanel", "Its name is no slug"),
        (
            "guess",
            f"{HERE}:PanelOfNoCapability",
            "no capability “horoscope”. Known: customer, orders, payments, history.",
        ),
    ],
)
def test_broken_panel_is_named_with_the_remedy_and_the_others_work(
    install: Any, name: str, value: str, said: str
) -> None:
    install(registry.PANELS_GROUP, **{name: value})
    installed = registry.panels()
    assert said in installed.broken[name]
    assert set(installed.plugins) >= {"customer", "orders", "payments"}
    errors = checks.check_plugins(None)
    assert [error.id for error in errors] == ["panels.E001"]
    assert errors[0].hint


def test_taken_slug_is_refused_and_the_first_one_stays(install: Any) -> None:
    class OrdersPanel(GoodPanel):
        slug = "orders"

    globals()["SecondOrdersPanel"] = OrdersPanel
    first = type(registry.panels().plugins["orders"])
    install(registry.PANELS_GROUP, orders=f"{HERE}:SecondOrdersPanel")
    assert type(registry.panels().plugins["orders"]) is first
    assert "is taken by another package" in registry.panels().broken["orders"]


def test_panel_without_data_or_template_is_an_error(install: Any) -> None:
    install(registry.PANELS_GROUP, empty=f"{HERE}:EmptyPanel")
    assert [error.id for error in checks.check_plugins(None)] == ["panels.E003", "panels.E002"]


def test_broken_connector_is_an_error(install: Any) -> None:
    install(registry.CONNECTORS_GROUP, good=f"{HERE}:GoodPanel")
    assert "is no subclass of Connector" in registry.connectors().broken["good"]


def test_code_version_is_the_codes(install: Any) -> None:
    versions = {registry.code_version(slug) for slug in ("customer", "orders", "payments")}
    assert len(versions) == 3
    assert registry.code_version("orders") in versions


@pytest.mark.parametrize("name", ["kit/rows.py", "badges.py", "panels/components/form_fields.html"])
def test_components_are_part_of_every_panels_code(install: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before, read = registry.code_version("history"), Path.read_bytes
    registry.code_version.cache_clear()
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * str(path).endswith(f"/{name}"))
    assert registry.code_version("history") != before


def test_errors_say_whether_asking_again_helps() -> None:
    assert PanelUnavailable("Wait.").permanent is False
    assert PanelUnavailable("Never.", permanent=True).permanent is True
