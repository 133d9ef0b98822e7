"""Filters by words that the code knows."""

from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from panels import registry
from tenants.admin.words import ACTIONS
from tenants.models import AuditEntry
from tenants.notices import KINDS

pytestmark = pytest.mark.django_db


def choices(client: Client, address: str, name: str) -> dict[str, tuple[str, bool]]:
    """Return the filter's choices: where each leads, and whether it is chosen."""
    page: Any = client.get(address)
    changelist = page.context["cl"]
    spec = next(spec for spec in changelist.filter_specs if getattr(spec, "lookup_kwarg", "") == name)
    return {choice["display"]: (choice["query_string"], choice["selected"]) for choice in spec.choices(changelist)}


def test_actions_are_offered_in_words_and_filter(admin_client: Client) -> None:
    kept, other = (
        AuditEntry.objects.create(actor="Ada", via=via, action=action, object_type="x.y")
        for via, action in (("api", "rotate_hook_key"), ("admin", "add"))
    )
    offered = choices(admin_client, "/admin/tenants/auditentry/", "action")
    assert set(offered) == {"All", *map(str, ACTIONS.values())}
    address, is_chosen = offered["webhook address changed"]
    assert (address, is_chosen) == ("?action=rotate_hook_key", False)
    page: Any = admin_client.get(f"/admin/tenants/auditentry/{address}")
    assert list(page.context["cl"].queryset) == [kept]
    assert choices(admin_client, f"/admin/tenants/auditentry/{address}", "action")["webhook address changed"][1]
    page = admin_client.get("/admin/tenants/auditentry/?via=admin")
    assert list(page.context["cl"].queryset) == [other]


def test_plugins_are_offered_by_their_titles(admin_client: Client) -> None:
    for address, name, plugins in (
        ("/admin/panels/connection/", "connector", registry.connectors().plugins),
        ("/admin/panels/placement/", "panel", registry.panels().plugins),
    ):
        offered = choices(admin_client, address, name)
        assert {query for query, _chosen in offered.values()} == {"?", *(f"?{name}={slug}" for slug in plugins)}
        assert {str(plugin.title) for plugin in plugins.values()} < set(offered)


def test_words_are_of_the_readers_language(admin_client: Client) -> None:
    with override("de"):
        word = str(ACTIONS["add"])
    admin_client.cookies["django_language"] = "de"
    assert word in choices(admin_client, "/admin/tenants/auditentry/", "action")


def test_notices_are_offered_by_their_kinds(admin_client: Client) -> None:
    assert set(choices(admin_client, "/admin/tenants/notice/", "kind")) == {"All", *KINDS}
