"""A request to a frame, once the context middleware has let it in, and how a view says what it needs."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest

from panels.configuration import AppPlan
from tenants.models import Account, DashboardApp
from tenants.trust.confirmation import ConfirmedContext

View = TypeVar("View", bound=Callable[..., object])


class FrameRequest(HttpRequest):
    """A request under /a/, past `ContextMiddleware`.

    `context` is missing in views marked `shows_no_data`.
    """

    account: Account
    dashboard_app: DashboardApp
    context: ConfirmedContext
    plan: AppPlan
    # Set when the plan turned out to have changed and the request was let in once more.
    began_anew: bool


def shows_no_data(view: View) -> View:
    """Mark a view that anybody may open, since it shows no customer's data: the frame document."""
    view.frame_access = "anyone"  # type: ignore[attr-defined]
    return view


def reads_posted_context(view: View) -> View:
    """Mark a view whose request body is the host's context. Unmarked views need a context token."""
    view.frame_access = "posted"  # type: ignore[attr-defined]
    return view
