"""Which capabilities there are: ours, and those that plugins bring by the entry point `voxysapps.capabilities`."""

import logging
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint

from django.conf import settings

from panels.capabilities.records import Answer
from voxysapps.plugins import find_points, package_of
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

CAPABILITIES_GROUP = "voxysapps.capabilities"
# Connectors have a method of this name.
_NAME = re.compile(r"[a-z][a-z0-9_]{2,40}")


class Capabilities(Mapping[str, type[Answer]]):
    """The answer of each capability, by name. `broken` has a sentence about each that cannot be used."""

    def __init__(self, **ours: type[Answer]) -> None:
        self._ours = ours

    def __getitem__(self, name: str) -> type[Answer]:
        # Ours are asked for all the time, and before plugins can be imported.
        return self._ours.get(name) or self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def broken(self) -> Mapping[str, str]:
        """Why a plugin's capability cannot be used, by name."""
        return self._found[1]

    @property
    def _all(self) -> Mapping[str, type[Answer]]:
        return self._found[0]

    @cached_property
    def _found(self) -> tuple[Mapping[str, type[Answer]], Mapping[str, str]]:
        found, broken = dict(self._ours), {}
        claims: dict[str, dict[tuple[str, str], EntryPoint]] = {}
        for point in find_points(CAPABILITIES_GROUP):
            if point.name not in settings.PANELS_EXCLUDE:
                # A package may be found twice.
                claims.setdefault(point.name, {})[point.value, package_of(point)[0]] = point
        for name, points in claims.items():
            try:
                found[name] = _load(self._claimed(name, list(points.values())))
            except _Unusable as error:
                broken[name] = str(error)
        return found, broken

    def _claimed(self, name: str, points: list[EntryPoint]) -> EntryPoint:
        """Return the one entry point of the name. Where ours or another has it, too, there is none, as with slugs."""
        packages = ", ".join(sorted({package_of(point)[0] for point in points}))
        if name in self._ours:
            raise _Unusable(f"The capability “{name}” is the product's own. Rename that of {packages}.")
        if len(points) > 1:
            told = f"Several claim the capability “{name}”: {packages}."
            raise _Unusable(f"{told} Uninstall one of them, or rename its capability.")
        return points[0]


class _Unusable(Exception):
    """Why a capability cannot be used, with what to do about it."""


def _load(point: EntryPoint) -> type[Answer]:
    if not _NAME.fullmatch(point.name):
        raise _Unusable(f"The capability “{point.name}” is no name of a method. Use small letters and underscores.")
    from panels.containment import threads  # noqa: PLC0415 - it stands on the capabilities

    try:
        answer = threads.run(point.value, point.load, seconds=settings.PANELS_IMPORT_SECONDS)
    except Exception as error:  # whatever somebody's module does while it is imported
        logger.error("capability %s cannot be imported: %s", point.value, place_of(error))  # noqa: TRY400 - its text is anybody's
        raise _Unusable(f"{point.value} cannot be imported: {type(error).__name__}: {error}") from error
    if not (isinstance(answer, type) and issubclass(answer, Answer)):
        raise _Unusable(f"{point.value} is no subclass of Answer. Let the entry point name the class.")
    return answer
