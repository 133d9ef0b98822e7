"""What Content-Security-Policies say of frames, read as browsers do: of several policies all must allow it."""

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

# Where a policy has not the first of these, the next one counts.
_OF_FRAMES = ("frame-src", "child-src", "default-src")
_PORTS = {"https": 443, "http": 80}


def may_be_embedded(header: str, origin: str) -> bool:
    """Return whether a page of `origin` may embed what was answered with this header: it must be named."""
    allowed = [policy["frame-ancestors"] for policy in _policies(header) if "frame-ancestors" in policy]
    return bool(allowed) and all(origin in sources for sources in allowed)


def may_embed(header: str, page: str, frame: str) -> bool:
    """Return whether a page at the origin `page`, answered with this header, may embed the address `frame`."""
    ours = urlsplit(frame)
    for policy in _policies(header):
        sources = next((policy[name] for name in _OF_FRAMES if name in policy), None)
        if sources is not None and not any(_allows(source, page, ours) for source in sources):
            return False
    return True


def _policies(header: str) -> Iterator[dict[str, list[str]]]:
    """Yield each policy's directives. Several headers of the name come joined by commas."""
    for text in header.split(","):
        directives: dict[str, list[str]] = {}
        for words in (directive.split() for directive in text.split(";")):
            if words:
                directives.setdefault(words[0].lower(), words[1:])  # of the same twice, the first counts
        yield directives


def _allows(source: str, page: str, ours: SplitResult) -> bool:
    if source == "'self'":
        source = page
    if source == "*":
        return True
    if source.endswith(":"):
        return ours.scheme in _schemes(source[:-1])
    if "://" not in source:
        source = f"{urlsplit(page).scheme}://{source}"
    try:
        theirs = urlsplit(source)
        is_any_port = theirs.netloc.endswith(":*")
        port = None if is_any_port else theirs.port or _PORTS.get(theirs.scheme)
    except ValueError:
        return False
    our_port = ours.port or _PORTS.get(ours.scheme)
    is_port = is_any_port or port == our_port or (port, our_port) == (80, 443)
    return ours.scheme in _schemes(theirs.scheme) and _is_name(theirs.netloc, ours.hostname or "") and is_port


def _schemes(scheme: str) -> tuple[str, ...]:
    """Return what a scheme stands for: what is named without TLS may come with it."""
    return ("http", "https") if scheme.lower() == "http" else (scheme.lower(),)


def _is_name(netloc: str, name: str) -> bool:
    pattern = netloc.partition(":")[0].lower()
    return name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern
