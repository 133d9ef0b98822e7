"""The frame's constant script and style, put into the document itself.

Old hosts send the context when the frame's `load` event fires, and nothing the document links to may
delay that: so it links to nothing, and scripts and styles are allowed by the hash of their text. They go
out without comments and white space, which are for us to read.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

from rcssmin import cssmin
from rjsmin import jsmin

_FOLDER = Path(__file__).parent / "static" / "bridge"
BRIDGE = ("times.js", "context.js", "session.js", "panels.js")


@cache
def early_script() -> str:
    """Return the script for the top of `<head>`."""
    return str(jsmin(_read("early.js")))


@cache
def bridge_script() -> str:
    """Return the script for the end of `<body>`."""
    return "\n".join(jsmin(_read(name)) for name in BRIDGE)


@cache
def style() -> str:
    """Return the one stylesheet."""
    return str(cssmin(_read("frame.css")))


@cache
def policy() -> str:
    """Return the frame's Content-Security-Policy, but for `frame-ancestors`, which belongs to the account."""
    scripts = " ".join(_hash(text) for text in (early_script(), bridge_script()))
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' {_hash(style())}; "
        "img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'"
    )


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
