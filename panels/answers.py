"""What views of a frame answer besides data: that there is nothing, that it may not be, that it is too often."""

from collections.abc import Callable

from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from panels.access import Entry, make_tally
from panels.locales import request_locale
from panels.requests import FrameRequest
from tenants.trust import quotas
from voxysapps.client_address import client_address, counted_address
from voxysapps.problems import problem


def count_request(request: FrameRequest, shown: tuple[str, ...], entry: Entry | None = None) -> HttpResponse | None:
    """Count the request and record which panels it shows, in one trip; return the refusal of one too many."""
    address = counted_address(client_address(request))
    tally = entry.tally(address, shown) if entry else make_tally(request.context, address, shown)
    wait = tally.count()
    return _rate_limited(request, wait) if wait else None


def host_permit(request: FrameRequest) -> Callable[[], None]:
    """Return what counts a question to the account's host that this request causes; it raises `quotas.TooMany`."""
    account_id = request.context.account_id
    return lambda: quotas.permit_host_question(account_id, counted_address(client_address(request)))


def gone(request: FrameRequest) -> HttpResponse:
    """Say that the panel, or what was asked of it, is not there."""
    return refuse(
        request,
        "unknown_app",
        gettext_noop("This panel is not in the dashboard app any longer. Open the tab again."),
    )


def refuse(request: FrameRequest, code: str, detail: str, *, trace_id: str | None = None) -> HttpResponse:
    """Return the problem with its sentence in the agent's language."""
    with translation.override(request_locale(request, request.account)):
        return problem(code, gettext(detail), trace_id=trace_id)


def _rate_limited(request: FrameRequest, wait: int) -> HttpResponse:
    response = refuse(request, "rate_limited", gettext_noop("This was asked for too often. Wait a minute."))
    response["Retry-After"] = str(wait)
    return response
