"""Doing what an agent asked for, in a worker."""

import logging
import time

from django.db import DatabaseError, transaction
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from panels import refresh, registry, selectors
from panels.actions import services
from panels.actions.base import Action, ActionContext, Done
from panels.actions.selectors import find_action, may_run
from panels.configuration import read_placement_sources
from panels.containment import call_plugin
from panels.errors import PanelUnavailable, TemporaryError
from panels.guard import Busy
from panels.models import ActionRun
from panels.offers import read_offers
from panels.settings_forms import read_settings
from tenants import audit
from voxysapps.observing import asking
from voxysapps.outgoing import budget
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

State = ActionRun.State


class _NotPossible(Exception):
    """Since it was asked for, something has changed: nothing was done."""


def carry_out(run_id: int) -> None:
    """Do the run, unless somebody does or has, and write down what became of it.

    Raises nothing for what the plugin does or the outside says.
    """
    run = services.claim(run_id)
    if run is None:
        return
    with translation.override(run.locale):
        try:
            action, ctx = _prepare(run)
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 - a plugin's form may raise anything, too
            _note(run, error)
            _end(run, State.FAILED, _("This can no longer be done here. Nothing was done."))
            return
        done = _run(run, action, ctx)
    if done is not None and done.refresh:
        _ask_anew(run, ctx)


def _prepare(run: ActionRun) -> tuple[Action, ActionContext]:
    placement = selectors.get_placement(run.account_id, run.placement_id)
    panel = registry.panels().plugins.get(placement.panel) if placement else None
    action = find_action(panel.actions, run.action) if panel else None
    if placement is None or panel is None or action is None or not may_run(action, run.role):
        raise _NotPossible
    if not read_offers(run.account_id).has_panel(placement.panel):
        raise _NotPossible
    entered = services.read_input(run)
    form = action.Form(MultiValueDict(entered.posted))
    if not form.is_valid():
        raise _NotPossible
    return action, ActionContext(
        identity=entered.identity,
        settings=read_settings(placement, panel.SettingsForm).newest,
        params=form.cleaned_data,
        agent_id=run.agent_id,
        role=run.role or None,
        conversation_id=run.conversation_id,
        key=run.key,
        trace_id=run.trace_id,
    )


def _run(run: ActionRun, action: Action, ctx: ActionContext) -> Done | None:
    """Let the plugin do it; return what it says where it says that it was done."""
    try:
        # Known by its placement, as what the panel fetches is.
        seen = asking(run.account_id, f"p{run.placement_id}.{action.name}", ctx.identity.digest(), run.trace_id)
        with budget(action.timeout, trace_id=run.trace_id), seen:
            done, message, note = call_plugin(
                action,
                lambda: _told(action.run(ctx)),
                account_id=run.account_id,
                seconds=action.timeout,
                name=str(action.title),
            )
    except Busy:
        _end(run, State.FAILED, _("Too much of this is being done at the moment. Nothing was done. Try again."))
    except TemporaryError as error:
        _end(run, State.UNKNOWN, error.sentence, keep_input=action.is_repeatable)
    except PanelUnavailable as error:
        _end(run, State.FAILED, error.sentence)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its text may quote a customer
        _note(run, error)
        _end(run, State.UNKNOWN, "", keep_input=action.is_repeatable)
    else:
        _end(run, State.DONE, message, note=note)
        return done
    return None


def _told(done: Done) -> tuple[Done, str, str]:
    """Return what the plugin says, as texts: making them calls its code, too."""
    return done, str(done.message), str(done.note)


def _end(run: ActionRun, state: ActionRun.State, message: str, *, note: str = "", keep_input: bool = False) -> None:
    with transaction.atomic(), audit.acting(None, "frame", name=f"agent {run.agent_id}"):
        services.end(run, state, message, keep_input=keep_input)
        told = {"action": run.action, "outcome": run.state, "contact": run.contact_id, "reference": run.trace_id}
        audit.record("act", run.placement, after={**told, **({"note": note} if note else {})})


def _note(run: ActionRun, error: Exception) -> None:
    place = place_of(error)
    logger.error("action %s failed: account=%s trace=%s: %s", run.action, run.account_id, run.trace_id, place)


def _ask_anew(run: ActionRun, ctx: ActionContext) -> None:
    """Fetch what the action may have changed, for everybody who looks."""
    asked_at = time.time()
    for source in read_placement_sources(run.account_id, run.placement_id):
        try:
            refresh.refresh_source(run.account_id, source, ctx.identity, trace_id=run.trace_id, wanted_at=asked_at)
        except Busy:
            continue  # it is old by then, and fetched when somebody looks
