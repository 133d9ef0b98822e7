"""What surrounds the admin's pages."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from tests.support.admin import make_operator, signed_in
from voxysapps.admin_site import GROUPS, navigation

pytestmark = pytest.mark.django_db


def shown_to(user: User) -> dict[str, list[str]]:
    request: Any = RequestFactory().get("/admin/")
    request.user = user
    return {str(group["title"]): [item["link"] for item in group["items"]] for group in navigation(request)}


def test_navigation_has_everything_for_platform_administrators() -> None:
    groups = shown_to(User.objects.create_superuser("ops"))
    assert list(groups) == ["Accounts", "What happened", "Platform"]
    assert groups["Accounts"][0] == "/admin/tenants/account/"
    assert "/admin/auth/user/" in groups["Platform"]


def test_navigation_has_what_one_may_look_at() -> None:
    operator = shown_to(make_operator(has_all_accounts=True))
    assert "/admin/tenants/account/" in operator["Accounts"]
    assert not any("/auth/" in link for links in operator.values() for link in links)
    assert shown_to(User.objects.create_user("staff", is_staff=True)) == {}


def test_navigation_forgets_no_model() -> None:
    """Placements are found at their dashboard app."""
    listed = {label for _title, models in GROUPS for label, _icon in models}
    registered = {model._meta.label_lower for model in admin.site._registry}
    assert registered - listed == {"panels.placement"}


def test_search_finds_pages_also_the_second_time() -> None:
    client = signed_in(User.objects.create_superuser("ops"))
    for _time in range(2):  # the second one is of the cache
        assert "/admin/tenants/account/" in client.get("/admin/search/?s=acc").content.decode()
    assert client.get("/admin/search/").content == b""


def test_sign_in_leads_to_the_admin(client: Client) -> None:
    User.objects.create_superuser("ops", password="a password")
    answer = client.post("/admin/login/", {"username": "ops", "password": "a password"})
    assert answer["Location"] == "/admin/"
    assert client.post("/admin/logout/").status_code == 200


def test_colours_are_in_a_style_sheet(client: Client) -> None:
    text = client.get("/admin/login/").content.decode()
    assert "<style" not in text
    assert "voxysapps/admin.css" in text
    assert "Voxys dashboard apps" in text


def test_part_of_a_page_whose_session_has_ended_reloads_the_page(client: Client) -> None:
    assert client.get("/admin/login/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "HX-Refresh" not in client.get("/admin/login/")
