"""What one placement shows now: its body, its state and its age, from which the shell is made for each request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from django.utils.translation import gettext_noop

from panels.configuration import PlacementPlan
from panels.fragments.keys import is_restricted
from panels.fragments.rendering import Fragment
from panels.snapshots import Failure, Head, Source

State = Literal["ready", "stale", "loading", "empty", "error"]


@dataclass(slots=True)
class Section:
    """What one placement shows: the shell is made from it for each request."""

    placement: PlacementPlan
    state: State
    body: bytes = b""
    fetched_at: float | None = None
    failures: tuple[Failure, ...] = ()
    # How many of the placement's sources answered, for "2 of 3 stores answered".
    answered: int = 0
    # The sources to be asked behind this answer.
    due: list[Source] = field(default_factory=list)
    # Seconds after which to look again; None when nothing will have changed by itself.
    retry_in: float | None = None
    # Whether it rests on what a website visitor typed.
    is_unverified: bool = False


class Moment(NamedTuple):
    """When a request is answered, and when the host last said that something went on with the customer."""

    now: float
    changed_at: float


def make_section(
    placement: PlacementPlan,
    made: Fragment | Failure | None,
    heads: Mapping[Source, Head | None],
    moment: Moment,
    is_unverified: bool,
) -> Section:
    now = moment.now
    if placement.panel is None or not placement.sources:
        return Section(placement, "error", failures=(placement.problem or _not_set_up(placement),))
    known = [head for source in placement.sources if (head := heads[source])]
    due = [source for source in placement.sources if _is_due(source, heads[source], moment)]
    section = Section(placement, "error", due=due, retry_in=_retry_in(due, known, now), is_unverified=is_unverified)
    section.failures = tuple(head.failure for head in known if head.failure)
    fetched = [head.fetched_at for head in known if head.fetched_at]
    section.fetched_at = min(fetched, default=None)
    section.answered = len(fetched)
    if isinstance(made, Failure):
        section.failures = (made,)
    elif made is not None and fetched:
        section.body = made.html
        section.is_unverified = not made.is_vouched
        section.state = "stale" if due or section.failures else "empty" if made.is_empty else "ready"
    elif len(known) < len(placement.sources) or not section.failures:
        section.state = "loading"
    return section


def _is_due(source: Source, head: Head | None, moment: Moment) -> bool:
    return head is None or head.is_due(moment.now, moment.changed_at if source.connector else 0.0)


def _retry_in(due: Sequence[Source], known: Iterable[Head], now: float) -> float | None:
    """Return when to look again: at once for what is fetched now, and when a passing failure may be over."""
    if due:
        return 0.0
    waits = [head.due_at - now for head in known if head.failure and not head.failure.permanent]
    return min(waits, default=None)


def _not_set_up(placement: PlacementPlan) -> Failure:
    if placement.panel is None:
        message = gettext_noop("This panel is not installed. Tell an operator.")
    elif is_restricted(placement):
        message = gettext_noop("This is shown only where Voxys confirms who looks. Tell an operator.")
    else:
        message = gettext_noop("No connection can fill this panel yet. Tell an operator.")
    return Failure(message, True, "", 0.0)
