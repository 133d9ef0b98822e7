"""Placements and connections in the Django admin."""

from typing import Any

import pytest
from django.test import Client

from panels.forms import ConnectionForm, PlacementForm
from panels.models import Placement
from tests.factories import make_account, make_app, make_connection, make_placement

pytestmark = pytest.mark.django_db

NO_PLACEMENTS = {"placements-TOTAL_FORMS": "0", "placements-INITIAL_FORMS": "0"}


@pytest.fixture
def operator(admin_client: Client) -> Client:
    return admin_client


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        # session and user; the filter's accounts; two counts; rows with their account
        ("tenants/dashboardapp", 6),
        # and the filter's connectors
        ("panels/connection", 7),
        # session and user; two counts; rows
        ("tenants/account", 5),
    ],
)
def test_lists_make_as_many_queries_for_one_row_as_for_three(
    operator: Client, django_assert_num_queries: Any, path: str, queries: int, rows: int
) -> None:
    for _ in range(rows):
        app = make_app()
        make_connection(app.account, connector="demo")
    with django_assert_num_queries(queries):
        assert operator.get(f"/admin/{path}/").status_code == 200


def test_app_page_adds_a_placement_of_the_apps_account(operator: Client) -> None:
    app = make_app()
    shop = make_connection(app.account, connector="demo")
    response = operator.post(
        f"/admin/tenants/dashboardapp/{app.pk}/change/",
        {
            "title": "Orders",
            "position": "0",
            "is_enabled": "on",
            "placements-TOTAL_FORMS": "1",
            "placements-INITIAL_FORMS": "0",
            "placements-0-panel": "orders",
            "placements-0-position": "0",
            "placements-0-is_enabled": "on",
            "placements-0-connections": [str(shop.pk)],
            "placements-0-settings": '{"rows": 3}',
        },
    )
    assert response.status_code == 302, response.content.decode()
    placement = Placement.objects.get()
    assert (placement.account, placement.dashboard_app, placement.settings) == (app.account, app, {"rows": 3})
    assert list(placement.connections.all()) == [shop]


def test_app_page_offers_no_other_accounts_connections(operator: Client) -> None:
    app = make_app()
    make_placement(app)
    mine = make_connection(app.account, name="Mine", connector="demo")
    make_connection(make_account(), name="Theirs", connector="demo")
    html = operator.get(f"/admin/tenants/dashboardapp/{app.pk}/change/").content.decode()
    assert mine.name in html
    assert "Theirs" not in html


def test_account_of_an_app_cannot_be_changed(operator: Client) -> None:
    app, other = make_app(), make_account()
    data = {"account": str(other.pk), "title": "Moved", "position": "0", "is_enabled": "on", **NO_PLACEMENTS}
    assert operator.post(f"/admin/tenants/dashboardapp/{app.pk}/change/", data).status_code == 302
    app.refresh_from_db()
    assert (app.title, app.account_id) == ("Moved", app.account.pk)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('{"rows": 0}', "rows:"),
        ('{"colour": "red"}', "Unknown setting: colour. Known settings: "),
        ("[1]", "Enter the settings as an object"),
        ("{", "Enter a valid JSON."),
    ],
)
def test_wrong_settings_are_named(settings: str, said: str) -> None:
    form = PlacementForm(
        {"panel": "orders", "position": "0", "settings": settings}, instance=make_placement(make_app())
    )
    assert not form.is_valid()
    assert said in str(form.errors["settings"])


def test_connection_settings_are_checked_by_the_connector() -> None:
    account = make_account()
    data = {"account": account.pk, "name": "Shop", "connector": "demo", "is_enabled": "on"}
    assert ConnectionForm({**data, "settings": '{"shop": "a", "currency": "EUR"}'}).is_valid()
    form = ConnectionForm({**data, "settings": '{"currency": "euro"}'})
    assert not form.is_valid()
    assert "currency:" in str(form.errors["settings"])


def test_placement_of_an_uninstalled_panel_can_still_be_edited() -> None:
    placement = make_placement(make_app(), panel="acme-loyalty")
    form = PlacementForm({"panel": "acme-loyalty", "position": "0", "settings": "{}"}, instance=placement)
    assert form.is_valid(), form.errors
    assert "acme-loyalty (not installed)" in str(form["panel"])


def test_strangers_see_no_admin(client: Client) -> None:
    make_app(title="Secret app")
    response = client.get("/admin/tenants/dashboardapp/")
    assert response.status_code == 302
    assert "Secret app" not in response.content.decode()


def test_chosen_connections_are_checked(operator: Client) -> None:
    account = make_account(name="Acme")
    well = make_connection(account, name="Well", connector="demo", settings={"shop": "a"})
    ill = make_connection(account, name="Ill", connector="demo", settings={"shop": "b", "fault": "operator"})
    gone = make_connection(account, name="Gone", connector="unknown")
    response = operator.post(
        "/admin/panels/connection/",
        {"action": "check_connections", "_selected_action": [well.pk, ill.pk, gone.pk]},
        follow=True,
    )
    levels = {str(message).split(":")[0]: message.level_tag for message in response.context["messages"]}
    assert levels == {"Acme, Well": "success", "Acme, Ill": "error", "Acme, Gone": "error"}
