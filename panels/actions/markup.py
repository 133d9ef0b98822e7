"""The form of an action in its panel, and what the page is answered when it is posted."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.forms import Form
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from panels.actions.base import Action
from panels.actions.selectors import find_action, may_run
from panels.base import PanelContext
from panels.configuration import PlacementPlan
from panels.models import ActionRun

State = ActionRun.State
_TONES = {State.DONE: "good", State.FAILED: "act", State.UNKNOWN: "look"}


def action_button(ctx: PanelContext, name: str, initial: Mapping[str, Any]) -> str:
    """Return the button of the panel's action, with its form behind it where there is something to enter.

    Nothing where the viewer may not do it. Raises LookupError for what the panel or the form does not have.
    """
    action = find_action(ctx.actions, name)
    if action is None:
        raise LookupError(f"The panel has no action “{name}”.")
    if not ctx.can_act or not may_run(action, ctx.role):
        return ""
    form = action.Form(initial=dict(initial), auto_id=f"vx-{ctx.placement_id}-{_slug(action, initial)}-%s")
    if unknown := set(initial) - set(form.fields):
        raise LookupError(f"The form of “{name}” has no field “{min(unknown)}”.")
    return _render("action", action, form=form, id=f"vx-{ctx.placement_id}-{_slug(action, initial)}")


def invalid(form: Form, placement: PlacementPlan, action: Action) -> str:
    """Return the form's fields with what is wrong."""
    form.auto_id = f"vx-{placement.id}-{action.name}-again-%s"
    return format_html('<div data-outcome="invalid">{}</div>', _render("fields", action, form=form))


def confirm(question: str, consent: str, action: Action) -> str:
    """Return the question, with what the yes to it says."""
    return format_html(
        '<div data-outcome="confirm" data-consent="{}">{}</div>',
        consent,
        _render("question", action, question=question),
    )


def waiting() -> str:
    """Return that it is not known yet."""
    return _outcome("waiting", tone="neutral", message=_("Still at work …"))


def ended(run: ActionRun) -> str:
    """Return how the run ended, in the active language where the plugin said nothing."""
    message = run.message
    if run.state == State.UNKNOWN:
        doubt = _("It is not known whether this was done. Look there before you do it again.")
        message = f"{message} {doubt}".strip()
    elif not message:
        message = _("Nothing was done.") if run.state == State.FAILED else _("Done.")
    trace = "" if run.state == State.DONE else run.trace_id
    # What is not known may be tried again where that does it once: its input is kept for that.
    is_open = run.state == State.UNKNOWN and bool(run.input)
    return _outcome(run.state, tone=_TONES[State(run.state)], message=message, trace=trace, is_open=is_open)


def _outcome(kind: str, *, is_open: bool = False, **told: str) -> SafeString:
    again = format_html(' data-again="{}"', "") if is_open else ""
    return format_html('<div data-outcome="{}"{}>{}</div>', kind, again, _render("outcome", None, **told))


def _render(name: str, action: Action | None, **context: Any) -> SafeString:
    return render_to_string(f"panels/actions/{name}.html", {"action": action, **context})


def _slug(action: Action, initial: Mapping[str, Any]) -> str:
    """Return a part of an id that is another one for another row, and the same one in every process."""
    if not initial:
        return action.name
    values = repr(sorted((name, str(value)) for name, value in initial.items()))
    return f"{action.name}-{hashlib.blake2b(values.encode(), digest_size=6).hexdigest()}"
