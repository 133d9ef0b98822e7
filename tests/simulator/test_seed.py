"""The demonstration accounts in the database."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from panels.models import Connection, Placement
from panels.registry import connectors, panels
from tenants.models import Account, DashboardApp, Trust
from voxysapps.simulator.demonstration import DEMONSTRATION_ACCOUNTS
from voxysapps.simulator.seed import demonstration_state, seed_demonstration

pytestmark = pytest.mark.django_db

ORIGINS = ["http://localhost:8000", "http://127.0.0.1:8000"]


def rows() -> list[object]:
    return [
        list(model._default_manager.order_by("pk").values())
        for model in (Account, DashboardApp, Placement, Connection, Placement.connections.through)
    ]


def test_seed_makes_demonstration_accounts_that_show_data_by_link() -> None:
    seed_demonstration(host_origins=ORIGINS)

    assert Account.objects.count() == len(DEMONSTRATION_ACCOUNTS)
    for account in Account.objects.all():
        assert account.is_demonstration
        assert account.trust == Trust.LINK
        assert account.host_origins == ORIGINS
        account.full_clean()


def test_seed_twice_changes_nothing() -> None:
    seed_demonstration(host_origins=ORIGINS)
    before = rows()
    seed_demonstration(host_origins=ORIGINS)
    assert rows() == before


def test_seed_keeps_what_an_operator_changed() -> None:
    seed_demonstration(host_origins=ORIGINS)
    app = DashboardApp.objects.filter(title="Orders").get()
    app.title = "Purchases"
    app.save()
    Placement.objects.filter(dashboard_app__title="Payments").delete()
    before = rows()

    seed_demonstration(host_origins=ORIGINS)

    assert rows() == before


def test_seed_survives_another_secret_key(settings: Settings) -> None:
    seed_demonstration(host_origins=ORIGINS)
    before = rows()
    settings.SECRET_KEY = "another one"
    seed_demonstration(host_origins=ORIGINS)
    assert rows() == before


def test_seed_refreshes_the_host_origins() -> None:
    seed_demonstration(host_origins=ORIGINS)
    seed_demonstration(host_origins=["http://localhost:9000"])
    assert {tuple(account.host_origins) for account in Account.objects.all()} == {("http://localhost:9000",)}


def test_every_seeded_panel_and_connector_exists_and_accepts_its_settings() -> None:
    seed_demonstration(host_origins=ORIGINS)
    assert {placement.panel for placement in Placement.objects.all()} <= panels().plugins.keys()
    for connection in Connection.objects.all():
        form = connectors().plugins[connection.connector].SettingsForm(connection.settings)
        assert form.is_valid(), form.errors
        assert form.cleaned_data == connection.settings


def test_state_names_what_scripts_need() -> None:
    seed_demonstration(host_origins=ORIGINS)

    first, second = demonstration_state()

    assert first.keys() == {"id", "name", "trust", "host_account_id", "agents", "conversations", "apps"}
    assert [app["title"] for app in first["apps"]] == ["Customer 360", "Orders", "Payments", "Broken shop"]
    assert [placement["panel"] for placement in first["apps"][0]["placements"]] == ["customer", "orders", "payments"]
    assert first["conversations"][0].keys() == {"id", "contact", "channel", "inbox_id"}
    assert first["agents"][0].keys() == {"id", "name", "email"}
    assert {app["key"] for app in first["apps"]}.isdisjoint(app["key"] for app in second["apps"])
    json.dumps([first, second])


def test_command_seeds_and_prints_the_state() -> None:
    out = StringIO()
    call_command("seed_demo", "--host-origin", ORIGINS[0], "--host-origin", ORIGINS[1], stdout=out)
    assert json.loads(out.getvalue()) == demonstration_state()


def test_command_refuses_what_is_no_origin() -> None:
    with pytest.raises(CommandError, match="is no address of a host"):
        call_command("seed_demo", "--host-origin", "localhost:8000/", stdout=StringIO())
    assert not Account.objects.exists()
