"""Headers of what is no frame."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories import make_app
from voxysapps.headers import ADMIN_POLICY, POLICY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/tenants/account/", "/admin/not/there/"])
def test_nobody_may_frame_the_admin_nor_put_scripts_into_it(client: Client, path: str) -> None:
    client.force_login(User.objects.create_superuser("ops"))
    headers = client.get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    policy = {
        name: sources for name, *sources in (rule.split() for rule in headers["Content-Security-Policy"].split(";"))
    }
    assert policy["frame-ancestors"] == policy["default-src"] == policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert headers["Content-Security-Policy"] == ADMIN_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_pages_that_only_developers_see_keep_their_style(client: Client, settings: Settings) -> None:
    settings.DEBUG = True
    assert "Content-Security-Policy" not in client.get("/not/there/")
    assert "Content-Security-Policy" in client.get("/admin/login/")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/language/"])
def test_what_is_no_page_of_the_admin_is_held_more_strictly(client: Client, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    assert policy == POLICY
    assert "unsafe" not in policy


def test_frames_have_their_own_headers(client: Client) -> None:
    app = make_app()
    headers = client.get(f"/a/{app.key}/").headers
    assert "X-Frame-Options" not in headers
    assert f"frame-ancestors {app.account.host_origin}" in headers["Content-Security-Policy"]
