"""Reads of what agents have asked to be done, always of one account."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from panels.actions.base import Action
from panels.models import ActionRun
from tenants.trust.records import ADMINISTRATOR

# A worker that has not begun by then will not: the task is dropped from the queue.
EXPIRES = dt.timedelta(seconds=60)
# What a killed worker had begun is not known to be done; above what Celery lets a task take.
LONGEST = dt.timedelta(seconds=75)


def find_action(kinds: Iterable[type[Action]], name: str) -> Action | None:
    """Return the action of this name among a panel's, or None."""
    return next((kind() for kind in kinds if kind.name == name), None)


def may_run(action: Action, role: str | None) -> bool:
    """Return whether an agent of this role, as the host has it, may do it."""
    return action.role == "agent" or role == ADMINISTRATOR


def find_run(account_id: int, placement_id: int, agent_id: int, key: str) -> ActionRun | None:
    """Return what the agent has asked for under this key, or None (1 query)."""
    runs = ActionRun.objects.for_account(account_id)
    return runs.filter(placement_id=placement_id, agent_id=agent_id, key=key).first()


def is_lost(run: ActionRun) -> bool:
    """Return whether nobody will tell any longer what became of it."""
    now = timezone.now()
    if run.state == ActionRun.State.WAITING:
        return now - run.created_at > EXPIRES
    return run.state == ActionRun.State.RUNNING and run.begun_at is not None and now - run.begun_at > LONGEST
