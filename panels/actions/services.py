"""What an agent asks to be done is written down before it is done: once for every press of a button."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from msgspec import Struct

from panels.actions import selectors
from panels.actions.base import Action
from panels.configuration import PlacementPlan
from panels.models import ActionRun
from tenants.trust.confirmation import ConfirmedContext
from tenants.trust.identity import Identity
from voxysapps.problems import new_trace_id
from voxysapps.sealing import Place, seal, unseal

State = ActionRun.State
# So long the same key is the same press.
KEPT = dt.timedelta(days=7)


class Enqueue(Protocol):
    """Puts one run into the queue; `panels.actions.tasks` has it. Raises OperationalError without a broker."""

    def __call__(self, run_id: int) -> None: ...


class NobodyAtWork(Exception):
    """There is no worker to be asked: nothing was done."""


class Input(Struct, frozen=True):
    """Who the customer is, and the form as it was posted."""

    identity: Identity
    posted: dict[str, list[str]]


def begin(
    placement: PlacementPlan,
    action: Action,
    context: ConfirmedContext,
    posted: Mapping[str, Sequence[str]],
    *,
    agent_id: int,
    key: str,
    locale: str,
    enqueue: Enqueue,
) -> ActionRun:
    """Write down what is to be done and let a worker do it; asked again under the same key, return the same run.

    Raises `NobodyAtWork`, and then nothing is left to be done.
    """
    entered = Input(context.identity, {name: list(values) for name, values in posted.items()})
    try:
        with transaction.atomic():
            run = ActionRun.objects.create(
                account_id=context.account_id,
                placement_id=placement.id,
                action=action.name,
                key=key,
                agent_id=agent_id,
                role=context.role or "",
                conversation_id=context.conversation_id,
                contact_id=context.identity.contact_id,
                locale=locale,
                trace_id=new_trace_id(),
            )
            run.input = seal(msgspec.json.encode(entered).decode(), _place(run))
            run.save(update_fields=["input"])
    except IntegrityError:  # the same press, at the same moment
        runs = ActionRun.objects.for_account(context.account_id)
        return runs.get(placement_id=placement.id, agent_id=agent_id, key=key)
    try:
        enqueue(run.pk)
    except (OperationalError, OSError):
        # A worker that has got it all the same finds nothing to do.
        ActionRun.objects.filter(pk=run.pk, state=State.WAITING).delete()
        raise NobodyAtWork from None
    return run


def repeat(run: ActionRun, *, enqueue: Enqueue) -> None:
    """Do once more, under the same key, what is not known to be done. Raises `NobodyAtWork`."""
    unknown = ActionRun.objects.filter(pk=run.pk, state=State.UNKNOWN).exclude(input="")
    if unknown.update(state=State.WAITING, begun_at=None, ended_at=None, created_at=timezone.now()):
        try:
            enqueue(run.pk)
        except (OperationalError, OSError):
            ActionRun.objects.filter(pk=run.pk, state=State.WAITING).update(state=State.UNKNOWN)
            raise NobodyAtWork from None
    run.refresh_from_db()


def claim(run_id: int) -> ActionRun | None:
    """Return the run, to be done by the caller alone; None where it is done, gone or somebody else's."""
    now = timezone.now()
    if not ActionRun.objects.filter(pk=run_id, state=State.WAITING).update(state=State.RUNNING, begun_at=now):
        return None
    return ActionRun.objects.select_related("placement").filter(pk=run_id).first()


def read_input(run: ActionRun) -> Input:
    """Return who the customer is and what was entered. Raises `SealBroken`."""
    return msgspec.json.decode(unseal(run.input, _place(run)), type=Input)


def end(run: ActionRun, state: State, message: str, *, keep_input: bool = False) -> None:
    """Write down what became of the run; what was entered is dropped, unless it may be done again."""
    run.state, run.message, run.ended_at = state, message, timezone.now()
    if not keep_input:
        run.input = ""
    run.save(update_fields=["state", "message", "ended_at", "input"])


def give_up_lost(run: ActionRun) -> None:
    """Let a run of which nobody will tell any more count as what it is: not begun, or not known."""
    if not selectors.is_lost(run):
        return
    state = State.FAILED if run.state == State.WAITING else State.UNKNOWN
    lost = ActionRun.objects.filter(pk=run.pk, state=run.state, begun_at=run.begun_at)
    lost.update(state=state, ended_at=timezone.now())
    run.refresh_from_db()


def forget_contact(account_id: int, contact_id: int) -> None:
    """Delete what was asked for about a contact whom the host has deleted. The audit keeps that it was."""
    ActionRun.objects.for_account(account_id).filter(contact_id=contact_id).delete()


def purge() -> None:
    """Delete what was asked for long ago. The audit keeps that it was."""
    ActionRun.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def _place(run: ActionRun) -> Place:
    return Place(run.account_id, "panels_actionrun", run.pk, "input")
