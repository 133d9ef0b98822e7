"""What a page costs in queries does not grow with the rows: every page of the admin and of the API, whatever it is.

The pages are those that the project has: a new one is measured here, or named as one that shows nothing.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import Model
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from model_bakery import baker

from panels.models import Connection, Placement, PluginOffer
from tenants.host.errors import HostUnreachable
from tenants.models import (
    Account,
    AgentSession,
    ApiToken,
    AuditEntry,
    DashboardApp,
    Light,
    Notice,
    Operator,
    Preflight,
    ViewRecord,
)
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.security.urls import routes_of
from tests.support.admin import address_of, make_operator, make_row, signed_in
from tests.support.api import ROOT, Api, api_of

pytestmark = pytest.mark.django_db

MODELS: list[Any] = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
ROUTES = sorted(route for route in routes_of(get_resolver().url_patterns) if route.startswith("admin/"))
# What is asked for by posting, ends the session, is everybody's own, or is measured with what it is asked below.
WITHOUT_ROWS = {
    *("admin/login/", "admin/logout/", "admin/jsi18n/", "admin/autocomplete/", "admin/(?P<url>.*)$"),
    "admin/r/<path:content_type_id>/<path:object_id>/",  # Django's "view on site"
    *("admin/password_change/", "admin/password_change/done/"),
    *("admin/second-factor/", "admin/second-factor/code/", "admin/second-factor/set-up/"),
}
# What is not added or deleted by hand, not even by a platform administrator.
CLOSED = {
    f"/admin/{page}/"
    for page in (
        *("panels/placement/add", "panels/pluginoffer/add", "tenants/agentsession/add", "tenants/notice/add"),
        *("tenants/auditentry/add", "tenants/viewrecord/add"),
        *("tenants/agentsession/1/delete", "tenants/apitoken/1/delete"),
        *("tenants/auditentry/1/delete", "tenants/viewrecord/1/delete"),
        "panels/placement/1/health",  # of panels that fetch by themselves: the product's own do not
    )
}
# What of the API is for platform administrators.
OF_ADMINISTRATORS = ("operators/", "plugin-offers/", "plugins/")
# What lists are filtered by, where 1 would not do.
VALUES = {
    "trust": "link",
    "preflight__worst": "red",
    "via": "admin",
    "method": "mail",
    "role": "operator",
    "seen_at__gte": "2020-01-01T00:00:00Z",
    "seen_at__lt": "2100-01-01T00:00:00Z",
    "connector": "demo",
    "panel": "orders",
}


class World:
    """An account with ever more of everything, among ever more accounts with operators and tokens."""

    def __init__(self) -> None:
        # Not proved, so that no form asks its host.
        self.account = make_account(name="Needle", host_proved_at=None)
        self.user = make_operator(self.account)
        self.root = User.objects.create_superuser("root", "root@example.com", "x")
        self.app, self.shop = make_app(self.account), make_connection(self.account, connector="demo")
        self.placement = make_placement(self.app, self.shop)
        self.offer = PluginOffer.objects.create(kind="panel", slug="orders", audience="except")
        Preflight.objects.create(account=self.account, worst=Light.GREEN)
        self._first: dict[type[Model], Any] = {
            Account: self.account,
            DashboardApp: self.app,
            Connection: self.shop,
            Placement: self.placement,
            PluginOffer: self.offer,
            User: self.user,
            Operator: self.user.operator,
        }
        self.group = Group.objects.create(name="group")

    def grow(self, number: int) -> None:
        """Add so many of everything."""
        for _one in range(number):
            make_placement(self.app, make_connection(self.account, connector="demo"))
            self.placement.connections.add(make_connection(self.account, connector="demo"))
            other = make_account(name=f"Needle {Account.objects.count()}", host_proved_at=None)
            Preflight.objects.create(account=other, worst=Light.RED)
            self.user.operator.accounts.add(other)
            self.user.groups.add(Group.objects.create(name=f"group {Group.objects.count()}"))
            self.offer.accounts.add(other)
            for owner in (self.root, self.user, make_operator(other, self.account)):
                api_of(owner, other, self.account)
            for model in MODELS:
                if model not in (Account, Operator, User, Group, ApiToken, PluginOffer):
                    make_row(model, self.account)
                    make_row(model, other)

    def row(self, model: type[Model]) -> Any:
        """Return a row of the model, the same every time."""
        if model not in self._first:
            names = {field.name for field in model._meta.get_fields()}
            mine: dict[str, Any] = {"account": self.account} if "account" in names else {}
            mine = {"user": self.user} if model is ApiToken else mine
            found = model._default_manager.filter(**mine).order_by("pk").first()
            self._first[model] = found or baker.make(model, **mine)
        return self._first[model]


@pytest.fixture
def world() -> Iterator[World]:
    with patch("tenants.host.client.HostClient._ask", side_effect=HostUnreachable("Not in tests.")):
        yield World()


def address_at(route: str, world: World) -> str:
    """Return an address of the route, with a row's number where it wants one."""
    path = re.sub(r"\^?\(\?P<app_label>[^)]*\)", "tenants", route).rstrip("$")
    if "<" in path:
        label = ".".join(route.split("/")[1:3])
        path = re.sub(r"<(?:\w+:)?\w+>", str(world.row(apps.get_model(label)).pk), path)
    assert not re.search(r"[<>()^$]", path), f"how is {route} filled?"
    return f"/{path}"


