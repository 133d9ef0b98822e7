"""Frames go past the usual middleware; everything else does not."""

from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from tests.factories import make_app
from tests.support.contexts import context_body
from voxysapps.context.middleware import ContextMiddleware
from voxysapps.middleware import ShortcutMiddleware, past_usual


def chain() -> list[Any]:
    """Return the product's middleware from the outside in."""
    found: list[Any] = []
    product: Any = WSGIHandler()
    handler = product._middleware_chain
    while (middleware := getattr(handler, "__wrapped__", None)) is not None and hasattr(middleware, "__dict__"):
        found.append(middleware)
        handler = getattr(middleware, "usual_way", None) or getattr(middleware, "get_response", None)
    return found


def test_shortcut_ends_at_the_context_middleware() -> None:
    shortcut = next(middleware for middleware in chain() if isinstance(middleware, ShortcutMiddleware))
    assert isinstance(shortcut.shortcut.__wrapped__, ContextMiddleware)  # type: ignore[attr-defined]


def test_way_past_nothing_usual_is_no_way() -> None:
    def view(request: Any) -> Any: ...

    assert past_usual(view) is view


@pytest.mark.django_db
def test_frames_get_no_cookies_and_need_no_csrf_token() -> None:
    app = make_app()
    client = Client(enforce_csrf_checks=True)
    response = client.post(f"/a/{app.key}/context", context_body(app.account), content_type="application/json")
    assert response.status_code == 200
    assert not response.cookies
    assert "X-Frame-Options" not in response
    assert not hasattr(response.wsgi_request, "session")


@pytest.mark.django_db
def test_admin_has_the_usual_protection() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.get("/admin/login/")
    assert response["X-Frame-Options"] == "DENY"
    assert "csrftoken" in response.cookies
    assert Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a"}).status_code == 403
