"""The checks of a pre-flight. Each looks at one thing and gives it one light."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tenants.host.client import HostClient
from tenants.models import Account, Light

_TIMEOUT = 5.0


@dataclass
class Flight:
    """What checks are given: the account, its host, and what the checks before have found."""

    account: Account
    client: HostClient = field(init=False)
    # Asks with the token of nobody: whether the host is there shows where no token is stored, too.
    nobody: HostClient = field(init=False)
    # Whether the host has answered at all: what needs it is not tried again.
    host_answers: bool = False
    # By the monotonic clock: what has not begun by then is not checked.
    until: float = math.inf

    @property
    def is_late(self) -> bool:
        """Whether nothing more should be begun. Checks that look at several things ask before each."""
        return time.monotonic() > self.until

    def __post_init__(self) -> None:
        self.client = HostClient(self.account, timeout=_TIMEOUT)
        self.nobody = HostClient(self.account, token="nobody", timeout=_TIMEOUT)  # noqa: S106 - is none


@dataclass(frozen=True, slots=True)
class Result:
    """One light. `sentence` says what was seen, `advice` what to do next; both in the language they are made in."""

    light: Light
    sentence: str
    advice: str = ""
    # Of which thing, where a check looks at several: a connection's name.
    about: str = ""


Check = Callable[[Flight], Iterator[Result]]


@dataclass(frozen=True, slots=True)
class Registered:
    """A check with its title; those of lower `order` come first."""

    title: str | Promise
    check: Check
    order: int


_checks: list[Registered] = []


def register(title: str | Promise, *, order: int) -> Callable[[Check], Check]:
    """Add a check to every pre-flight."""

    def add(check: Check) -> Check:
        _checks.append(Registered(title, check, order))
        return check

    return add


def checks() -> list[Registered]:
    """Return all checks in their order."""
    return sorted(_checks, key=lambda registered: registered.order)


def green(sentence: str, *, about: str = "") -> Result:
    """Return what is good."""
    return Result(Light.GREEN, sentence, about=about)


def amber(sentence: str, advice: str, *, about: str = "") -> Result:
    """Return what works, but should be looked at."""
    return Result(Light.AMBER, sentence, advice, about)


def red(sentence: str, advice: str, *, about: str = "") -> Result:
    """Return what does not work."""
    return Result(Light.RED, sentence, advice, about)


def not_checked(*, about: str = "") -> Result:
    """Return what there was no time for."""
    return amber(
        _("Not checked: the checks before took too long."), _("Mend those first, and run it again."), about=about
    )
