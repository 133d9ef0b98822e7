"""The frame's constant script and style, put into the document itself.

Old hosts send the context when the frame's `load` event fires, and nothing the document links to may
delay that: so it links to nothing, and scripts and styles are allowed by the hash of their text.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "static" / "bridge"
BRIDGE = ("times.js", "context.js", "session.js", "panels.js")


@cache
def early_script() -> str:
    """Return the script for the top of `<head>`."""
    return _read("early.js")


@cache
def bridge_script() -> str:
    """Return the script for the end of `<body>`."""
    return "\n".join(_read(name) for name in BRIDGE)


@cache
def style() -> str:
    """Return the one stylesheet, without the white space that only we need."""
    return _SPACE.sub(r"\1", _read("frame.css")).replace(";}", "}")


@cache
def policy() -> str:
    """Return the frame's Content-Security-Policy, but for `frame-ancestors`, which belongs to the account."""
    scripts = " ".join(_hash(text) for text in (early_script(), bridge_script()))
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' {_hash(style())}; "
        "img-src data:; connect-src 'self'; form-action 'none'; base-uri 'none'"
    )


# Lines that are a comment, CSS comments, and indentation: for us to read, not for agents to load.
_UNSENT = re.compile(r"^\s*//.*\n|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/\s*|^\s+", re.MULTILINE)


_SPACE = re.compile(r"\s*([{};])\s*|(?<=:)\s+")


def _read(name: str) -> str:
    return _UNSENT.sub("", (_FOLDER / name).read_text(encoding="utf-8"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
