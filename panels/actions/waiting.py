"""Holding the request until a worker has done what the agent asked for, as `panels.waiting` does for data."""

import time

from panels.models import ActionRun
from panels.waiting import place

MAX_SECONDS = 3.0
_PAUSES = (0.02, 0.03, 0.05, 0.1, 0.15, 0.25)
_OPEN = frozenset({ActionRun.State.WAITING, ActionRun.State.RUNNING})


def wait_for_end(run: ActionRun) -> None:
    """Return once the run has ended, or it has taken too long; `run` is as it is then."""
    with place() as is_ours:
        give_up, tries = time.monotonic() + MAX_SECONDS, 0
        run.refresh_from_db()
        while is_ours and run.state in _OPEN and time.monotonic() < give_up:
            time.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
            tries += 1
            run.refresh_from_db()
