"""A package that is uninstalled, broken or excluded takes nothing along: settings, secrets and placements stay."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from panels import registry
from panels.configuration import forget_plans
from panels.models import Connection, Placement
from panels.services import save_connection, save_placement
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.panels.containment.conftest import Install
from tests.panels.containment.support import Tab, make_tab
from tests.support.admin import make_operator, signed_in
from tests.support.api import operators_api

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_at_hand")]
SETTINGS = {"limit": 7}


@pytest.fixture
def tab() -> Tab:
    """A tab with a panel and a connection of packages that are not installed."""
    tab = make_tab()
    tab.place("acme-gone", settings=SETTINGS)
    make_connection(tab.account, name="Gone", connector="acme-shop", settings=SETTINGS)
    return tab


def rows_of(tab: Tab) -> tuple[Placement, Connection]:
    return tab.app.placements.get(panel="acme-gone"), tab.account.connections.get(name="Gone")


def test_agents_see_an_error_card_and_the_rest(tab: Tab) -> None:
    sections = tab.look()
    assert sections["acme-gone"].state == "error"
    assert "This panel is not installed. Tell an operator." in sections["acme-gone"].text
    assert sections["orders"].state == "ready"


def test_rows_can_be_changed_in_the_admin_and_keep_their_settings(tab: Tab) -> None:
    client = signed_in(make_operator(tab.account))
    placement, connection = rows_of(tab)
    page = client.get(f"/admin/panels/placement/{placement.pk}/change/").content.decode()
    assert "not installed" in page
    assert "Its settings are kept." in page
    body: dict[str, Any] = {"title": "Renamed", "position": "3"}
    assert client.post(f"/admin/panels/placement/{placement.pk}/change/", body).status_code == 302
    body = {"name": "Gone", "match_by": ""}
    response = client.post(f"/admin/panels/connection/{connection.pk}/change/", body)
    assert response.status_code == 302, response.content.decode()
    placement, connection = rows_of(tab)
    assert (placement.title, placement.settings, placement.is_enabled) == ("Renamed", SETTINGS, False)
    assert (connection.settings, connection.is_enabled) == (SETTINGS, False)
    page = client.get(f"/admin/panels/connection/{connection.pk}/health/").content.decode()
    assert "Its connector is not installed." in page


def test_rows_can_be_changed_by_program_and_keep_their_settings(tab: Tab) -> None:
    api = operators_api(tab.account)
    placement, connection = rows_of(tab)
    assert api.patch(f"placements/{placement.pk}/", {"title": "Renamed"}).status_code == 200
    assert api.patch(f"connections/{connection.pk}/", {"is_enabled": False}).status_code == 200
    assert api.patch(f"connections/{connection.pk}/", {"match_by": ["email"]}).status_code == 200
    save_placement(placement)
    save_connection(connection)
    placement, connection = rows_of(tab)
    assert placement.settings == connection.settings == SETTINGS


def test_everything_is_back_with_the_package(install: Install) -> None:
    tab = make_tab()
    tab.place("hostile-huge", settings=SETTINGS)
    assert "not installed" in tab.look()["hostile-huge"].text
    install("hostile-huge")
    from acme_hostile.methods import WORDS, Huge  # type: ignore[import-not-found]  # noqa: PLC0415 - installed just now

    Huge.fetch = lambda self, ctx: WORDS
    assert tab.look()["hostile-huge"].state == "ready"
    assert tab.app.placements.get(panel="hostile-huge").settings == SETTINGS


def test_excluded_panel_says_so_and_keeps_its_settings(settings: Settings) -> None:
    tab = make_tab("customer")
    settings.PANELS_EXCLUDE = ["customer"]
    registry.forget()
    forget_plans()
    try:
        sections = tab.look()
        assert sections["customer"].state == "error"
        assert "This panel is switched off for now." in sections["customer"].text
        assert sections["orders"].state == "ready"
        assert tab.app.placements.filter(panel="customer").exists()
    finally:
        settings.PANELS_EXCLUDE = []
        registry.forget()
        forget_plans()


def test_page_of_installed_plugins_says_how_each_is_and_who_uses_it(
    tab: Tab, install: Install, settings: Settings
) -> None:
    settings.PANELS_EXCLUDE = ["hostile-huge"]
    install("hostile-raises", "hostile-huge", "hostile-gone", "hostile-shop")
    tab.place("hostile-gone")
    other = make_tab()
    other.place("hostile-gone")
    page = signed_in(User.objects.create_superuser("root")).get("/admin/panels/pluginoffer/").content.decode()
    items = {item.split('"')[0]: " ".join(item.split()) for item in page.split('data-plugin="')[1:]}
    broken = items["panel hostile-gone"]
    assert ">broken<" in broken
    assert "acme-hostile 6.6.6" in broken
    assert "No module named" in broken
    assert "2 placements; accounts: 2" in broken
    assert f"Reference {registry.panels().failure('hostile-gone').trace_id}" in broken  # type: ignore[union-attr]
    assert ">switched off<" in items["panel hostile-huge"]
    assert ">works<" in items["panel hostile-raises"]
    assert "panel API ~=1.0" in items["panel hostile-raises"]
    assert ">works<" in items["connector hostile-shop"]
    assert "Nobody uses it." in items["connector hostile-shop"]
    assert "Nobody uses it." in items["connector host"]
    assert ">not installed<" in items["panel acme-gone"]
    assert ">not installed<" in items["connector acme-shop"]
    assert "1 connection; accounts: 1" in items["connector acme-shop"]
    assert next(iter(items)) in {"connector acme-shop", "panel hostile-gone"}  # what needs somebody comes first


def test_page_of_installed_plugins_counts_what_the_host_fills(tab: Tab) -> None:
    for trust in ("verified", "signed_in", "link"):  # at `link` it fills nothing
        account = make_account(trust=trust)
        make_placement(make_app(account), panel="history")
    page = signed_in(User.objects.create_superuser("root")).get("/admin/panels/pluginoffer/").content.decode()
    (item,) = [item for item in page.split('data-plugin="')[1:] if item.startswith("connector host")]
    assert "2 placements; accounts: 2" in item
