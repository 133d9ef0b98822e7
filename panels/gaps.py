"""What another system's answer lacks: an error where nothing is left to show, a caveat where the rest is shown.

Fields vanish: they are renamed, hidden by a plugin, or no longer ours to read. Whoever reads the panel must not
take that for "there is nothing". Public through `panels.api`.
"""

from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

from django.utils.translation import gettext_noop

from panels.capabilities.records import Caveat
from panels.errors import OperatorError

_LACKS = gettext_noop("What %(system)s sends lacks “%(field)s”. Tell an admin.")
_UNTOLD = {
    "email": gettext_noop(
        "%(system)s does not tell e-mail addresses, so nobody can be recognised by theirs. "
        "A permission may be missing. Tell an admin."
    ),
    "phone": gettext_noop(
        "%(system)s does not tell phone numbers, so nobody can be recognised by theirs. "
        "A permission may be missing. Tell an admin."
    ),
}
_PARTLY = gettext_noop("Some of what belongs here lacks what it takes to be shown. Tell an admin.")

Given = TypeVar("Given")
Made = TypeVar("Made")


def lacks(system: str, field: str) -> OperatorError:
    """Return what it means that an answer has not what nothing can be shown without. `field` is the system's name."""
    return OperatorError(_LACKS, values={"system": system, "field": field})


def untold(system: str, by: Literal["email", "phone"]) -> OperatorError:
    """Return what it means that a search found records that do not say whose they are.

    They may be the customer's or not: neither "nobody" nor they themselves may be shown.
    """
    return OperatorError(_UNTOLD[by], values={"system": system})


class Gaps:
    """What one call of a connector could not read. `system` is the connection's name."""

    def __init__(self, system: str) -> None:
        self._system = system
        self._is_partly = False

    def note(self) -> None:
        """Remember that something is left out, or may not be as it is shown."""
        self._is_partly = True

    def shown(
        self, rows: Iterable[Given], make: Callable[[Given], Made | None], *, lacking: Callable[[Given], str]
    ) -> tuple[Made, ...]:
        """Return what `make` makes of the rows; None is one that cannot be shown, and is noted.

        `lacking` names the field that a row lacks. Raises `OperatorError` where not one row can be shown.
        """
        made: list[Made] = []
        lost: str | None = None
        for row in rows:
            one = make(row)
            if one is not None:
                made.append(one)
            elif lost is None:
                lost = lacking(row)
        if lost is not None:
            if not made:
                raise lacks(self._system, lost)
            self.note()
        return tuple(made)

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """What an agent has to know of the answer."""
        return (Caveat(text=_PARTLY),) if self._is_partly else ()
