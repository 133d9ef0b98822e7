"""The names of a new package, all made from the one that was asked for."""

import keyword
import re
import sys
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Literal, Self

Kind = Literal["panel", "connector"]

# The column that keeps which panel a placement has.
LONGEST = 60
_PATTERN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# A package of this name could not be told from the folder of its tests.
_TESTS = "tests"


class BadName(Exception):
    """Why the name cannot be taken, in a sentence with what to do about it."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the parts of a package are called; `slug` is also the name of its folder and its distribution."""

    kind: Kind
    slug: str
    package: str
    class_name: str
    title: str

    @classmethod
    def of(cls, kind: Kind, slug: str) -> Self:
        """Return the names made from `slug`. Raises `BadName`."""
        if not _PATTERN.fullmatch(slug):
            raise BadName(
                f"“{slug}” is no name for a {kind}: use small letters, digits and single hyphens between them, "
                "beginning with a letter, such as acme-loyalty."
            )
        if len(slug) > LONGEST:
            raise BadName(f"The name has {len(slug)} characters; it may have {LONGEST}.")
        if any(point.name == slug for point in entry_points(group=f"voxysapps.{kind}s")):
            raise BadName(f"There is a {kind} called “{slug}” already. Choose another name.")
        package = slug.replace("-", "_")
        if _is_taken(package):
            raise BadName(f"Python has something called “{package}” already. Choose another name, such as acme-{slug}.")
        words = slug.split("-")
        name = "".join(word.capitalize() for word in words)
        ending = kind.capitalize()
        class_name = name if name.endswith(ending) and name != ending else name + ending
        return cls(kind, slug, package, class_name, " ".join(words).capitalize())


def _is_taken(package: str) -> bool:
    return (
        keyword.iskeyword(package)
        or package == _TESTS
        or package in sys.stdlib_module_names
        or find_spec(package) is not None
    )
