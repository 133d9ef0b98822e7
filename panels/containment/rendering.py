"""Rendering within limits: on time, of a size, asking nobody, and cut off for a while where it keeps failing."""

import logging
import time
from collections.abc import Callable, Hashable

from django.conf import settings
from django.utils.translation import gettext_noop

from panels.base import Panel
from panels.containment import threads
from panels.containment.breaker import Breaker
from panels.containment.origin import is_ours
from panels.containment.wall import wall
from panels.snapshots import Failure
from voxysapps.problems import explained, new_trace_id, place_of

logger = logging.getLogger(__name__)

# Whether there is nothing to show, and the HTML.
Made = tuple[bool, str]

RENDER_SECONDS = 2.0
MAX_HTML_BYTES = 512 * 1024
# What was given up counts twice: it cost somebody that time.
_CHEAP, _COSTLY = 1, 2
_LIMIT_OF_DATA, _LIMIT_OF_PLACE = 2, 6

breaker = Breaker()


class TooLarge(Exception):
    """The panel wrote more than a fragment may be."""


class RenderFailed(Exception):
    """The panel could not be rendered; it is in the log. `failure` is what the agent is shown."""

    def __init__(self, trace_id: str, why: str = "") -> None:
        super().__init__(trace_id)
        message = why or gettext_noop("This panel could not be shown.")
        self.failure = Failure(message, True, trace_id, time.time())


def render_contained(panel: Panel, work: Callable[[], Made], *, account_id: int, place: Hashable, of: Hashable) -> Made:
    """Return what `work`, which calls the panel's code, makes of it. Raises `RenderFailed`.

    `place` names the placement with its settings, and `of` what is rendered in it: the same would end the same way.
    """
    return _contained(panel, work, account_id, place, of, passed=())


def render_part_contained(
    panel: Panel, work: Callable[[], str], *, account_id: int, place: Hashable, of: Hashable
) -> str:
    """Return the HTML that `work` makes of one of the panel's parts. Raises `RenderFailed`, and its `LookupError`."""
    _is_empty, html = _contained(panel, lambda: (False, work()), account_id, place, of, passed=(LookupError,))
    return html


def _contained(
    panel: Panel,
    work: Callable[[], Made],
    account_id: int,
    place: Hashable,
    of: Hashable,
    passed: tuple[type[Exception], ...],
) -> Made:
    # Its settings may be what makes the panel fail: another place goes on, and other settings are tried at once.
    whole = (account_id, panel.slug, place)
    one = (*whole, of)
    # What is cut off itself finds out nothing about the panel: another's data do, where it is time to try.
    for key in (one, whole):
        if trace_id := breaker.cut_off(key):
            raise RenderFailed(trace_id)
    try:
        made = _within_limits(panel, work)
    except passed:
        raise
    except Exception as error:
        trace_id = new_trace_id()
        what = str(error) if isinstance(error, (threads.NotDone, TooLarge)) else place_of(error)
        # Without the exception's own text, which may quote the customer.
        logger.error("panel %s failed to render: account=%s trace=%s: %s", panel.slug, account_id, trace_id, what)  # noqa: TRY400
        if settings.DEVELOPMENT:
            raise RenderFailed(trace_id, explained(error)) from error  # its author tries again at once
        weight = _COSTLY if isinstance(error, threads.NotDone) else _CHEAP
        breaker.failed(one, trace_id, weight=weight, limit=_LIMIT_OF_DATA)
        if breaker.failed(whole, trace_id, weight=weight, limit=_LIMIT_OF_PLACE):
            logger.warning("panel %s is not rendered for a while: account=%s place=%s", panel.slug, account_id, place)
        raise RenderFailed(trace_id) from error
    breaker.succeeded(whole)
    breaker.succeeded(one)
    return made


def _within_limits(panel: Panel, work: Callable[[], Made]) -> Made:
    def walled() -> Made:
        with wall(watches_sockets=not is_ours(panel)):
            return work()

    made = walled() if is_ours(panel) else threads.run(panel.slug, walled, seconds=RENDER_SECONDS)
    size = len(made[1].encode())
    if size > MAX_HTML_BYTES:
        raise TooLarge(f"it wrote {size:,} bytes of HTML; at most {MAX_HTML_BYTES:,} are shown")
    return made
