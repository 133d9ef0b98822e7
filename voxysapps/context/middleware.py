"""From a request under /a/ to an account, a dashboard app and a confirmed context."""

import logging
from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import UnreadablePostError
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from panels.configuration import PlanChanged, get_plan, read_plan
from panels.locales import request_locale
from panels.requests import FrameRequest
from tenants.trust.confirmation import ConfirmedContext, NotConfirmed, confirm, resume
from voxysapps.context.parser import MAX_BYTES, BadContext, parse_app_context
from voxysapps.problems import new_trace_id, place_of, problem

logger = logging.getLogger(__name__)


class ContextMiddleware:
    """Sets `request.account`, `request.dashboard_app` and `request.context`, or answers with a problem.

    For views whose URL has an `app_key`, after the URL is resolved:

    1. Find the enabled dashboard app of that key, from memory while its account's stamp is unchanged;
       none: 404 `unknown_app`. A posted context is answered from fragments, with which the stamp comes;
       when it turns out to have changed, all of this is done again with what the database says.
    2. Set `request.account`, `request.dashboard_app` and `request.plan`. A view marked `shows_no_data`
       gets no more than that.
    3. A view marked `reads_posted_context`: parse the body; what is no context is 400, or 413
       `too_large`.
    4. A context of another account than the app's: 403 `wrong_account`.
    5. Confirm the context; what nothing vouches for: 403 `not_confirmed`.
    6. Every other view is closed unless the `X-Voxys-Context` header holds a token issued for this app:
       403 `not_confirmed`.
    7. Set `request.context`, a `ConfirmedContext`.

    What a view raises becomes 503 `unavailable`, with a trace id that is in the log too.

    All other requests pass untouched. Nothing of a context is ever logged.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: FrameRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        app_key = kwargs.get("app_key")
        if app_key is None or not request.path_info.startswith("/a/"):
            return None
        try:
            _enter(request, app_key, getattr(view, "frame_access", "token"))
        except (Refused, BadContext) as refusal:
            return _problem(request, refusal.code, refusal.detail)
        except NotConfirmed as error:
            return _problem(request, "not_confirmed", error.detail)
        except DatabaseError as error:
            return self.process_exception(request, error)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if isinstance(error, PlanChanged) and not hasattr(request, "began_anew"):
            return self._begin_anew(cast("FrameRequest", request))
        if not request.path_info.startswith("/a/") or isinstance(error, Http404):
            return None
        trace_id = new_trace_id()
        logger.error("request failed: %s %s trace=%s: %s", request.method, request.path_info, trace_id, place_of(error))
        detail = gettext_noop("Something went wrong here. It was noted; try again.")
        return _problem(request, "unavailable", detail, trace_id=trace_id)

    def _begin_anew(self, request: FrameRequest) -> HttpResponseBase:
        match = request.resolver_match
        assert match is not None  # noqa: S101 - a view has run
        request.began_anew = True
        try:
            read_plan(match.kwargs["app_key"])
            refusal = self.process_view(request, match.func, match.args, match.kwargs)
            return refusal or match.func(request, *match.args, **match.kwargs)
        except Exception as error:  # noqa: BLE001 - as from the view itself
            return self.process_exception(request, error) or problem("unavailable", "Try again in a moment.")


def _problem(request: HttpRequest, code: str, detail: str, *, trace_id: str | None = None) -> HttpResponse:
    """Return the problem in the agent's language, as far as the account is known."""
    account = getattr(request, "account", None)
    if account is None:
        return problem(code, detail, trace_id=trace_id)
    with translation.override(request_locale(request, account)):
        return problem(code, gettext(detail), trace_id=trace_id)


class Refused(Exception):
    """The request may not enter. `code` is the HTTP contract's, `detail` a plain sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def _enter(request: FrameRequest, app_key: str, access: str) -> None:
    plan = get_plan(app_key, check=access != "posted")
    if plan is None:
        raise Refused("unknown_app", "There is no dashboard app at this address, or it is switched off.")
    request.plan, request.account, request.dashboard_app = plan, plan.account, plan.app
    if access == "posted":
        request.context = _confirm_posted(request)
    elif access != "anyone":
        token = request.META.get("HTTP_X_VOXYS_CONTEXT", "")
        request.context = resume(token, account=request.account, app=request.dashboard_app)


def _confirm_posted(request: FrameRequest) -> ConfirmedContext:
    posted = parse_app_context(_read_body(request))
    if posted.account_id is not None and posted.account_id != request.account.host_account_id:
        raise Refused(
            "wrong_account", gettext_noop("This conversation belongs to another Voxys account than this app.")
        )
    return confirm(posted, account=request.account, app=request.dashboard_app)


def _read_body(request: FrameRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise BadContext("too_large", f"The context is larger than {MAX_BYTES // 1_000_000} MB.") from None
    except UnreadablePostError:
        raise BadContext("not_json", "The request ended before its body did. Send it again.") from None
