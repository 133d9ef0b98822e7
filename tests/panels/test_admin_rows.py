"""The panels of a tab as rows on its page: one that is refused says so at its field, and nothing entered is lost."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test import Client

from panels import registry
from panels.api import Panel
from panels.models import Placement, PluginOffer
from panels.registry import Installed
from panels.services_offers import save_offer
from tenants.models import AuditEntry, DashboardApp
from tests.factories import make_account, make_app, make_placement

pytestmark = pytest.mark.django_db


class NeedyForm(forms.Form):
    address = forms.CharField()


class NeedyPanel(Panel):
    """Cannot begin before it is told an address."""

    slug = "needy"
    title = "Needy"
    SettingsForm = NeedyForm


class BrokenForm(forms.Form):
    def clean(self) -> Any:
        raise RuntimeError("canary-of-a-secret")


class BrokenPanel(Panel):
    """Its settings form fails."""

    slug = "broken-form"
    title = "Broken form"
    SettingsForm = BrokenForm


@pytest.fixture(autouse=True)
def _installed() -> Iterator[None]:
    real = registry.panels()
    more = {"needy": NeedyPanel(), "broken-form": BrokenPanel()}
    with patch.object(registry, "panels", lambda: Installed({**real.plugins, **more}, real.broken)):
        yield


def row(number: int, panel: str, title: str, **more: Any) -> dict[str, Any]:
    entered = {"panel": panel, "title": title, "position": str(number), "is_enabled": "on", **more}
    return {f"placements-{number}-{name}": value for name, value in entered.items()}


def sent(*rows: dict[str, Any], stored: int = 0, **own: Any) -> dict[str, Any]:
    """What the browser sends of a tab's page."""
    counts = {"placements-TOTAL_FORMS": str(len(rows)), "placements-INITIAL_FORMS": str(stored)}
    body: dict[str, Any] = {"title": "Repairs", "position": "7", "is_enabled": "on", **counts, **own}
    for one in rows:
        body |= one
    return body


def errors_of(page: Any, number: int) -> dict[str, Any]:
    (inline,) = page.context["inline_admin_formsets"]
    return dict(inline.formset.forms[number].errors)


def values_of(page: Any, number: int) -> dict[str, Any]:
    (inline,) = page.context["inline_admin_formsets"]
    form = inline.formset.forms[number]
    return {name: form[name].value() for name in ("panel", "title", "position")}


@pytest.mark.parametrize(
    ("panel", "said"), [("needy", "address: This field is required."), ("broken-form", "failed: RuntimeError")]
)
def test_refused_row_of_a_tab_keeps_what_was_entered(admin_client: Client, panel: str, said: str) -> None:
    app = make_app(title="Before")
    stored = make_placement(app, title="Mine", position=0)
    first = row(0, "orders", "Parcels", id=str(stored.pk))
    body = sent(first, row(1, panel, "Points"), row(2, "customer", "Who"), stored=1)
    page: Any = admin_client.post(f"/admin/tenants/dashboardapp/{app.pk}/change/", body)
    assert page.status_code == 200
    assert [errors_of(page, number).keys() for number in (0, 1, 2)] == [set(), {"panel"}, set()]
    assert said in str(errors_of(page, 1))
    assert "canary" not in page.content.decode()
    assert values_of(page, 0)["title"] == "Parcels"
    assert values_of(page, 1) == {"panel": panel, "title": "Points", "position": "1"}
    assert values_of(page, 2) == {"panel": "customer", "title": "Who", "position": "2"}
    assert page.context["adminform"].form["title"].value() == "Repairs"
    # Nothing of the page was saved.
    app.refresh_from_db()
    assert app.title == "Before"
    assert [one.title for one in app.placements.all()] == ["Mine"]
    assert not AuditEntry.objects.filter(account=app.account).exists()


