"""Two accounts, two operators: nobody sees, finds or changes anything of the other's, whatever the page."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client
from django.urls import get_resolver

from tenants.models import Account, AuditEntry, Role
from tests.factories import make_account
from tests.security.canary import CANARY, canary_account
from tests.security.urls import routes_of
from tests.support.admin import MODELS, OF_ACCOUNTS, address_of, make_operator, make_row, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_or_many_accounts")]

ROUTES = sorted(route for route in routes_of(get_resolver().url_patterns) if re.match(r"admin/\w+/\w+/.*<", route))
OF_ALL = {model._meta.label_lower for model in MODELS}


@pytest.fixture
def mine() -> Account:
    return make_account(name="Mine")


@pytest.fixture
def theirs() -> Account:
    return canary_account()


@pytest.fixture
def their_rows(theirs: Account) -> dict[str, Any]:
    return {model._meta.label_lower: make_row(model, theirs) for model in OF_ACCOUNTS}


@pytest.fixture
def me(mine: Account) -> Client:
    return signed_in(make_operator(mine))


def requested_by(client: Client) -> HttpRequest:
    """Return a request of the client's user, to ask what the user may do."""
    response: Any = client.get("/admin/")
    request: HttpRequest = response.wsgi_request
    return request


def answers(client: Client, address: str) -> list[Any]:
    body = {"name": "taken", "title": "taken", "post": "yes", "hours": "1", "panels": ["orders"]}
    return [client.get(address), client.post(address, body)]


@pytest.mark.parametrize("route", ROUTES)
def test_every_address_with_the_others_row_is_404(
    route: str, me: Client, their_rows: dict[str, Any], theirs: Account
) -> None:
    label = ".".join(route.split("/")[1:3])
    model = apps.get_model(label)
    row = their_rows.get(label) or make_row(model, theirs)
    address = "/" + re.sub(r"<(?:\w+:)?\w+>", str(row.pk), route).rstrip("$")
    before = list(model._default_manager.order_by("pk").values())
    entries = AuditEntry.objects.count()
    # Pages that are closed to this operator as a whole may say so before they look for the row.
    is_closed = label not in OF_ALL or not admin.site._registry[model].has_delete_permission(requested_by(me))
    for first in answers(me, address):
        answer = first
        if first.status_code == 302:  # Django's old addresses without /change/ lead to it
            assert first["Location"] == f"{address}change/"
            answer = me.get(first["Location"])
        assert answer.status_code == 404 or (is_closed and answer.status_code == 403), f"{address} {answer.status_code}"
        assert CANARY not in answer.content.decode()
    assert list(model._default_manager.order_by("pk").values()) == before
    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_no_list_filter_or_search_reaches_the_others_rows(
    model: Any, me: Client, their_rows: dict[str, Any], theirs: Account
) -> None:
    row = their_rows.get(model._meta.label_lower)
    for query in (
        *("", "?q=canary", f"?account__id__exact={theirs.pk}", f"?account={theirs.pk}"),
        *(f"?id__exact={row.pk if row else 1}", f"?account__name__startswith={CANARY}", "?o=1"),
    ):
        response = me.get(address_of(model, query), follow=True)
        assert response.status_code == (
            400 if "startswith" in query and model in OF_ACCOUNTS and model is not Account else 200
        )
        # What was searched for stands in the search field again.
        text = response.content.decode().replace("q=canary", "").replace('value="canary"', "")
        assert f"{CANARY} and Sons" not in text, query
        assert f"{address_of(model)}{row.pk if row else 0}/" not in text, query


def test_choices_do_not_offer_the_other_account(me: Client, their_rows: dict[str, Any], mine: Account) -> None:
    for app, name, field in (
        ("tenants", "dashboardapp", "account"),
        ("panels", "connection", "account"),
        ("tenants", "viewrecord", "account"),
    ):
        answer = me.get("/admin/autocomplete/", {"app_label": app, "model_name": name, "field_name": field, "term": ""})
        assert [found["text"] for found in answer.json()["results"]] == ["Mine"]
    for model in MODELS:
        # A time zone has the name, too.
        page = me.get(address_of(model, "add/")).content.decode().replace("Atlantic/Canary", "")
        assert CANARY not in page


