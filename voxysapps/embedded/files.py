"""Where a run keeps its files, and how it writes those that nobody else may read."""

import os
import secrets
from pathlib import Path

# Where our packages are: a checkout, or a Python's folder of installed packages.
BASE_DIR = Path(__file__).resolve().parent.parent.parent
IS_CHECKOUT = (BASE_DIR / "scripts" / "bootstrap.py").is_file()
STATE_FILE = "state.json"


class RunError(Exception):
    """Why the run cannot go on, in a sentence for whoever started it."""


def home() -> Path:
    """Return where the product leaves files unless it is told where: its checkout; installed, the current folder."""
    return BASE_DIR if IS_CHECKOUT else Path.cwd()


def run_dir() -> Path:
    """Return the folder of everything that running leaves behind: database, sockets, generated secrets."""
    return Path(os.environ.get("RUN_DIR") or home() / ".run").absolute()


def write_private(path: Path, text: str) -> None:
    """Write `text` so that only the owner can read it and nobody ever sees half of it."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=0o600, exist_ok=False)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def generated_secret(path: Path, *, length: int) -> str:
    """Return the secret kept in `path`; the first call makes it up."""
    if path.exists() and (kept := path.read_text(encoding="utf-8").strip()):
        return kept
    secret = secrets.token_urlsafe(length)
    write_private(path, secret + "\n")
    return secret
