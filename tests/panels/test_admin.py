"""Placements and connections in the Django admin."""

from typing import Any

import pytest
from django.test import Client

from panels.models import Connection, Placement
from tenants.models import AuditEntry, DashboardApp
from tenants.secrets import get_secret
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.connectors import WithSecret, connector_with_secret  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

NO_PLACEMENTS = {"placements-TOTAL_FORMS": "0", "placements-INITIAL_FORMS": "0"}


@pytest.fixture
def operator(admin_client: Client) -> Client:
    return admin_client


def test_app_page_adds_a_placement_of_the_apps_account(operator: Client) -> None:
    app = make_app()
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
        },
    )
    assert response.status_code == 302, response.content.decode()
    placement = Placement.objects.get()
    assert (placement.account, placement.dashboard_app, placement.panel) == (app.account, app, "orders")
    entry = AuditEntry.objects.get(object_type="panels.placement")
    assert (entry.action, entry.actor, entry.via, entry.account) == ("add", "admin", "admin", app.account)


def test_a_placement_has_its_panels_own_form(operator: Client) -> None:
    app = make_app()
    placement = make_placement(app)
    mine = make_connection(app.account, name="Mine", connector="demo")
    make_connection(make_account(), name="Theirs", connector="demo")
    address = f"/admin/panels/placement/{placement.pk}/change/"
    html = operator.get(address).content.decode()
    assert "setting_rows" in html
    assert mine.name in html
    assert "Theirs" not in html
    entered = {"position": "0", "is_enabled": "on", "connections": [mine.pk], "setting_rows": "3"}
    assert operator.post(address, entered).status_code == 302
    placement.refresh_from_db()
    assert placement.settings["rows"] == 3
    assert list(placement.connections.all()) == [mine]


def test_another_accounts_connection_cannot_be_chosen(operator: Client) -> None:
    placement, theirs = make_placement(make_app()), make_connection(make_account(), connector="demo")
    address = f"/admin/panels/placement/{placement.pk}/change/"
    response = operator.post(address, {"position": "0", "connections": [theirs.pk], "setting_rows": "3"})
    assert response.status_code == 200
    assert not placement.connections.exists()


@pytest.mark.parametrize(("name", "value"), [("rows", "0"), ("rows", "many")])
def test_wrong_settings_are_said_beside_the_field(operator: Client, name: str, value: str) -> None:
    placement = make_placement(make_app())
    response = operator.post(
        f"/admin/panels/placement/{placement.pk}/change/", {"position": "0", f"setting_{name}": value}
    )
    assert response.status_code == 200
    assert f"setting_{name}" in response.context["adminform"].form.errors


def test_account_of_an_app_cannot_be_changed(operator: Client) -> None:
    app, other = make_app(), make_account()
    data = {"account": str(other.pk), "title": "Moved", "position": "0", "is_enabled": "on", **NO_PLACEMENTS}
    assert operator.post(f"/admin/tenants/dashboardapp/{app.pk}/change/", data).status_code == 302
    app.refresh_from_db()
    assert (app.title, app.account_id) == ("Moved", app.account.pk)


def add_connection(operator: Client, account_id: int, connector: str = "demo", **values: Any) -> Any:
    address = f"/admin/panels/connection/add/?connector={connector}&account={account_id}"
    entered = {"account": account_id, "name": "Shop", "is_enabled": "on", **values}
    return operator.post(address, entered, follow=True)


DEMO = {"setting_shop": "Demo", "setting_currency": "EUR", "setting_latency": "0", "setting_fault": "none"}


def test_a_connection_is_added_with_its_connectors_own_form(operator: Client) -> None:
    account = make_account()
    page = operator.get(f"/admin/panels/connection/add/?connector=demo&account={account.pk}").content.decode()
    assert "setting_currency" in page
    add_connection(operator, account.pk, **DEMO)
    connection = Connection.objects.get()
    assert (connection.connector, connection.settings["shop"], connection.settings["latency"]) == ("demo", "Demo", 0)


def test_a_connection_that_is_refused_is_not_saved(operator: Client) -> None:
    page = add_connection(operator, make_account().pk, **{**DEMO, "setting_fault": "operator"}).content.decode()
    assert not Connection.objects.exists()
    assert "token" in page


