"""What another system's answer lacks: an error where nothing is left to show, a caveat where the rest is shown.

Fields vanish: they are renamed, hidden by a plugin, or no longer ours to read. Whoever reads the panel must not
take that for "there is nothing". Public through `panels.api`.
"""

from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

from django.utils.translation import gettext_noop
from msgspec import structs

from panels.capabilities.records import Answer, Caveat
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
AnyAnswer = TypeVar("AnyAnswer", bound=Answer)


def lacks(system: str, field: str) -> OperatorError:
    """Return what it means that an answer lacks what nothing can be shown without, called `field` by the system."""
    return OperatorError(_LACKS, values={"system": system, "field": field})


def untold(system: str, by: Literal["email", "phone"]) -> OperatorError:
    """Return what it means that what a search found does not say whose it is.

    It may be the customer's or not: neither it nor "nobody" may be shown.
    """
    return OperatorError(_UNTOLD[by], values={"system": system})


class Gaps:
    """What one call of a connector could not read. `system` is the connection's name."""

    def __init__(self, system: str) -> None:
        self.system = system
        self._is_partly = False
        self._lost: str | None = None

    def note(self) -> None:
        """Remember that something is left out, or may not be as it is shown."""
        self._is_partly = True

    def kept(
        self, rows: Iterable[Given], make: Callable[[Given], Made | None], *, lacking: Callable[[Given], str]
    ) -> tuple[Made, ...]:
        """Return what `make` makes of the rows; None is one that cannot be shown, and is noted.

        `lacking` names the field that a row lacks.
        """
        made: list[Made] = []
        for row in rows:
            one = make(row)
            if one is None:
                self._lost = self._lost or lacking(row)
                self.note()
            else:
                made.append(one)
        return tuple(made)

    def shown(
        self, rows: Iterable[Given], make: Callable[[Given], Made | None], *, lacking: Callable[[Given], str]
    ) -> tuple[Made, ...]:
        """Return the same for what an answer is all about: raises `OperatorError` where not one row can be shown."""
        rows = list(rows)
        made = self.kept(rows, make, lacking=lacking)
        if rows and not made:
            raise lacks(self.system, lacking(rows[0]))
        return made

    def told(self, answer: AnyAnswer) -> AnyAnswer:
        """Return the answer with what an agent has to know of it.

        Raises `OperatorError` where there is nothing left in it for what rows lack.
        """
        if self._lost is not None and answer.is_empty and not answer.candidates:
            raise lacks(self.system, self._lost)
        if not self._is_partly:
            return answer
        return structs.replace(answer, caveats=(*answer.caveats, Caveat(text=_PARTLY)))
