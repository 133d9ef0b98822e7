"""Where a plugin's code is, and where in it something was raised."""

import inspect
from pathlib import Path


def package_of(kind: type) -> Path:
    """Return the folder that the class's module lies in."""
    return Path(inspect.getfile(kind)).parent


def python_files(kind: type) -> list[Path]:
    """Return the Python files of the class's package."""
    return sorted(package_of(kind).rglob("*.py"))


def place_of(error: BaseException) -> str:
    """Return the file and the line that raised, such as "panel.py:12"."""
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    return f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}" if traceback else ""
