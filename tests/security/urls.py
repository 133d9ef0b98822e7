"""Which URLs the project has, and which of them a test has shown to keep two accounts apart."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from django.urls import URLPattern, URLResolver

Test = TypeVar("Test", bound=Callable[..., None])

# These show nothing of any account, each for the reason beside it.
WITHOUT_ACCOUNTS = {
    "healthz": "that the process is alive",
    "readyz": "whether database, cache and broker are",
    "root": "leads to the admin",
    "set_language": "keeps a language in a cookie",
    "second_factor:manage": "one's own second factor",
    "second_factor:verify": "one's own second factor",
    "second_factor:set_up": "one's own second factor",
    "metrics": "counters, with labels of ours only",
    "simulator:page": "the stand-in host's accounts only, and off in production",
    "simulator:data": "the stand-in host's accounts only, and off in production",
    "simulator:news": "the stand-in host's accounts only, and off in production",
    "simulator:profile": "the stand-in host's accounts only, and off in production",
    "simulator:webview": "a frame document of a demonstration, without data",
    "simulator:probe": "what the browser itself was sent",
    "simulator:slow": "a picture",
    "simulator:fault": "the stand-in host's accounts only, and off in production",
    "simulator:customer": "the stand-in host's accounts only, and off in production",
    "simulator:cell": "a page with room for a frame, and nothing in it",
    "simulator:payloads": "the anonymous payloads that come with the product",
    "simulator:start-over": "the stand-in host's accounts only, and off in production",
    **{
        f"simulator:{name}": "invented examples, and off in production"
        for name in ("kit", "kit-all", "kit-all-part", "kit-example", "kit-part")
    },
    "simulator:mailbox": "the mails of demonstrations, and off in production",
    "simulator:mails": "the mails of demonstrations, and off in production",
    "simulator:mail-read": "the mails of demonstrations, and off in production",
    # The stand-in host's API: its own accounts only; tests/simulator/host/test_api.py walks it.
    **{
        f"simulator:host-{name}": "the stand-in host's accounts only, and off in production"
        for name in (
            *("profile", "agents", "inboxes", "members", "teams", "contacts", "search", "contact"),
            "contact-conversations",
            "contact-notes",
            "contact-labels",
            *("conversations", "conversation", "status", "assignment", "messages", "message"),
            *("apps", "app", "webhooks", "webhook", "else"),
        )
    },
}
# Every URL of the admin is walked by one test, which knows nothing of any of them.
ADMIN = "admin:"

_tested: set[str] = set()


def two_accounts(*names: str) -> Callable[[Test], Test]:
    """Mark a test that shows that these URLs keep one account's data from another's viewers."""

    def mark(test: Test) -> Test:
        assert test.__name__.startswith("test_"), "what pytest does not collect shows nothing"
        _tested.update(names)
        return test

    return mark


def names_of(patterns: Iterable[URLPattern | URLResolver], space: str = "", route: str = "") -> Iterator[str]:
    """Yield the name of every URL, or the route of one that has no name, with its namespaces."""
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names_of(pattern.url_patterns, inner, here)
        else:
            yield f"{space}{pattern.name or here}"


def routes_of(patterns: Iterable[URLPattern | URLResolver], route: str = "") -> Iterator[str]:
    """Yield the route of every URL."""
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes_of(pattern.url_patterns, here)
        else:
            yield here


def untested(patterns: Iterable[Any], tested: Iterable[str] | None = None) -> set[str]:
    """Return the URLs that no test has shown to keep accounts apart."""
    shown = _tested if tested is None else set(tested)
    return {name for name in names_of(patterns) if not name.startswith(ADMIN)} - WITHOUT_ACCOUNTS.keys() - shown


def unknown(patterns: Iterable[Any]) -> set[str]:
    """Return the names that tests and reasons speak of, and no URL has."""
    return (_tested | WITHOUT_ACCOUNTS.keys()) - set(names_of(patterns))
