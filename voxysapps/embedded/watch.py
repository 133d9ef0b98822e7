"""Watching files for changes, by looking at them: that works on every system and on mounted folders, too."""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from voxysapps.embedded.files import BASE_DIR
from voxysapps.plugins import plugin_places

LOOK_EVERY_SECONDS = 0.15
# Our own packages, as folders of a checkout or of a Python's installed packages.
OUR_PACKAGES = ("panels", "tenants", "voxysapps")

Stamps = dict[str, tuple[int, int]]


class Watch:
    """The files in some folders, as they were when they were last still."""

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = places
        self._seen = _stamps(places)
        self._moving: Stamps | None = None
        self._look_at = 0.0

    def changed(self) -> frozenset[str]:
        """Return which files are others than when this was last asked, once they have kept still for a moment.

        An editor or a `git checkout` writes several files, and some are empty in between.
        """
        if time.monotonic() < self._look_at:
            return frozenset()
        self._look_at = time.monotonic() + LOOK_EVERY_SECONDS
        now = _stamps(self._places)
        if now == self._seen or now != self._moving:
            self._moving = now
            return frozenset()
        different = frozenset(path for path, _stamp in self._seen.items() ^ now.items())
        self._seen, self._moving = now, None
        return different


def watch_for(wanted: str) -> Watch | None:
    """Return what `RELOAD` asks for: `plugins`, `all` with our own code, or None for `off`."""
    if wanted == "off":
        return None
    ours = [BASE_DIR / name for name in OUR_PACKAGES] if wanted == "all" else []
    return Watch([*plugin_places(), *ours])


def is_loaded_once(path: str) -> bool:
    """Return whether a process keeps what is in the file until it ends: not so with templates and static files."""
    there = Path(path)
    return there.suffix in {".py", ".mo"} or not {"templates", "static"} & set(there.parts)


def _stamps(places: Iterable[Path]) -> Stamps:
    stamps: Stamps = {}
    for path in _files(places):
        try:
            about = os.stat(path)  # noqa: PTH116 - for thousands of files, five times a second
        except OSError:
            continue  # just being replaced
        stamps[path] = (about.st_mtime_ns, about.st_size)
    return stamps


def _files(places: Iterable[Path]) -> Iterator[str]:
    for place in places:
        if place.is_file():
            yield str(place)
            continue
        for folder, inner, names in os.walk(place):
            inner[:] = [name for name in inner if name != "__pycache__" and not name.startswith(".")]
            yield from (os.path.join(folder, name) for name in names if _counts(name))  # noqa: PTH118 - as above


def _counts(name: str) -> bool:
    """Return whether the file is anything but what editors leave beside one."""
    return not name.startswith((".", "#")) and not name.endswith(("~", ".pyc", ".swp", ".tmp"))
