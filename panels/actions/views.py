"""What a page asks for when an agent presses an action's button.

The same form is posted as often as it takes: first to be checked, then with the agent's yes, then until it is known
what became of it. Its key makes it one press all the while.
"""

import logging
import re

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from panels import answers, fragments
from panels.actions import markup, services
from panels.actions.base import Action
from panels.actions.consent import consent_to
from panels.actions.selectors import find_action, find_run, may_run
from panels.actions.tasks import enqueue_action
from panels.actions.waiting import wait_for_end
from panels.base import PanelContext
from panels.configuration import PlacementPlan
from panels.containment import call_plugin
from panels.locales import request_locale
from panels.models import ActionRun
from panels.requests import FrameRequest
from panels.shell import render_sections
from panels.sights import SightUnknown
from voxysapps.problems import new_trace_id, place_of

logger = logging.getLogger(__name__)

KEY_HEADER, CONSENT_HEADER = "Idempotency-Key", "X-Voxys-Consent"
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
State = ActionRun.State
# What the plugin's form and question may take: the agent waits, and a thread of the web process.
CHECK_SECONDS = 2.0


def _why_not(error: Exception) -> str:
    """Return why nothing was done."""
    if isinstance(error, services.NobodyAtWork):
        return gettext_noop("Nobody is there to do this at the moment. Nothing was done.")
    if isinstance(error, SightUnknown):
        return gettext_noop("Voxys does not answer. Nothing was done.")
    return gettext_noop("The data are gone. Refresh the panel. Nothing was done.")


@csrf_exempt
@require_POST
def act(request: FrameRequest, app_key: str, placement_id: int, name: str) -> HttpResponse:
    """Do what the agent asks for, or say what is needed first: HTML with `data-outcome`.

    `invalid`: the form with what is wrong. `confirm`: a question, whose `data-consent` has to come back in the
    header `X-Voxys-Consent`. `waiting`: not known yet, ask again. `done`, `failed` (nothing was done) and
    `unknown`: how it ended. The header `Idempotency-Key` names the press of the button.
    """
    placement = request.plan.placement(placement_id)
    action = find_action(placement.panel.actions, name) if placement and placement.panel else None
    if placement is None or action is None:
        return answers.gone(request)
    refusal = _refusal(request, action) or answers.count_request(request, (placement.slug,))
    if refusal is not None:
        return refusal
    with translation.override(request_locale(request, request.account)):
        try:
            return _act(request, placement, action)
        except (services.NobodyAtWork, LookupError, SightUnknown) as error:
            return _nothing_done(request, _why_not(error))


def _refusal(request: FrameRequest, action: Action) -> HttpResponse | None:
    context = request.context
    if context.session_id is None or context.agent_id is None:
        detail = gettext_noop("Only agents who signed in may do this. Tell an operator.")
    elif not may_run(action, context.role):
        detail = gettext_noop("Only administrators of the account in Voxys may do this.")
    elif not _KEY.fullmatch(request.headers.get(KEY_HEADER, "")):
        return answers.refuse(request, "wrong_type", gettext_noop("The button's key is missing. Open the tab again."))
    else:
        return None
    return answers.refuse(request, "not_confirmed", detail)


def _act(request: FrameRequest, placement: PlacementPlan, action: Action) -> HttpResponse:
    context, key = request.context, request.headers[KEY_HEADER]
    agent_id = context.agent_id or 0
    run = find_run(context.account_id, placement.id, agent_id, key)
    if run is not None:
        if run.action != action.name:
            raise LookupError(action.name)
        services.give_up_lost(run)
        if run.state == State.UNKNOWN and action.is_repeatable:
            services.repeat(run, enqueue=enqueue_action)
        return _answer(request, placement, run)
    ctx = _panel_context(request, placement)
    try:
        form, question = call_plugin(
            action,
            lambda: _checked(action, ctx, request.POST),
            account_id=context.account_id,
            seconds=CHECK_SECONDS,
            name=str(action.title),
        )
        if question is None:
            return _show(markup.invalid(form, placement, action))
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its text may quote the customer
        trace_id, place = new_trace_id(), place_of(error)
        logger.error("action %s: account=%s trace=%s: %s", action.name, context.account_id, trace_id, place)  # noqa: TRY400
        return _nothing_done(request, gettext_noop("This could not be prepared. Nothing was done."), trace_id)
    if question:
        consent = consent_to(question, context, placement, action, key, request.POST)
        if request.headers.get(CONSENT_HEADER) != consent:
            return _show(markup.confirm(question, consent, action))
    posted = {name: request.POST.getlist(name) for name in request.POST}
    locale = translation.get_language() or "en"
    run = services.begin(
        placement, action, context, posted, agent_id=agent_id, key=key, locale=locale, enqueue=enqueue_action
    )
    return _answer(request, placement, run)


def _panel_context(request: FrameRequest, placement: PlacementPlan) -> PanelContext:
    locale, permit = translation.get_language() or "en", answers.host_permit(request)
    return fragments.read_panel_context(request.plan, placement, request.context, locale, permit)


def _checked(action: Action, ctx: PanelContext, posted: QueryDict) -> tuple[Form, str | None]:
    """Return the form and the question, "" for none; None where the form says what is wrong. The plugin's code."""
    form = action.Form(posted)
    if not form.is_valid():
        return form, None
    try:
        return form, str(action.question(ctx, form.cleaned_data))
    except ValidationError as error:
        form.add_error(None, error)
        return form, None


def _answer(request: FrameRequest, placement: PlacementPlan, run: ActionRun) -> HttpResponse:
    wait_for_end(run)
    services.give_up_lost(run)
    if run.state in {State.WAITING, State.RUNNING}:
        return _show(markup.waiting())
    return _show(markup.ended(run) + (_section(request, placement) if run.state == State.DONE else ""))


def _section(request: FrameRequest, placement: PlacementPlan) -> str:
    locale = request_locale(request, request.account)
    permit = answers.host_permit(request)
    sections = fragments.build_sections(request.plan, (placement,), request.context, locale, permit=permit)
    return render_sections(sections, locale).decode()


def _show(html: str) -> HttpResponse:
    return HttpResponse(html, headers={"Cache-Control": "no-store"})


def _nothing_done(request: FrameRequest, detail: str, trace_id: str | None = None) -> HttpResponse:
    return answers.refuse(request, "unavailable", gettext(detail), trace_id=trace_id)
