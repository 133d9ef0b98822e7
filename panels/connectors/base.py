"""What every connector is: the code for one kind of outside system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise

from panels.capabilities import Customers, History, Orders, Payments
from panels.host_reader import HostReader
from tenants.trust.identity import Identity, MatchKey


@dataclass(frozen=True, slots=True)
class Detail:
    """Something about a trial call that its operator is shown under `title`.

    It is a `text` as it is, `rows` of name and text, or both; `is_problem` marks what is to be mended.
    """

    title: str
    text: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    is_problem: bool = False


class Connector:
    """Answers capabilities for one connection. Subclass it, name the capabilities, write their methods.

    An instance lives for one call in a worker: `settings` is the connection's cleaned settings form,
    `name` the connection's name, for messages. Each capability is a method of that name; it takes the
    `Identity` to look for and returns the capability's answer (`panels.capabilities`), empty when the
    system knows no such customer. Raise `TemporaryError`, `FinalError` or `OperatorError`, with a
    sentence an agent may read; `SystemClient` does. Compare what a system returns with what was looked for
    (`is_same_email` …): many search for parts of words. Where several customers match, answer with
    `candidates` instead of anybody's records.
    """

    #: URL part and entry-point name.
    slug: ClassVar[str]
    #: What operators choose it by.
    title: ClassVar[str | Promise]
    #: The panel API's version this connector was written for, as a version specifier.
    requires_api: ClassVar[str] = "~=1.0"
    #: Names of panels.capabilities.CAPABILITIES this connector has methods for.
    capabilities: ClassVar[tuple[str, ...]]
    #: The connection's settings, edited in the admin.
    SettingsForm: ClassVar[type[forms.Form]] = forms.Form
    #: Whether no account has it until a platform administrator offers it to some.
    is_opt_in: ClassVar[bool] = False
    #: Settings that say where the secrets are sent, such as a shop's address: another one clears the secrets.
    destination: ClassVar[tuple[str, ...]] = ()
    #: By what it recognises a customer, surest first, unless the operator chooses another order for a
    #: connection. It is given nothing else to look for, and is not asked about contacts who have none of
    #: these. With "attribute" among them operators may name custom attributes that hold its own ids.
    recognises_by: ClassVar[tuple[MatchKey, ...]] = ("identifier", "email", "phone")
    #: What it is given to look for while the operator has not chosen; None: all of the above. Leave out
    #: "identifier" where customers have plain numbers: the host's may be another system's, and somebody else's.
    looks_for: ClassVar[tuple[MatchKey, ...] | None] = None
    #: Seconds for which an answer counts as fresh.
    fresh_for: ClassVar[int] = 120
    #: Seconds that one call may take, all its requests together.
    timeout: ClassVar[float] = 15.0
    #: Calls of one connection at a time, as the system's own limits are.
    max_concurrency: ClassVar[int] = 4
    #: Requests of one connection, and within how many seconds: (40, 60). None: the system has no such limit.
    max_rate: ClassVar[tuple[int, int] | None] = None

    def __init__(self, settings: Mapping[str, Any], *, name: str) -> None:
        self.settings = settings
        self.name = name

    def customer(self, who: Identity) -> Customers:
        """Return every customer record that matches `who`, the surest match first."""
        raise NotImplementedError

    def orders(self, who: Identity) -> Orders:
        """Return the orders of `who`, newest first, guest orders included."""
        raise NotImplementedError

    def payments(self, who: Identity) -> Payments:
        """Return payments, subscriptions, invoices and disputes of `who`, newest first."""
        raise NotImplementedError

    def history(self, who: Identity) -> History:
        """Return what went on with `who` before, newest first."""
        raise NotImplementedError

    def check(self) -> str:
        """Return one sentence saying what answers, or raise as a capability would. No customer needed."""
        raise NotImplementedError

    def explain(self) -> Sequence[Detail]:
        """Return what an operator who tries this connection with a sample customer is shown besides the answer.

        Called once, after one capability, whether that answered or raised. It is about that call only, asks
        nobody, and shows no secret; nothing of it is kept.
        """
        return ()


class HostConnector(Connector):
    """Answers from the account's own host, which already knows the contact.

    Every account has it, without a connection: there is nothing to enter, since the host's address and token
    are the account's, and nothing to be matched, since the contact is the host's own. It fills panels as soon
    as they are placed, and is asked only where the host confirms who looks (trust `verified` and `signed_in`).

    `host` reads about the one contact of the call, and about nobody else; the token stays with the platform.
    """

    def __init__(self, host: HostReader, *, name: str) -> None:
        super().__init__({}, name=name)
        self.host = host

    def check(self) -> str:
        """There is no connection to be tried: pre-flight asks the host itself."""
        raise NotImplementedError
