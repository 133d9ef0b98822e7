"""From a request under /a/ to an account, a dashboard app and a confirmed context."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import UnreadablePostError

from panels.configuration import get_plan
from tenants.trust.confirmation import ConfirmedContext, NotConfirmed, confirm, resume
from voxysapps.context.frame_request import FrameRequest
from voxysapps.context.parser import MAX_BYTES, BadContext, parse_app_context
from voxysapps.problems import problem


class ContextMiddleware:
    """Sets `request.account`, `request.dashboard_app` and `request.context`, or answers with a problem.

    For views whose URL has an `app_key`, after the URL is resolved:

    1. Find the enabled dashboard app of that key, from memory while its account's stamp is unchanged;
       none: 404 `unknown_app`.
    2. Set `request.account`, `request.dashboard_app` and `request.plan`. A view marked `shows_no_data`
       gets no more than that.
    3. A view marked `reads_posted_context`: parse the body; what is no context is 400, or 413
       `too_large`.
    4. A context of another account than the app's: 403 `wrong_account`.
    5. Confirm the context; what nothing vouches for: 403 `not_confirmed`.
    6. Every other view is closed unless the `X-Voxys-Context` header holds a token issued for this app:
       403 `not_confirmed`.
    7. Set `request.context`, a `ConfirmedContext`.

    All other requests pass untouched. Nothing of a context is ever logged.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: FrameRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        app_key = kwargs.get("app_key")
        if app_key is None or not request.path_info.startswith("/a/"):
            return None
        plan = get_plan(app_key)
        if plan is None:
            return problem("unknown_app", "There is no dashboard app at this address, or it is switched off.")
        request.plan, request.account, request.dashboard_app = plan, plan.account, plan.app
        access = getattr(view, "frame_access", "token")
        if access == "anyone":
            return None
        try:
            request.context = _confirm_posted(request) if access == "posted" else _resume(request)
        except BadContext as error:
            return problem(error.code, error.detail)
        except WrongAccount:
            return problem("wrong_account", "This conversation belongs to another Voxys account than this app.")
        except NotConfirmed as error:
            return problem("not_confirmed", error.detail)
        return None


class WrongAccount(Exception):
    """The context is of another account than the app."""


def _confirm_posted(request: FrameRequest) -> ConfirmedContext:
    posted = parse_app_context(_read_body(request))
    if posted.account_id is not None and posted.account_id != request.account.host_account_id:
        raise WrongAccount
    return confirm(posted, account=request.account, app=request.dashboard_app)


def _read_body(request: FrameRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise BadContext("too_large", f"The context is larger than {MAX_BYTES // 1_000_000} MB.") from None
    except UnreadablePostError:
        raise BadContext("not_json", "The request ended before its body did. Send it again.") from None


def _resume(request: FrameRequest) -> ConfirmedContext:
    token = request.META.get("HTTP_X_VOXYS_CONTEXT", "")
    return resume(token, account=request.account, app=request.dashboard_app)
