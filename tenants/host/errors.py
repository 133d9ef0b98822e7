"""What can go wrong when the host is asked. `detail` is a plain sentence for whoever has to act."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# The code of a ValidationError that says nothing of what was entered: the host was not there to be asked.
AWAY = "away"


class HostError(Exception):
    """The host did not answer as hoped. `temporary`: the same question may succeed later.

    `advice` is what to do next, where `detail` does not say it.
    """

    temporary = False
    advice = ""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def sentence(self) -> str:
        """What went wrong and what to do next, in the current language."""
        return " ".join(_(part) for part in (self.detail, self.advice) if part)


class HostUnreachable(HostError):
    """No answer: the address, the network or the host itself."""

    temporary = True
    advice = gettext_noop("Check its address, and whether it runs; then try again.")


class HostInTrouble(HostUnreachable):
    """5xx: the address is right, and its owner has something to mend."""

    advice = gettext_noop("Try again in a few minutes.")


class HostRefusedToken(HostError):
    """401 "Invalid Access Token", or no token is stored."""


class HostForbidden(HostError):
    """401 or 403: the token is good, its owner may not."""


class HostNotFound(HostError):
    """404: not in this account."""


class HostRejected(HostError):
    """402 or 422: the host does not take what was sent."""


class HostLimited(HostError):
    """429. `retry_after` in seconds, where the host says so."""

    temporary = True
    advice = gettext_noop("Try again in a few minutes.")

    def __init__(self, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class HostUnreadable(HostError):
    """An answer that is not the API's, such as a proxy's page."""

    temporary = True
