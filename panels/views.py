"""What a frame asks for: all placements of its app, or one of them."""

import logging
from http import HTTPStatus

from django.http import HttpResponse
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from panels import answers, fragments, links, refresh, statistics
from panels.access import Entry
from panels.configuration import PlacementPlan
from panels.containment import RenderFailed
from panels.fragments import Section, build_sections
from panels.locales import request_locale
from panels.prefetch.tasks import enqueue_siblings
from panels.prefetch.viewers import note_viewer
from panels.requests import FrameRequest
from panels.selectors import find_connection
from panels.shell import render_sections
from panels.sights import SIGHT_UNKNOWN, SightUnknown
from panels.tasks import enqueue_refresh
from panels.waiting import wait_for_answer
from tenants.requests import reads_posted_context
from tenants.viewing.entries import JOURNAL, make_entry
from voxysapps.limits import count_and_append
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

# In these states the page tells something of the customer, if only that there is nothing.
SHOWS_DATA = frozenset({"ready", "stale", "empty"})
TOKEN_HEADER = "X-Voxys-Context"  # noqa: S105 - a header's name
# A viewer may force this many refreshes of one placement's data in so many seconds.
REFRESH_QUOTA = 6
REFRESH_QUOTA_SECONDS = 60


@csrf_exempt
@require_POST
@reads_posted_context
def show_context(request: FrameRequest, app_key: str) -> HttpResponse:
    """Answer a posted context with all placements and the token for follow-up requests."""
    response = _answer(request, request.plan.placements, request.entry)
    if response.status_code == HTTPStatus.OK:
        response[TOKEN_HEADER] = request.entry.token()
    return response


@require_GET
def show_placement(request: FrameRequest, app_key: str, placement_id: int) -> HttpResponse:
    """Answer with one placement, or with one of its panel's parts (`?part=`).

    With `?wait=1` the answer comes once there are data, or at the latest after a few seconds without.
    """
    placement = request.plan.placement(placement_id)
    if placement is None:
        return answers.gone(request)
    if part := request.GET.get("part"):
        return _show_part(request, placement, part)
    if "wait" in request.GET:
        wait_for_answer(request.context.account_id, placement.sources, request.context.identity.digest())
    return _answer(request, (placement,))


@csrf_exempt
@require_POST
def refresh_placement(request: FrameRequest, app_key: str, placement_id: int) -> HttpResponse:
    """Ask the placement's sources anew, and answer with what there is meanwhile."""
    placement = request.plan.placement(placement_id)
    if placement is None:
        return answers.gone(request)
    context = request.context
    if refusal := answers.count_request(request, ()):
        return refusal
    if not refresh.take_quota(context, placement.id, limit=REFRESH_QUOTA, seconds=REFRESH_QUOTA_SECONDS):
        response = answers.refuse(
            request, "rate_limited", gettext_noop("This was refreshed several times just now. Wait a minute.")
        )
        response["Retry-After"] = str(REFRESH_QUOTA_SECONDS)
        return response
    refresh.request_refresh(
        context.account_id, context.identity, placement.sources, enqueue=enqueue_refresh, force=True
    )
    return _answer(request, (placement,), is_counted=True)


@csrf_exempt
@require_POST
def link_customer(request: FrameRequest, app_key: str, placement_id: int) -> HttpResponse:
    """Take the agent's word for who the customer is in one system: the form has `connection` and `customer`.

    An empty `customer` undoes it. Answers as `show_placement` does.
    """
    placement = request.plan.placement(placement_id)
    if placement is None:
        return answers.gone(request)
    context = request.context
    if context.session_id is None:
        return answers.refuse(
            request, "not_confirmed", gettext_noop("Only agents who signed in may choose. Tell an operator.")
        )
    if refusal := answers.count_request(request, ()):
        return refusal
    sources = [source.connection_id for source in placement.sources]
    connection = find_connection(context.account_id, request.POST.get("connection", ""), sources)
    if connection is None:
        return answers.gone(request)
    try:
        if customer := request.POST.get("customer", ""):
            links.link_customer(context, connection, customer)
        else:
            links.unlink_customer(context, connection)
    except links.NotACandidate:
        return answers.refuse(
            request, "unknown_app", gettext_noop("This customer does not match any longer. Look again.")
        )
    return _answer(request, (placement,), is_counted=True)


def _answer(
    request: FrameRequest,
    placements: tuple[PlacementPlan, ...],
    entry: Entry | None = None,
    *,
    is_counted: bool = False,
) -> HttpResponse:
    """Return what the placements show now, having seen to it that whatever is old or missing is fetched.

    A request that `is_counted` already is not counted again.
    """
    context, locale = request.context, request_locale(request, request.account)
    keys, found = (entry.keys, entry.found) if entry else (None, None)
    permit = answers.host_permit(request)
    sections = build_sections(request.plan, placements, context, locale, keys, found, permit)
    due = list(dict.fromkeys(source for section in sections for source in section.due))
    if due and refresh.request_refresh(context.account_id, context.identity, due, enqueue=enqueue_refresh):
        # The request fetched by itself: show it.
        sections = build_sections(request.plan, placements, context, locale, permit=permit)
    if entry:
        _count_openings(context.account_id, sections)
        note_viewer(request.plan, context, locale)
        if due:
            enqueue_siblings(context.account_id, context.identity.digest(), context.identity_verified)
    shown = tuple(section.placement.slug for section in sections if section.state in SHOWS_DATA)
    if is_counted:
        _record(request, shown)
    elif refusal := answers.count_request(request, shown, entry):
        return refusal
    html = render_sections(sections, locale)
    return HttpResponse(html, headers={"Cache-Control": "no-store", "Content-Length": str(len(html))})


def _count_openings(account_id: int, sections: list[Section]) -> None:
    missed = {source: section.state == "loading" for section in sections for source in section.placement.sources}
    for source, is_missed in missed.items():
        statistics.count_opening(account_id, source.system, missed=is_missed)


def _record(request: FrameRequest, shown: tuple[str, ...]) -> None:
    """Record which panels a request shows that was counted before."""
    if shown:
        count_and_append((), JOURNAL, make_entry(request.context, shown))


def _show_part(request: FrameRequest, placement: PlacementPlan, part: str) -> HttpResponse:
    locale = request_locale(request, request.account)
    if refusal := answers.count_request(request, (placement.slug,)):
        return refusal
    try:
        html = fragments.render_part(
            *(request.plan, placement, request.context, locale, part, request.GET.dict()), answers.host_permit(request)
        )
    except LookupError as error:
        # The panel's way to say so; or a mistake of its author, who finds it in the log.
        logger.info("part not there: panel=%s: %s", placement.slug, place_of(error))
        return answers.refuse(request, "unknown_app", gettext_noop("This is no longer there. Refresh the panel."))
    except RenderFailed as error:
        return answers.refuse(request, "unavailable", error.failure.message, trace_id=error.failure.trace_id)
    except SightUnknown:
        return answers.refuse(request, "unavailable", SIGHT_UNKNOWN)
    return HttpResponse(html, headers={"Cache-Control": "no-store"})