def test_nothing_can_be_made_for_the_other_account(me: Client, theirs: Account) -> None:
    none = {"placements-TOTAL_FORMS": "0", "placements-INITIAL_FORMS": "0"}
    body = {"account": theirs.pk, "title": "Mine", "position": "0", "is_enabled": "on", **none}
    assert me.post("/admin/tenants/dashboardapp/add/", body).status_code == 200
    demo = {"setting_shop": "x", "setting_currency": "EUR", "setting_latency": "0", "setting_fault": "none"}
    body = {"account": theirs.pk, "name": "Mine", "is_enabled": "on", **demo}
    assert me.post("/admin/panels/connection/add/?connector=demo", body).status_code == 200
    assert not theirs.dashboard_apps.exists()
    assert not theirs.connections.exists()


@pytest.mark.parametrize("model", OF_ACCOUNTS, ids=lambda model: model._meta.model_name)
def test_the_walk_would_see_an_open_page(model: Any, theirs: Account, their_rows: dict[str, Any]) -> None:
    """The operator of the other account meets the same rows at the same addresses."""
    Account.objects.filter(pk=theirs.pk).update(host_proved_at=None)  # so that no form asks its host
    they = signed_in(make_operator(theirs))
    row = their_rows[model._meta.label_lower]
    assert they.get(address_of(model, f"{row.pk}/change/")).status_code == 200
    assert f"{address_of(model)}{row.pk}/" in they.get(address_of(model)).content.decode()


def test_support_looks_and_changes_nothing(mine: Account) -> None:
    support = signed_in(make_operator(mine, role=Role.SUPPORT))
    rows = {model: make_row(model, mine) for model in OF_ACCOUNTS}
    for model, row in rows.items():
        assert support.get(address_of(model)).status_code == 200
        assert support.get(address_of(model, f"{row.pk}/change/")).status_code == 200
        assert support.get(address_of(model, "add/")).status_code in (403, 404)
        before = model._default_manager.filter(pk=row.pk).values().get()
        for tail in (f"{row.pk}/change/", f"{row.pk}/delete/"):
            assert support.post(address_of(model, tail), {"name": "x", "title": "x", "post": "yes"}).status_code == 403
        for action in ("delete_selected", "resolve", "revoke", "check_hosts", "check_connections"):
            support.post(address_of(model), {"action": action, "_selected_action": [row.pk], "post": "yes"})
        assert before == model._default_manager.filter(pk=row.pk).values().get()
    for tail in ("publish", "rotate-hook-key", "tabs"):
        assert support.get(f"/admin/tenants/account/{mine.pk}/{tail}/").status_code == 403


def test_a_new_account_is_its_operators_own(me: Client, theirs: Account) -> None:
    body = {"name": "New", "host_origin": "https://voxys.example", "host_account_id": "77", "time_zone": "UTC"}
    response = me.post("/admin/tenants/account/add/", {**body, "trust": "signed_in"}, follow=True)
    account = Account.objects.get(name="New")
    assert response.redirect_chain[-1][0] == f"/admin/tenants/account/{account.pk}/change/"
    assert response.status_code == 200
    entry = AuditEntry.objects.get(object_type="tenants.account")
    assert (entry.action, entry.via, entry.account) == ("add", "admin", account)


def test_operators_and_users_are_the_platform_administrators(me: Client) -> None:
    for address in ("/admin/tenants/operator/", "/admin/auth/user/", "/admin/auth/group/"):
        assert me.get(address).status_code == 403
    user = User.objects.get(username__startswith="operator")
    body = {"user": user.pk, "role": "operator", "has_all_accounts": "on"}
    assert me.post(f"/admin/tenants/operator/{user.operator.pk}/change/", body).status_code in (403, 404)


def test_staff_who_are_no_operators_see_nothing(theirs: Account) -> None:
    staff = signed_in(User.objects.create_user("staff", is_staff=True))
    for model in MODELS:
        assert staff.get(address_of(model)).status_code == 403
