"""From a request under /a/ to an account, a dashboard app and a confirmed context."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import UnreadablePostError
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from panels.access import PlanIsOld, enter_posted, enter_session
from panels.configuration import get_plan, read_plan
from panels.locales import request_locale
from panels.requests import FrameRequest
from tenants.models import SignInMethod, Trust
from tenants.notices import raise_notice
from tenants.trust import quotas
from tenants.trust.confirmation import HostAway, NotConfirmed, SignInRequired, resume
from tenants.trust.session_cookie import session_token
from tenants.trust.sessions import token_digest
from tenants.viewing import entries as views
from voxysapps.client_address import client_address, counted_address
from voxysapps.context.parser import MAX_BYTES, BadContext, parse_app_context
from voxysapps.limits import count_and_append
from voxysapps.metrics import count
from voxysapps.problems import new_trace_id, place_of, problem

logger = logging.getLogger(__name__)


class ContextMiddleware:
    """Sets `request.account`, `request.dashboard_app` and `request.context`, or answers with a problem.

    For views whose URL has an `app_key`, after the URL is resolved:

    1. Find the enabled dashboard app of that key, of an active account whose host was proved, from memory;
       none: 404 `unknown_app`. Set `request.account`, `request.dashboard_app` and `request.plan`. A view
       marked `shows_no_data` gets no more than that.
    2. At trust `signed_in`, a request without a session token: 401 `sign_in_required`, before anything is
       read or asked.
    3. A view marked `reads_posted_context`: parse the body; what is no context is 400, or 413 `too_large`.
       A context of another account than the app's: 403 `wrong_account`.
    4. One trip to the cache, for the account's stamp and what is needed next. A stamp that is not the
       plan's: read the plan from the database, and begin again at 2.
    5. Confirm the context (`tenants.trust.confirmation.confirm`): 401 `sign_in_required`, 403
       `not_confirmed`, or 503 `unavailable` while the host cannot be asked. Set `request.entry`, too: the
       trip has brought the sections.
    6. Every other view is closed unless the `X-Voxys-Context` header holds a token issued for this app,
       this session and this trust level: 403 `not_confirmed`.
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
        access = getattr(view, "frame_access", "token")
        try:
            _enter(request, app_key, access)
        except (Refused, BadContext) as refusal:
            return _problem(request, refusal.code, refusal.detail)
        except (SignInRequired, NotConfirmed, HostAway) as error:
            return _counted(request, error)
        except quotas.TooMany as error:
            return _rate_limited(request, error.wait)
        except Http404:
            raise
        except Exception as error:  # noqa: BLE001 - as what views raise: Django would log what it says
            return self.process_exception(request, error)
        if access == "posted":
            count("confirmations", result="confirmed")
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if not request.path_info.startswith("/a/") or isinstance(error, Http404):
            return None
        trace_id = new_trace_id()
        logger.error("request failed: %s %s trace=%s: %s", request.method, request.path_info, trace_id, place_of(error))
        detail = gettext_noop("Something went wrong here. It was noted; try again.")
        return _problem(request, "unavailable", detail, trace_id=trace_id)


