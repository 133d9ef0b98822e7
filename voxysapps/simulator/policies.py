"""Content security policies of the stand-in host's pages."""

from voxysapps.simulator.addresses import Addresses

MAILBOX_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-src 'none'; "
    "frame-ancestors 'none'"
)


def page_policy(addresses: Addresses) -> str:
    """Return the policy of the agent's window. The real host has none; its frames may be anywhere."""
    return "; ".join(
        (
            "default-src 'self'",
            f"frame-src {' '.join(addresses.frame_sources)}",
            "base-uri 'none'",
            "form-action 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        )
    )


def widened_for_webview(policy: str) -> str:
    """Return `policy` with our own scripts allowed, and the one `<base>` that keeps relative addresses true."""
    directives = [directive.strip() for directive in policy.split(";") if directive.strip()]
    if not any(directive.startswith("script-src ") for directive in directives):
        inherited = next((item for item in directives if item.startswith("default-src ")), "default-src 'none'")
        directives.append(inherited.replace("default-src", "script-src"))
    return "; ".join(_with_self(directive) for directive in directives)


def _with_self(directive: str) -> str:
    name, *sources = directive.split()
    if name not in ("script-src", "base-uri") or "'self'" in sources:
        return directive
    return " ".join((name, *(source for source in sources if source != "'none'"), "'self'"))
