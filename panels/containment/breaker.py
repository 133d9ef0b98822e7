"""Panels that failed to render again and again: not tried for a while, so that they cost nobody's time.

Kept in the process, since it guards the process's own time. A failure for one customer's data cuts off those data only;
several different ones, one after the other, cut off the placement.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from time import monotonic

OPEN_SECONDS = 30.0
MAX_OPEN_SECONDS = 600.0
# The pause is the longest by then; 2 to the power of a week's failures is no number any more.
_MOST_DOUBLINGS = 10
# One try at a time finds out whether it works again; a try that says nothing for so long is not waited for.
PROBE_SECONDS = 5.0
MAX_KEPT = 5_000


@dataclass(slots=True)
class _State:
    failures: int = 0
    opened: int = 0
    open_until: float = 0.0
    is_tried: bool = False
    trace_id: str = ""


class Breaker:
    """Counts failures one after the other, by what failed. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._states: OrderedDict[Hashable, _State] = OrderedDict()
        self._lock = threading.Lock()

    def cut_off(self, key: Hashable) -> str | None:
        """Return the last failure's trace id where the thing is not to be tried now, else None."""
        if not self._states:
            return None
        with self._lock:
            state, now = self._states.get(key), monotonic()
            if state is None or not state.opened:
                return None
            if now < state.open_until:
                return state.trace_id
            state.open_until = now + PROBE_SECONDS
            state.is_tried = True
            return None

    def failed(self, key: Hashable, trace_id: str, *, weight: int, limit: int) -> bool:
        """Note a failure; return whether it cuts off from now on. It does once the weights add up to the limit.

        What was begun before a failure cut it off, and fails after, tells nothing new: the pause stays as it is.
        """
        with self._lock:
            state = self._states.setdefault(key, _State())
            self._states.move_to_end(key)
            if monotonic() < state.open_until and not state.is_tried:
                return False
            state.failures += weight
            state.trace_id = trace_id
            opens = state.failures >= limit
            if opens:
                pause = OPEN_SECONDS * 2 ** min(state.opened, _MOST_DOUBLINGS)
                state.open_until = monotonic() + min(pause, MAX_OPEN_SECONDS)
                state.opened += 1
                state.is_tried = False
            while len(self._states) > MAX_KEPT:
                self._states.popitem(last=False)
            return opens

    def succeeded(self, key: Hashable) -> None:
        """Note that it works."""
        if self._states:
            with self._lock:
                self._states.pop(key, None)

    def reset(self) -> None:
        """Forget it all; for tests."""
        with self._lock:
            self._states.clear()