class Refused(Exception):
    """The request may not enter. `code` is the HTTP contract's, `detail` a plain sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def _enter(request: FrameRequest, app_key: str, access: str) -> None:
    _set_plan(request, app_key, is_known_old=False, check=access == "anyone")
    if access == "anyone":
        return
    let_in = _enter_posted if access == "posted" else _resume
    try:
        let_in(request)
    except PlanIsOld:
        _set_plan(request, app_key, is_known_old=True)
        try:
            let_in(request)
        except PlanIsOld:  # saved again at this very moment
            raise Refused("unavailable", gettext_noop("The settings are just being changed. Try again.")) from None


def _set_plan(request: FrameRequest, app_key: str, *, is_known_old: bool, check: bool = False) -> None:
    plan = read_plan(app_key) if is_known_old else get_plan(app_key, check=check)
    if plan is None:
        raise Refused("unknown_app", gettext_noop("There is no dashboard app at this address, or it is switched off."))
    request.plan, request.account, request.dashboard_app = plan, plan.account, plan.app


def _enter_posted(request: FrameRequest) -> None:
    digest = _session_digest(request)
    posted = parse_app_context(_read_body(request))
    if posted.account_id is not None and posted.account_id != request.account.host_account_id:
        raise Refused(
            "wrong_account", gettext_noop("This conversation belongs to another Voxys account than this app.")
        )
    locale, address = request_locale(request, request.account), counted_address(client_address(request))
    request.entry = enter_posted(request.plan, posted, digest, locale, address)
    request.context = request.entry.context


def _resume(request: FrameRequest) -> None:
    session = enter_session(request.plan, _session_digest(request))
    token = request.META.get("HTTP_X_VOXYS_CONTEXT", "")
    request.context = resume(token, account=request.account, app=request.dashboard_app, session=session)


def _session_digest(request: FrameRequest) -> str | None:
    """Return the digest of the session token that was sent; None where the account needs no session."""
    account = request.account
    if account.trust != Trust.SIGNED_IN:
        return None
    token = session_token(request, account.pk)
    if token is None:
        raise SignInRequired.none()
    return token_digest(account.pk, token)


def _read_body(request: FrameRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise BadContext("too_large", f"The context is larger than {MAX_BYTES // 1_000_000} MB.") from None
    except UnreadablePostError:
        raise BadContext("not_json", "The request ended before its body did. Send it again.") from None


def _problem(
    request: HttpRequest, code: str, detail: str, *, trace_id: str | None = None, **members: object
) -> HttpResponse:
    """Return the problem in the agent's language, as far as the account is known."""
    account = getattr(request, "account", None)
    if account is None:
        return problem(code, detail, trace_id=trace_id)
    with translation.override(request_locale(request, account)):
        return problem(code, gettext(detail), trace_id=trace_id, **members)


def _rate_limited(request: FrameRequest, wait: int) -> HttpResponse:
    detail = gettext_noop("There were too many requests from your address. Wait a minute.")
    response = _problem(request, "rate_limited", detail)
    response["Retry-After"] = str(wait)
    return response


def _counted(request: FrameRequest, error: SignInRequired | NotConfirmed | HostAway) -> HttpResponse:
    """Return the refusal; whoever collects too many from one address gets nothing else for a while."""
    address = counted_address(client_address(request))
    wait = count_and_append(quotas.refused_counters(request.account.pk, address), views.JOURNAL)
    if wait:
        return _rate_limited(request, wait)
    if isinstance(error, SignInRequired):
        count("confirmations", result="sign_in_required")
        return _sign_in_required(request, error)
    if isinstance(error, HostAway):
        count("confirmations", result="unavailable")
        return _host_away(request, error)
    count("confirmations", result="refused")
    return _problem(request, "not_confirmed", error.detail)


def _sign_in_required(request: FrameRequest, error: SignInRequired) -> HttpResponse:
    """Say what is needed and how it is had; the frame shows its sign-in."""
    chosen = request.account.sign_in_method
    methods = ["mail", "note"] if chosen == SignInMethod.ANY else [chosen]
    return _problem(
        request, "sign_in_required", error.detail, reason=error.reason, methods=methods, account=request.account.pk
    )


def _host_away(request: FrameRequest, away: HostAway) -> HttpResponse:
    """Say that the host cannot be asked; an operator is told when it is for them to mend."""
    trace_id, error = new_trace_id(), away.error
    account_id = request.account.pk
    logger.warning("host not asked: account=%s trace=%s: %s", account_id, trace_id, type(error).__name__)
    if not error.temporary:
        raise_notice(request.account, "host-refuses", error.detail)
    return _problem(request, "unavailable", away.detail, trace_id=trace_id)
