"""How fetching goes wrong, by what helps: time, nothing, or an operator."""

from collections.abc import Mapping

from django.utils.translation import gettext


class PanelUnavailable(Exception):
    """A panel or connector cannot answer now.

    `message` is a plain sentence for the agent and must hold no secret and no customer data. It is shown
    in the agent's language, where the translations know it; `values` are put into it afterwards, such as
    `PanelUnavailable(gettext_noop("%(system)s is closed."), values={"system": "Shop"})`.
    `permanent` says that asking again changes nothing, so nobody retries by themselves.
    """

    permanent = False

    def __init__(self, message: str, *, permanent: bool | None = None, values: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.values = dict(values or {})
        if permanent is not None:
            self.permanent = permanent

    @property
    def sentence(self) -> str:
        """The message in the language of the moment."""
        return sentence(self.message, self.values)


class ConnectorError(PanelUnavailable):
    """An outside system did not answer as it should. Raise one of the three below."""


# A system that asks for more patience is asked again after this all the same, in seconds.
MAX_RETRY_AFTER = 3600.0


class TemporaryError(ConnectorError):
    """Worth asking again: time-out, 429, 5xx.

    `retry_after` is in seconds, where the system said so; never more than an hour.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, values: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, values=values)
        self.retry_after = None if retry_after is None else max(0.0, min(retry_after, MAX_RETRY_AFTER))


class FinalError(ConnectorError):
    """Asking again for this customer gives the same answer."""

    permanent = True


class OperatorError(ConnectorError):
    """Only the account's operator can mend it: a refused token, a missing right, a wrong address."""

    permanent = True


def sentence(message: str, values: Mapping[str, str]) -> str:
    """Return a stored message, translated and with its values."""
    return gettext(message) % values if values else gettext(message)
