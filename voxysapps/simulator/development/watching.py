"""Whether somebody looks: a window of the stand-in host is open. Requests are noted for nobody else.

The processes of a run share its folder, and looking at a file costs next to nothing.
"""

import time
from pathlib import Path

from django.conf import settings

_LASTS_SECONDS = 20.0
_NOTED_EVERY_SECONDS = 5.0


def note_watcher() -> None:
    """Note that somebody looks now."""
    if time.time() - _noted_at() > _NOTED_EVERY_SECONDS:
        _file().touch(mode=0o600)


def is_watched() -> bool:
    """Return whether somebody has looked a moment ago."""
    return time.time() - _noted_at() < _LASTS_SECONDS


def _noted_at() -> float:
    try:
        return _file().stat().st_mtime
    except OSError:
        return 0.0


def _file() -> Path:
    return Path(settings.RUN_DIR) / "watched"