def test_refused_row_of_a_new_tab_leaves_no_tab_without_it(admin_client: Client) -> None:
    account = make_account()
    save_offer(PluginOffer(kind="panel", slug="orders", audience="except"), [account])
    rows = (row(0, "orders", "Parcels"), row(1, "needy", "Points"), row(2, "customer", "Who"))
    page: Any = admin_client.post("/admin/tenants/dashboardapp/add/", sent(*rows, account=str(account.pk)))
    assert page.status_code == 200
    assert "switched off for this account" in str(errors_of(page, 0)["panel"])
    assert "by a file or the API" in str(errors_of(page, 1)["panel"])
    assert not errors_of(page, 2)
    assert values_of(page, 2) == {"panel": "customer", "title": "Who", "position": "2"}
    assert not DashboardApp.objects.exists()
    assert not AuditEntry.objects.filter(account=account).exists()


def test_new_tab_without_an_account_says_that_first(admin_client: Client) -> None:
    page: Any = admin_client.post("/admin/tenants/dashboardapp/add/", sent(row(0, "needy", "Points"), account=""))
    assert page.status_code == 200
    assert "account" in page.context["adminform"].form.errors
    assert values_of(page, 0)["title"] == "Points"


def test_stored_row_whose_settings_are_no_longer_good_says_where_to_mend_them(admin_client: Client) -> None:
    app = make_app()
    stored = make_placement(app, panel="needy", title="Old")
    address = f"/admin/tenants/dashboardapp/{app.pk}/change/"
    page: Any = admin_client.post(address, sent(row(0, "needy", "New", id=str(stored.pk)), stored=1))
    assert page.status_code == 200
    assert "press “Change”" in str(errors_of(page, 0)["panel"])
    assert values_of(page, 0)["title"] == "New"
    # It keeps nobody from saving the rest, nor from taking it out.
    same = row(0, "needy", "Old", id=str(stored.pk), position=str(stored.position))
    assert admin_client.post(address, sent(same, row(1, "customer", ""), stored=1)).status_code == 302
    gone = row(0, "needy", "New", id=str(stored.pk), DELETE="on")
    assert admin_client.post(address, sent(gone, stored=1)).status_code == 302
    assert [one.panel for one in app.placements.all()] == ["customer"]


def test_what_is_refused_at_the_last_moment_is_said_in_its_row(admin_client: Client) -> None:
    app = make_app(title="Before")
    body = sent(row(0, "customer", "Who"), row(1, "orders", "Parcels"))

    def refuse(placement: Placement, *_rest: Any, **_more: Any) -> None:
        if placement.panel == "orders":
            raise ValidationError("Somebody else was faster.")
        placement.save()

    with patch("panels.admin.account_parts.save_placement", refuse):
        page: Any = admin_client.post(f"/admin/tenants/dashboardapp/{app.pk}/change/", body)
    assert page.status_code == 200
    assert errors_of(page, 1)["__all__"] == ["Somebody else was faster."]
    assert not errors_of(page, 0)
    assert values_of(page, 1) == {"panel": "orders", "title": "Parcels", "position": "1"}
    assert not app.placements.exists()
    app.refresh_from_db()
    assert app.title == "Before"
    assert not list(page.context["messages"])


def test_what_the_tabs_own_service_refuses_at_the_last_moment_loses_nothing(admin_client: Client) -> None:
    app = make_app(title="Before")
    body = sent(row(0, "customer", "Who"))
    refusal = ValidationError({"title": ["Taken."], "key": ["Odd."]})
    with patch("tenants.forms.save_dashboard_app", side_effect=refusal):
        page: Any = admin_client.post(f"/admin/tenants/dashboardapp/{app.pk}/change/", body)
    assert page.status_code == 200
    assert page.context["adminform"].form.errors == {"title": ["Taken."], "__all__": ["Odd."]}
    assert page.context["adminform"].form["title"].value() == "Repairs"
    assert values_of(page, 0)["title"] == "Who"


