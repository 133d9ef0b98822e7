"""How fetching goes wrong, by what helps: time, nothing, or an operator."""


class PanelUnavailable(Exception):
    """A panel or connector cannot answer now.

    `message` is a plain sentence for the agent and must hold no secret and no customer data.
    `permanent` says that asking again changes nothing, so nobody retries by themselves.
    """

    permanent = False

    def __init__(self, message: str, *, permanent: bool | None = None) -> None:
        super().__init__(message)
        self.message = message
        if permanent is not None:
            self.permanent = permanent


class ConnectorError(PanelUnavailable):
    """An outside system did not answer as it should. Raise one of the three below."""


class TemporaryError(ConnectorError):
    """Worth asking again: time-out, 429, 5xx. `retry_after` is in seconds, where the system said so."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class FinalError(ConnectorError):
    """Asking again for this customer gives the same answer."""

    permanent = True


class OperatorError(ConnectorError):
    """Only the account's operator can mend it: a refused token, a missing right, a wrong address."""

    permanent = True
