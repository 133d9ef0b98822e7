"""Editions: which state of the code a process works with, where a run starts its processes anew when files change.

The run names each state before anybody loads it, and leaves the name in its folder. So a process never claims code
newer than its own. In production nobody names anything, and nothing is asked for.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.conf import settings  # read when asked only: the run imports this, too, and has no settings


@dataclass(frozen=True, slots=True)
class Edition:
    """The names of one state of the files. Both are empty where nobody watches.

    `code` names all of them, `loaded` those that a process loads once: all but templates and static files.
    Later names compare as greater.
    """

    code: str = ""
    loaded: str = ""

    @classmethod
    def first(cls) -> Self:
        name = _new_name()
        return cls(name, name)

    def after(self, *, loaded: bool) -> "Edition":
        """Return the next one, after a change; `loaded`: of something that a process loads once."""
        name = _new_name()
        return Edition(name, name if loaded else self.loaded)

    def __str__(self) -> str:
        return f"{self.code} {self.loaded}\n"


def edition_file(run_dir: Path) -> Path:
    """Return where a run leaves the names of the files as they are now."""
    return run_dir / "code"


def loaded_file(run_dir: Path) -> Path:
    """Return where a web process leaves the name of what it has loaded."""
    return run_dir / "loaded"


def read_edition(run_dir: Path) -> Edition:
    """Return the names of the files as they are now."""
    try:
        code, loaded = edition_file(run_dir).read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return Edition()
    return Edition(code, loaded)


def present() -> Edition:
    """Return the names of what this process works with."""
    return _adopted or settings.EDITION


def adopt(edition: Edition) -> None:
    """Let this process work with other templates and static files than those it began with."""
    global _adopted  # noqa: PLW0603 - the process has one
    _adopted = edition


def _new_name() -> str:
    # None returns in another run: an outside Redis keeps what earlier runs rendered.
    return f"{time.time_ns() // 1_000_000}"


_adopted: Edition | None = None