def test_rows_that_somebody_else_has_removed_stay_on_the_page(admin_client: Client) -> None:
    app = make_app()
    address = f"/admin/tenants/dashboardapp/{app.pk}/change/"
    gone, left, unwanted = (make_placement(app, title=title) for title in ("Gone", "Left", "Unwanted"))
    body = sent(
        row(0, "orders", "Parcels", id=str(gone.pk)),
        row(1, "orders", "Letters", id=str(left.pk)),
        row(2, "orders", "Unwanted", id=str(unwanted.pk), DELETE="on"),
        row(3, "customer", "Who"),
        stored=3,
    )
    # Nobody changes a stored row's panel, and browsers do not send what is disabled.
    assert (
        '<input type="hidden" name="placements-0-panel" value="orders">' in admin_client.get(address).content.decode()
    )
    for one in (gone, unwanted):
        one.delete()
    page: Any = admin_client.post(address, body)
    assert page.status_code == 200
    assert "Somebody else has removed this panel" in page.content.decode()
    assert [values_of(page, number)["title"] for number in (0, 1, 2)] == ["Letters", "Parcels", "Who"]
    assert [errors_of(page, number).keys() for number in (0, 1, 2)] == [set(), {"__all__"}, set()]
    assert [one.title for one in app.placements.all()] == ["Left"]
    # What the page holds by now is what is meant.
    (inline,) = page.context["inline_admin_formsets"]
    forms_of_page = [inline.formset.management_form, *inline.formset.forms]
    assert len(inline.formset.forms) == 3
    again = {field.html_name: field.value() for form in forms_of_page for field in form}
    body = {**sent(), **{name: value for name, value in again.items() if value is not None}}
    assert admin_client.post(address, body).status_code == 302
    assert sorted(one.title for one in app.placements.all()) == ["Letters", "Parcels", "Who"]


def test_rows_of_a_page_with_errors_lead_to_their_own_pages(admin_client: Client) -> None:
    app = make_app()
    first, second = (make_placement(app, title=title, position=at) for at, title in enumerate(("First", "Second")))
    rows = [row(at, "orders", "", id=str(one.pk)) for at, one in enumerate((first, second))]
    Placement.objects.filter(pk=first.pk).update(position=9)  # by somebody else
    page: Any = admin_client.post(f"/admin/tenants/dashboardapp/{app.pk}/change/", sent(*rows, stored=2, title=""))
    (inline,) = page.context["inline_admin_formsets"]
    shown = [(one.original.pk, one.form.instance.pk) for one in inline if one.original]
    assert shown == [(first.pk, first.pk), (second.pk, second.pk)]


@pytest.mark.parametrize(
    "odd",
    [
        {"placements-INITIAL_FORMS": "x"},
        {"placements-INITIAL_FORMS": "1"},
        {"placements-TOTAL_FORMS": "9" * 9, "placements-INITIAL_FORMS": "9" * 9},
        {"placements-INITIAL_FORMS": "1", "placements-0-id": "x", "placements--id": "1", "placements-0": "1"},
    ],
)
def test_rows_that_no_browser_sends_are_refused(admin_client: Client, odd: dict[str, str]) -> None:
    app = make_app()
    body = {**sent(row(0, "orders", "Parcels")), **odd}
    page: Any = admin_client.post(f"/admin/tenants/dashboardapp/{app.pk}/change/", body)
    assert page.status_code == 200
    assert not app.placements.exists()


def test_tab_that_cannot_be_set_up_says_so_beside_the_choice(admin_client: Client) -> None:
    account = make_account()
    address = f"/admin/tenants/account/{account.pk}/tabs/"
    page: Any = admin_client.post(address, {"panels": ["customer", "needy"]})
    assert page.status_code == 200
    assert "Needy: address: This field is required." in page.content.decode()
    assert page.context["form"]["panels"].value() == ["customer", "needy"]
    assert not DashboardApp.objects.exists()
