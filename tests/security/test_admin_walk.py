"""Every URL of the admin, whatever it is: closed to strangers, to agents, and to staff without permissions."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver
from model_bakery import baker

from tenants.models import Account
from tests.security.urls import routes_of
from tests.security.world import Tenant
from tests.support.host import sign_in

ROUTES = sorted(route for route in routes_of(get_resolver().url_patterns) if route.startswith("admin/"))
# The sign-in itself, sentences for scripts, and what is everybody's own.
OPEN_TO_ALL = {"admin/login/", "admin/jsi18n/", "admin/logout/"}
OPEN_TO_STAFF = {
    *(*OPEN_TO_ALL, "admin/", "admin/password_change/", "admin/password_change/done/"),
    *("admin/second-factor/", "admin/second-factor/code/", "admin/second-factor/set-up/"),
    # Finds the names of models that one may see.
    "admin/search/",
}
EXPORTS = ("export/csv/", "export/yaml/")
CANARY = "Canary & Sons"


@pytest.fixture
def addresses(mine: Tenant) -> dict[str, str]:
    """An address for each route, with a row there that belongs to the account."""
    mine.account.name = CANARY
    mine.account.save()
    return {route: f"/{_fill(route, mine)}" for route in ROUTES}


def _fill(route: str, mine: Tenant) -> str:
    path = route.replace("(?P<url>.*)$", "nothing/")
    path = re.sub(r"\^?\(\?P<app_label>[^)]*\)", "tenants", path).rstrip("$")
    row: Any = 1
    if found := re.match(r"admin/(\w+)/(\w+)/.*<", path):
        row = _row_of(apps.get_model(found[1], found[2]), mine)
    path = re.sub(r"<(?:\w+:)?\w+>", str(row), path)
    assert not re.search(r"[<>()^$]", path), f"how is {route} filled?"
    return path


def _row_of(model: Any, mine: Tenant) -> Any:
    if model is Account:
        return mine.account.pk
    names = {field.name for field in model._meta.get_fields()}
    of_account = {"account": mine.account} if "account" in names else {}
    found = model.objects.filter(**of_account).first() or baker.make(model, **of_account)  # type: ignore[call-overload]
    return found.pk


def _answers(client: Client, address: str) -> Iterator[Any]:
    yield client.get(address)
    yield client.post(address, {"action": "delete_selected", "_selected_action": "1", "post": "yes", "name": "x"})


def test_strangers_and_agents_find_the_sign_in_only(mine: Tenant, addresses: dict[str, str]) -> None:
    agent = {**sign_in(mine.account), "X-Voxys-Context": mine.post(mine.session())["X-Voxys-Context"]}
    for route, address in addresses.items():
        if route in OPEN_TO_ALL:
            continue
        for headers in ({}, agent):
            for answer in _answers(Client(headers=headers), address):
                assert answer.status_code == 302, f"{route} answered {answer.status_code}"
                assert answer["Location"].startswith("/admin/login/?next="), route
                assert CANARY not in answer.content.decode()


def test_staff_without_permissions_sees_no_row(addresses: dict[str, str]) -> None:
    user = User.objects.create_user("new", is_staff=True)
    for route, address in addresses.items():
        client = Client()
        client.force_login(user)  # every time: one of the addresses signs out
        for answer in _answers(client, address):
            text = answer.content.decode()
            assert CANARY.replace("&", "&amp;") not in text, route
            assert CANARY not in text, route
            if route not in OPEN_TO_STAFF:
                assert answer.status_code in (302, 403, 404, 405), f"{route} answered {answer.status_code}"


def test_the_walk_meets_every_model_and_would_see_an_open_page(mine: Tenant, addresses: dict[str, str]) -> None:
    """What the walk looks for is there: an operator with permissions gets the rows at these very addresses."""
    client = Client()
    client.force_login(User.objects.create_superuser("ops"))
    shown = {route for route, address in addresses.items() if "Canary" in client.get(address).content.decode()}
    assert client.get("/admin/").status_code == 200
    assert {f"admin/tenants/account/{tail}" for tail in ("", "<path:object_id>/change/", *EXPORTS)} <= shown
    for model in admin.site._registry:
        assert f"admin/{model._meta.app_label}/{model._meta.model_name}/" in addresses


def test_open_to_all_is_still_there() -> None:
    assert set(ROUTES) >= OPEN_TO_STAFF