def test_a_connection_that_does_not_answer_now_is_saved_and_said_so(operator: Client) -> None:
    page = add_connection(operator, make_account().pk, **{**DEMO, "setting_fault": "temporary"}).content.decode()
    assert Connection.objects.exists()
    assert "does not answer now" in page


def test_a_wrong_setting_of_a_connection_is_said_beside_the_field(operator: Client) -> None:
    response = add_connection(operator, make_account().pk, **{**DEMO, "setting_currency": "euro"})
    assert "setting_currency" in response.context["adminform"].form.errors
    assert not Connection.objects.exists()


def test_the_kind_of_system_is_asked_first(
    operator: Client,
    connector_with_secret: type[WithSecret],  # noqa: F811 - the fixture
) -> None:
    account = make_account()
    response = operator.get(f"/admin/panels/connection/add/?account={account.pk}")
    assert f"?account={account.pk}&amp;connector=with-secret" in response.content.decode()


def test_secrets_of_a_connection_are_written_only(
    operator: Client,
    connector_with_secret: type[WithSecret],  # noqa: F811 - the fixture
) -> None:
    account = make_account()
    values = {"setting_address": "https://shop.example", "setting_token": "canary-of-a-token"}
    add_connection(operator, account.pk, "with-secret", **values)
    connection = Connection.objects.get()
    assert connection.settings == {"address": "https://shop.example"}
    assert get_secret(connection, "token") == "canary-of-a-token"
    assert connector_with_secret.seen == [{"address": "https://shop.example", "token": "canary-of-a-token"}]
    address = f"/admin/panels/connection/{connection.pk}/change/"
    page = operator.get(address).content.decode()
    assert "canary" not in page
    assert "…oken" in page
    # Kept when nothing is entered, cleared with another destination.
    kept = {"name": "Shop", "is_enabled": "on", "setting_address": "https://shop.example", "setting_token": ""}
    assert operator.post(address, kept).status_code == 302
    assert get_secret(Connection.objects.get(), "token") == "canary-of-a-token"
    moved = {**kept, "setting_address": "https://evil.example"}
    assert operator.post(address, moved).status_code == 200
    assert {seen.get("token") for seen in connector_with_secret.seen if "evil" in seen["address"]} <= {None, ""}
    assert operator.post(address, {**moved, "setting_token": "another"}).status_code == 302
    assert get_secret(Connection.objects.get(), "token") == "another"
    assert "canary" not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


def test_usual_tabs_are_set_up_in_one_go(operator: Client) -> None:
    account = make_account()
    address = f"/admin/tenants/account/{account.pk}/tabs/"
    assert "orders" in operator.get(address).content.decode()
    operator.post(address, {"panels": ["customer", "orders", "payments"]})
    apps = DashboardApp.objects.for_account(account)
    assert [app.placements.get().panel for app in apps] == ["customer", "orders", "payments"]
    assert [app.position for app in apps] == [0, 1, 2]
    operator.post(address, {"panels": ["orders"]})
    assert DashboardApp.objects.count() == 3


def test_placement_of_an_uninstalled_panel_can_still_be_edited(operator: Client) -> None:
    placement = make_placement(make_app(), panel="acme-loyalty", settings={"colour": "red"})
    address = f"/admin/panels/placement/{placement.pk}/change/"
    assert "acme-loyalty" in operator.get(address).content.decode()
    assert operator.post(address, {"position": "4"}).status_code == 302
    placement.refresh_from_db()
    assert placement.position == 4
    page = operator.get(f"/admin/tenants/dashboardapp/{placement.dashboard_app_id}/change/").content.decode()
    assert "acme-loyalty (not installed)" in page


def test_strangers_see_no_admin(client: Client) -> None:
    make_app(title="Secret app")
    response = client.get("/admin/tenants/dashboardapp/")
    assert response.status_code == 302
    assert "Secret app" not in response.content.decode()


def test_a_secret_is_asked_for_again_where_another_setting_is_wrong(operator: Client) -> None:
    account = make_account()
    entered = {"account": account.pk, "name": "", "is_enabled": "on", "setting_key": "rk_live_canary"}
    page = operator.post("/admin/panels/connection/add/?connector=stripe", entered).content.decode()
    assert "Enter this once more" in page
    assert "canary" not in page


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
