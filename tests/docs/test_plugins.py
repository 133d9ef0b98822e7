"""What the pages have readers write works as it stands there: found, checked, tested and shown by the product."""

import re
from pathlib import Path

import pytest

from tests.docs.package import Package


@pytest.fixture(scope="module")
def tier(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return Package.from_page("first-panel.md", tmp_path_factory.mktemp("acme-tier"))


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return Package.from_page("connectors.md", tmp_path_factory.mktemp("acme-tickets"))


def settings_of_the_product(folder: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "voxysapps.settings",
        "SECRET_KEY": "a key for tests only",
        "DEBUG": "1",
        "DATABASE_URL": "sqlite://:memory:",
        "REDIS_URL": "",
        "RUN_DIR": str(folder / "run"),
    }


@pytest.mark.parametrize("name", ["tier", "tickets"])
def test_its_tests_pass(name: str, request: pytest.FixtureRequest) -> None:
    said = request.getfixturevalue(name).run("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert re.search(r"\d+ passed", said)


@pytest.mark.parametrize("name", ["tier", "tickets"])
def test_the_product_finds_nothing_wrong_with_it(name: str, request: pytest.FixtureRequest) -> None:
    made: Package = request.getfixturevalue(name)
    said = made.run("-m", "django", "check", "--tag", "panels", **settings_of_the_product(made.folder))
    assert "no issues" in said


SHOW_THE_PANEL = """
import django
django.setup()
from django.template.loader import render_to_string
from panels import registry
from panels.connectors.demo.connector import DemoConnector
from panels.api import Identity, Orders, PanelContext
from panels.settings_forms import clean_settings
from zoneinfo import ZoneInfo

panel = registry.panels().plugins["acme-tier"]
who = Identity(emails=("manyorders.ada@example.com",))
demo = DemoConnector({"shop": "Demo shop", "currency": "EUR"}, name="Demo shop")
ctx = PanelContext(data=Orders.merge([("Demo shop", demo.orders(who))]), identity=who, identity_verified=None,
                   settings=clean_settings(panel.SettingsForm, {}), role="agent", locale="en",
                   time_zone=ZoneInfo("UTC"), placement_id=1)
print(render_to_string(panel.template, {**panel.get_context(ctx), "ctx": ctx}))
"""


def test_the_first_panel_is_rendered_by_the_product(tier: Package) -> None:
    shown = tier.run("-c", SHOW_THE_PANEL, **settings_of_the_product(tier.folder))
    assert "Gold" in shown
    assert "€" in shown


SHOW_THE_CONNECTOR = """
import django
django.setup()
from panels import registry

print(sorted(registry.connectors().plugins), registry.connectors().broken)
"""


def test_the_connector_is_one_of_the_kinds_of_systems(tickets: Package) -> None:
    said = tickets.run("-c", SHOW_THE_CONNECTOR, **settings_of_the_product(tickets.folder))
    assert "'acme-tickets'" in said
    assert said.rstrip().endswith("{}")
