"""A connection that is all that a placement has chosen is not deleted: others would fill it, which nobody chose."""

import threading
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import ValidationError
from django.db import connection as database
from django.db import connections
from django.test import Client
from django.urls import reverse

from panels.configuration import read_placement_sources, read_sources
from panels.models import Connection, Placement
from panels.needed import Needed
from panels.preflight import tabs_can_be_filled
from panels.services import delete_connection, delete_connections, save_placement
from tenants import audit
from tenants.models import Account, AuditEntry, DashboardApp, Light
from tenants.preflight.registry import Flight
from tenants.services import delete_account, delete_dashboard_app
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.panels.declarations.support import apply_text
from tests.support.admin import make_operator, signed_in
from tests.support.api import Api, operators_api

pytestmark = pytest.mark.django_db

SAID = (
    "Not deleted: Shop. These panels have chosen nothing else, and would be filled from every connection of the"
    " account: Orders (Repairs). First choose for each what fills it instead, or remove it from its tab."
)


@pytest.fixture
def account() -> Account:
    return make_account(name="Fernweh", host_account_id=4)


@pytest.fixture
def app(account: Account) -> DashboardApp:
    return make_app(account, title="Repairs")


@pytest.fixture
def shop(account: Account) -> Connection:
    return make_connection(account, name="Shop", connector="demo")


@pytest.fixture
def other(account: Account) -> Connection:
    return make_connection(account, name="Other", connector="demo")


@pytest.fixture
def placement(app: DashboardApp, shop: Connection, other: Connection) -> Placement:
    return make_placement(app, shop)


# --- the service ---------------------------------------------------------------------------------------


def test_only_choice_of_a_placement_is_not_deleted(placement: Placement, shop: Connection) -> None:
    with pytest.raises(Needed) as refused:
        delete_connection(shop)
    assert refused.value.messages == [SAID]
    assert list(placement.connections.all()) == [shop]
    assert not AuditEntry.objects.exists()


def test_one_of_several_choices_and_what_nobody_chose_are_deleted(
    placement: Placement, shop: Connection, other: Connection
) -> None:
    placement.connections.add(other)
    make_placement(placement.dashboard_app)  # filled from all
    delete_connection(other)
    assert list(placement.connections.all()) == [shop]
    placement.connections.clear()
    delete_connection(shop)
    assert not Connection.objects.exists()


def test_all_choices_of_a_placement_are_not_deleted_at_once(
    placement: Placement, shop: Connection, other: Connection
) -> None:
    placement.connections.add(other)
    spare = make_connection(shop.account, name="Spare", connector="demo")
    with pytest.raises(Needed, match=r"Not deleted: Other, Shop\."):
        delete_connections([shop, other, spare])
    assert Connection.objects.count() == 3


def test_placement_that_is_switched_off_counts_too(placement: Placement, shop: Connection) -> None:
    Placement.objects.update(is_enabled=False)
    DashboardApp.objects.update(is_enabled=False)
    with pytest.raises(Needed):
        delete_connection(shop)


def test_many_placements_are_not_all_named(app: DashboardApp, shop: Connection) -> None:
    for _one in range(23):
        make_placement(app, shop)
    with pytest.raises(ValidationError, match=r"Orders \(Repairs\) and 3 more\. First choose") as refused:
        delete_connection(shop)
    assert str(refused.value).count("Orders (Repairs)") == 20


def test_account_and_tab_are_deleted_with_all_that_is_theirs(placement: Placement, shop: Connection) -> None:
    delete_dashboard_app(placement.dashboard_app)
    make_placement(make_app(shop.account), shop)
    delete_account(shop.account)
    assert not Connection.objects.exists()
    assert not Placement.objects.exists()


def test_choice_of_what_has_just_been_deleted_is_refused(placement: Placement, other: Connection) -> None:
    Connection.objects.filter(pk=other.pk).delete()
    with pytest.raises(ValidationError, match="has just been deleted"):
        save_placement(placement, [other])
    assert [one.name for one in placement.connections.all()] == ["Shop"]


# --- at the same moment --------------------------------------------------------------------------------

waiting = pytest.mark.skipif(database.vendor == "sqlite", reason="in memory SQLite refuses whoever should wait")


def at_once(*deeds: Callable[[], None]) -> list[str]:
    """Do all of it, each in the middle of the others; return what was refused, by kind."""
    refused: list[str] = []
    all_are_in = threading.Barrier(len(deeds))

    def run(deed: Callable[[], None]) -> None:
        try:
            all_are_in.wait(10)
            deed()
        except Exception as error:  # noqa: BLE001 - it is told
            refused.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return refused