def choices_at(model: Any, user: User) -> Iterator[str]:
    """Yield the list searched, and filtered in every way that it offers."""
    shown = admin.site._registry[model]
    request = RequestFactory().get(address_of(model))
    request.user = user
    if shown.get_search_fields(request):
        yield "?q=Needle"
    if model is PluginOffer:
        return  # a page of its own in place of a list
    for spec in shown.get_changelist_instance(request).get_filters(request)[0]:
        for name in spec.expected_parameters():
            yield f"?{name}={VALUES.get(str(name).removesuffix('__exact'), 1)}"


def typed_choices(models: list[Any]) -> Iterator[str]:
    """Yield what is asked for while somebody types into a field of a form or a filter."""
    for model in models:
        shown = admin.site._registry[model]
        filters = [one[0] for one in shown.list_filter if isinstance(one, tuple)]
        for name in {*shown.autocomplete_fields, *filters}:
            if model._meta.get_field(name).is_relation:
                where = f"app_label={model._meta.app_label}&model_name={model._meta.model_name}"
                yield f"/admin/autocomplete/?{where}&field_name={name}&term=e"


def pages_for(client: Client, user: User, world: World) -> list[str]:
    """Return every address of the admin that shows something to the user."""
    open_to = [model for model in MODELS if client.get(address_of(model)).status_code == 200]
    closed = {address_of(model).strip("/") for model in MODELS if model not in open_to}
    routes = [route for route in ROUTES if route not in WITHOUT_ROWS and "/".join(route.split("/")[:3]) not in closed]
    addresses = [address_at(route, world) for route in routes]
    queries = [address_of(model, query) for model in open_to for query in choices_at(model, user)]
    seen = [address for address in addresses if re.sub(r"\d+", "1", address) not in CLOSED]
    return [*seen, *queries, *typed_choices(open_to)]


def dearer_with_more(world: World, addresses: list[str], ask: Callable[[str], Any]) -> dict[str, list[int]]:
    """Return the addresses that cost more queries with 30 rows than with three; each has to answer 200."""
    costs: dict[str, list[int]] = {address: [] for address in addresses}
    for more in (2, 27):
        world.grow(more)
        for address, found in costs.items():
            with CaptureQueriesContext(connection) as queries:
                assert ask(address).status_code == 200, address
            found.append(len(queries))
    # The first look may cost more: it reads what is then remembered, such as the names of models.
    return {address: found for address, found in costs.items() if found[0] < found[1]}


@pytest.mark.parametrize("who", ["root", "user"])
def test_no_page_of_the_admin_costs_more_for_30_rows_than_for_three(who: str, world: World) -> None:
    user: User = getattr(world, who)
    client = signed_in(user)
    addresses = pages_for(client, user, world)
    assert len(addresses) > 100
    assert dearer_with_more(world, addresses, lambda address: client.get(address, follow=True)) == {}


@pytest.mark.parametrize("who", ["root", "user"])
def test_no_page_of_the_api_costs_more_for_30_rows_than_for_three(who: str, world: World) -> None:
    api = api_of(getattr(world, who))
    addresses = list(api_addresses(world, api))
    assert len(addresses) > 30
    assert dearer_with_more(world, addresses, api.get) == {}


def api_addresses(world: World, api: Api) -> Iterator[str]:
    """Yield every address that the user reads, with a row's number where it wants one; lists are filtered, too."""
    from tests.voxysapps.test_rest_schema import SCHEMA  # noqa: PLC0415 - made only where it is needed

    rows = {
        "accounts": world.account,
        "dashboard-apps": world.app,
        "connections": world.shop,
        "placements": world.placement,
        "audit": world.row(AuditEntry),
        "agent-sessions": world.row(AgentSession),
        "notices": world.row(Notice),
        "view-records": world.row(ViewRecord),
        "plugin-offers": world.offer,
        "operators": world.user.operator,
        "tokens": api.token,
    }
    for path, methods in SCHEMA["paths"].items():
        address = path.removeprefix(ROOT)
        is_closed = address.startswith(OF_ADMINISTRATORS) and api.token is not None and api.token.user != world.root
        # What publishing would do is the host's, which is not there. Panels that fetch by themselves have a health; the
        # product's own do not.
        is_none = address.endswith("/publish/") or (address.startswith("placements/") and address.endswith("/health/"))
        if "get" not in methods or is_closed or is_none:
            continue
        if "{" in address:
            yield address.format(id=rows[address.split("/")[0]].pk)
            continue
        yield address
        for parameter in methods["get"].get("parameters", []):
            name = parameter["name"]
            if parameter["in"] == "query" and name not in ("page", "as"):
                row = rows.get(address.strip("/"))
                value = asked_for(name, parameter["schema"], world, getattr(row, name, None))
                also = f"&account={world.account.pk}" if name == "customer" else ""
                yield f"{address}?{name}={value}{also}"


def asked_for(name: str, schema: dict[str, Any], world: World, found: Any) -> Any:
    """Return what the parameter of an address may be: what a row has of its choices, so that one is found."""
    if name == "user":
        return world.user.pk
    if choices := schema.get("enum"):
        return found if found in choices else choices[0]
    if schema.get("format") == "date-time":
        return "2020-01-01T00:00:00Z"
    return {"integer": world.account.pk, "boolean": "true"}.get(schema.get("type", ""), "e")
