"""A request to a dashboard app, and how a view says who may call it."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest

from tenants.models import Account, DashboardApp
from tenants.trust.confirmation import ConfirmedContext

View = TypeVar("View", bound=Callable[..., object])


class AppRequest(HttpRequest):
    """A request under /a/, past `ContextMiddleware`.

    `context` is missing in views marked `shows_no_data`.
    """

    account: Account
    dashboard_app: DashboardApp
    context: ConfirmedContext


def shows_no_data(view: View) -> View:
    """Mark a view that anybody may open, since it shows no customer's data: the frame document, sign-in."""
    view.frame_access = "anyone"  # type: ignore[attr-defined]
    return view


def reads_posted_context(view: View) -> View:
    """Mark a view whose request body is the host's context. Unmarked views need a context token."""
    view.frame_access = "posted"  # type: ignore[attr-defined]
    return view
