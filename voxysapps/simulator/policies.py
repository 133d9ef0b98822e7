"""Content security policies of the stand-in host's pages."""

import re
from collections.abc import Iterable, Iterator

from tenants.validators import is_origin
from voxysapps.simulator.addresses import Addresses

# Pages that show something of the host, and no frames.
PLAIN_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-src 'none'; "
    "frame-ancestors 'none'"
)
_ORIGIN = re.compile(r"(https?://[^/?#:]+)(:\d+)?(?=[/?#]|$)")


def page_policy(addresses: Addresses, apps: Iterable[str]) -> str:
    """Return the policy of the agent's window, with the addresses of its apps. The real host has none."""
    # Its own cells are frames, too.
    sources = dict.fromkeys((*addresses.frame_sources, *_sources(addresses, (addresses.page, *apps))))
    return "; ".join(
        (
            "default-src 'self'",
            f"frame-src {' '.join(sources)}",
            "base-uri 'none'",
            "form-action 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        )
    )


def cell_policy(addresses: Addresses, apps: Iterable[str]) -> str:
    """Return the policy of a page within the window that holds one frame."""
    sources = dict.fromkeys((*addresses.frame_sources, *_sources(addresses, apps)))
    return (
        f"default-src 'self'; frame-src {' '.join(sources)}; base-uri 'none'; form-action 'none'; object-src 'none'; "
        f"frame-ancestors {addresses.page}"
    )


def widened_for_webview(policy: str) -> str:
    """Return `policy` with our own scripts allowed, and the one `<base>` that keeps relative addresses true."""
    directives = [directive.strip() for directive in policy.split(";") if directive.strip()]
    if not any(directive.startswith("script-src ") for directive in directives):
        inherited = next((item for item in directives if item.startswith("default-src ")), "default-src 'none'")
        directives.append(inherited.replace("default-src", "script-src"))
    return "; ".join(_with_self(directive) for directive in directives)


def _sources(addresses: Addresses, apps: Iterable[str]) -> Iterator[str]:
    for url in apps:
        match = _ORIGIN.match(url)
        # Whoever registers an app writes its address: what is no origin does not belong in a header.
        if match and is_origin(match[0]) and f"{match[1]}:*" not in addresses.frame_sources:
            yield match[0]


def _with_self(directive: str) -> str:
    name, *sources = directive.split()
    if name not in ("script-src", "base-uri") or "'self'" in sources:
        return directive
    return " ".join((name, *(source for source in sources if source != "'none'"), "'self'"))