@pytest.fixture
def _slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever came second, and did not wait, is past its own look when the first is done."""
    record = audit.record

    def slow(*args: Any, **values: Any) -> Any:
        time.sleep(0.3)
        return record(*args, **values)

    monkeypatch.setattr(audit, "record", slow)


@waiting
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_slowly")
def test_two_that_are_deleted_at_once_leave_one(placement: Placement, shop: Connection, other: Connection) -> None:
    placement.connections.add(other)
    assert at_once(lambda: delete_connection(shop), lambda: delete_connection(other)) == ["Needed"]
    assert placement.connections.count() == 1


@waiting
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_slowly")
@pytest.mark.parametrize("is_first", [True, False])
def test_what_is_chosen_while_it_is_deleted_is_chosen_or_gone(
    placement: Placement, other: Connection, is_first: bool
) -> None:
    def choose() -> None:
        time.sleep(0 if is_first else 0.1)
        save_placement(Placement.objects.get(pk=placement.pk), [other])

    def remove() -> None:
        time.sleep(0.1 if is_first else 0)
        delete_connection(Connection.objects.get(pk=other.pk))

    assert at_once(choose, remove) == ["Needed" if is_first else "ValidationError"]
    assert [one.name for one in placement.connections.all()] == ["Other" if is_first else "Shop"]


# --- the admin -----------------------------------------------------------------------------------------


def levels(page: Any) -> dict[str, str]:
    return {str(one): one.level_tag for one in page.context["messages"]}


@pytest.mark.parametrize("method", ["get", "post"])
def test_its_page_says_where_to_choose_something_else(placement: Placement, shop: Connection, method: str) -> None:
    operator = signed_in(make_operator(shop.account))
    address = f"/admin/panels/connection/{shop.pk}/"
    page: Any = getattr(operator, method)(f"{address}delete/", {"post": "yes"}, follow=True)
    assert page.redirect_chain[-1][0] == f"{address}change/"
    ((said, level),) = levels(page).items()
    assert level == "error"
    assert f'<a class="page-link" href="/admin/panels/placement/{placement.pk}/change/">Orders (Repairs)</a>' in said
    assert "First choose for each what fills it instead" in said
    assert Connection.objects.filter(pk=shop.pk).exists()


def test_names_of_panels_and_connections_are_no_markup(placement: Placement, shop: Connection) -> None:
    Placement.objects.update(title="<b>P</b>")
    Connection.objects.filter(pk=shop.pk).update(name="<b>C</b>")
    operator = signed_in(make_operator(shop.account))
    page: Any = operator.get(f"/admin/panels/connection/{shop.pk}/delete/", follow=True)
    ((said, _level),) = levels(page).items()
    assert "<b>" not in said
    assert "&lt;b&gt;P" in said
    assert "&lt;b&gt;C" in said


@pytest.mark.parametrize("confirmed", [{}, {"post": "yes"}])
def test_chosen_rows_of_the_list_are_deleted_all_or_none(
    placement: Placement, shop: Connection, other: Connection, confirmed: dict[str, str]
) -> None:
    operator = signed_in(make_operator(shop.account))
    entered = {"action": "delete_selected", "_selected_action": [shop.pk, other.pk], **confirmed}
    page: Any = operator.post("/admin/panels/connection/?q=", entered, follow=True)
    ((said, level),) = levels(page).items()
    assert level == "error"
    assert "Not deleted: Shop." in said
    assert Connection.objects.count() == 2
    placement.delete()
    operator.post("/admin/panels/connection/", {**entered, "post": "yes"})
    assert not Connection.objects.exists()


def test_what_becomes_needed_between_question_and_answer_is_refused(placement: Placement, shop: Connection) -> None:
    operator = signed_in(make_operator(shop.account))
    with patch("panels.admin.connections.require_not_needed"):  # as it was when the page was made
        page: Any = operator.post(f"/admin/panels/connection/{shop.pk}/delete/", {"post": "yes"}, follow=True)
        assert list(levels(page).values()) == ["error"]
        rows = {"action": "delete_selected", "_selected_action": [shop.pk], "post": "yes"}
        page = operator.post("/admin/panels/connection/", rows, follow=True)
        assert list(levels(page).values()) == ["error"]
    assert Connection.objects.filter(pk=shop.pk).exists()


def test_one_of_several_choices_is_told_before_it_is_deleted(
    admin_client: Client, placement: Placement, shop: Connection, other: Connection
) -> None:
    placement.connections.add(other)
    page = admin_client.get(f"/admin/panels/connection/{shop.pk}/delete/").content.decode()
    assert "chosen with others for these panels: Orders (Repairs)" in page
    unasked = make_connection(shop.account, connector="demo")
    assert "chosen with" not in admin_client.get(f"/admin/panels/connection/{unasked.pk}/delete/").content.decode()
    Connection.objects.filter(pk=unasked.pk).delete()
    admin_client.post(f"/admin/panels/connection/{shop.pk}/delete/", {"post": "yes"})
    assert list(placement.connections.all()) == [other]


def test_account_is_deleted_in_the_admin_all_the_same(admin_client: Client, placement: Placement) -> None:
    address = reverse("admin:tenants_account_delete", args=[placement.account_id])
    assert admin_client.post(address, {"post": "yes"}).status_code == 302
    assert not Account.objects.exists()


# --- the API -------------------------------------------------------------------------------------------


def test_api_answers_409_and_names_the_panels(placement: Placement, shop: Connection, other: Connection) -> None:
    api: Api = operators_api(shop.account)
    answer = api.delete(f"connections/{shop.pk}/")
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["detail"]) == ("needed", SAID)
    assert problem["errors"] == {"placements": [placement.pk]}
    assert api.patch(f"placements/{placement.pk}/", {"connections": [other.pk]}).status_code == 200
    assert api.delete(f"connections/{shop.pk}/").status_code == 204


def test_api_deletes_an_account_all_the_same(placement: Placement) -> None:
    assert operators_api(placement.account).delete(f"accounts/{placement.account_id}/").status_code == 204
    assert not Connection.objects.exists()


# --- files ---------------------------------------------------------------------------------------------

APPS = "apps: [{title: Repairs, placements: [%s]}]"


def text_of(fields: str) -> str:
    origin = "https://voxys.example"
    return f"accounts: [{{name: Fernweh, host_origin: '{origin}', host_account_id: 4, prune: yes, {fields}}}]"


@pytest.mark.parametrize("apps", ["", APPS % "{panel: orders}", "apps: [{title: Repairs}]"])
def test_file_does_not_remove_the_only_choice_of_what_it_leaves(
    placement: Placement, shop: Connection, apps: str
) -> None:
    lines, problems = apply_text(text_of(f"connections: [{{name: Other}}], {apps}"))
    assert lines == ["- connection Shop"]
    assert problems == [f"accounts[0] (Fernweh): connections: {SAID}"]
    assert list(placement.connections.all()) == [shop]


@pytest.mark.parametrize(
    ("apps", "chosen"),
    [
        (APPS % "{panel: orders, connections: [Other]}", ["Other"]),
        (APPS % "{panel: orders, connections: []}", []),
        (APPS % "", None),
        ("apps: []", None),
    ],
)
def test_file_that_also_changes_the_choice_or_removes_the_panel_is_done(
    placement: Placement, apps: str, chosen: list[str] | None
) -> None:
    text = text_of(f"connections: [{{name: Other}}], {apps}")
    _lines, problems = apply_text(text)
    assert problems == []
    assert [one.name for one in Connection.objects.all()] == ["Other"]
    assert [[one.name for one in row.connections.all()] for row in Placement.objects.all()] == (
        [] if chosen is None else [chosen]
    )
    assert apply_text(text) == ([], [])


def test_file_puts_a_new_connection_in_the_place_of_an_old_one(placement: Placement) -> None:
    apps = APPS % "{panel: orders, connections: [New]}"
    lines, problems = apply_text(text_of(f"connections: [{{name: Other}}, {{name: New, connector: demo}}], {apps}"))
    assert problems == []
    assert lines[-1] == "- connection Shop"
    assert [one.name for one in placement.connections.all()] == ["New"]


# --- switched off --------------------------------------------------------------------------------------


def names_of(account: Account) -> set[str]:
    ids = {source.connection_id or 0 for source in read_sources(account.pk)}
    return set(Connection.objects.filter(pk__in=ids).values_list("name", flat=True))


def test_choice_that_is_switched_off_is_not_replaced_by_others(
    placement: Placement, shop: Connection, other: Connection
) -> None:
    account = shop.account
    assert names_of(account) == {"Shop"}
    Connection.objects.filter(pk=shop.pk).update(is_enabled=False)
    assert names_of(account) == set()
    assert read_placement_sources(account.pk, placement.pk) == ()
    placement.connections.add(other)
    assert names_of(account) == {"Other"}
    placement.connections.clear()
    assert names_of(account) == {"Other"}


def test_pre_flight_says_that_what_is_chosen_is_switched_off(
    placement: Placement, shop: Connection, other: Connection
) -> None:
    assert list(tabs_can_be_filled(Flight(shop.account))) == []
    Connection.objects.filter(pk=shop.pk).update(is_enabled=False)
    (result,) = tabs_can_be_filled(Flight(shop.account))
    assert (result.light, result.about) == (Light.RED, "Repairs")
    assert "None of the connections chosen for the panel “Orders” can fill it." in result.sentence
    Connection.objects.filter(pk=other.pk).update(is_enabled=False)
    (result,) = tabs_can_be_filled(Flight(shop.account))
    assert "No connection can fill the panel “Orders”." in result.sentence
    placement.connections.clear()
    Connection.objects.filter(pk=other.pk).update(is_enabled=True)
    assert list(tabs_can_be_filled(Flight(shop.account))) == []
