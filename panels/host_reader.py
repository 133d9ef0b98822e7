"""How a connector reads from the account's host: what it knows of one contact, and no more.

The host's token is an administrator's and reaches all of the account. So a connector is given neither it nor
the client that has it, but an object that answers about the contact of the call.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol, TypeVar

from django.utils.translation import gettext_noop

from panels.errors import ConnectorError, FinalError, OperatorError, TemporaryError
from panels.gaps import lacks
from tenants.host.choices import inboxes_of
from tenants.host.client import HostClient
from tenants.host.errors import HostError, HostForbidden, HostLimited, HostNotFound, HostRefusedToken, HostRejected
from tenants.host.records import HostConversation, HostMessage, HostNote
from tenants.models import Account

Answer = TypeVar("Answer")


class HostReader(Protocol):
    """What the host knows of one contact, as an administrator sees it. Every method raises a `ConnectorError`.

    Whoever answers with it must say which inbox what belongs to (`panels.capabilities.history`): agents are
    shown those only that they work in.
    """

    def conversations(self) -> Sequence[HostConversation]:
        """Return the contact's latest conversations, at most `MAX_CONVERSATIONS`."""

    def messages(self, conversation_id: int) -> Sequence[HostMessage]:
        """Return the newest messages of one of the contact's conversations, the oldest first."""

    def notes(self) -> Sequence[HostNote]:
        """Return the notes about the contact."""

    def labels(self) -> Sequence[str]:
        """Return the contact's labels."""

    def inbox_names(self) -> Mapping[int, str]:
        """Return the names of the account's inboxes."""

    def address(self, conversation_id: int) -> str:
        """Return where the host shows a conversation."""


# So many the host tells of a contact, whatever there are.
MAX_CONVERSATIONS = 20


class ContactReader:
    """Reads about one contact of one account; see `HostReader`."""

    def __init__(self, account: Account, contact_id: int, *, name: str) -> None:
        client = HostClient(account)
        ids: set[int] = set()

        def conversations() -> Sequence[HostConversation]:
            found = client.contact_conversations(contact_id)
            _require_told(found, name)
            theirs = [one for one in found if one.id and one.contact and one.contact.id == contact_id]
            ids.update(one.id for one in theirs)
            return theirs

        def messages(conversation_id: int) -> Sequence[HostMessage]:
            # A number that was not told here may be anybody's conversation.
            return client.messages(conversation_id) if conversation_id in ids else []

        # In closures: what holds the token is no attribute of what plugins are handed.
        self._conversations, self._messages = conversations, messages

        def inbox_names() -> Mapping[int, str]:
            return dict(inboxes_of(account) or ())

        self._inbox_names = inbox_names
        self._notes = partial(_or_none_there, lambda: client.contact_notes(contact_id))
        self._labels = partial(_or_none_there, lambda: client.contact_labels(contact_id))
        self._address = f"{account.host_origin}/app/accounts/{account.host_account_id:d}/conversations"
        self._name = name

    def conversations(self) -> Sequence[HostConversation]:
        return self._ask(self._conversations)

    def messages(self, conversation_id: int) -> Sequence[HostMessage]:
        return self._ask(lambda: self._messages(conversation_id))

    def notes(self) -> Sequence[HostNote]:
        return self._ask(self._notes)

    def labels(self) -> Sequence[str]:
        return self._ask(self._labels)

    def inbox_names(self) -> Mapping[int, str]:
        return self._inbox_names()

    def address(self, conversation_id: int) -> str:
        return f"{self._address}/{conversation_id:d}"

    def _ask(self, read: Callable[[], Answer]) -> Answer:
        try:
            return read()
        except HostError as error:
            raise _connector_error(error, self._name) from None


def _require_told(found: Sequence[HostConversation], name: str) -> None:
    """Raise where a conversation does not say which it is, or whose: it may be the contact's.

    One without an inbox is for administrators alone; where none has one, agents would be shown nothing.
    """
    if any(not one.id for one in found):
        raise lacks(name, "id")
    if any(one.contact is None for one in found):
        raise lacks(name, "meta.sender.id")
    if len(found) > 1 and all(one.inbox_id is None for one in found):
        raise lacks(name, "inbox_id")


def _or_none_there(read: Callable[[], Sequence[Answer]]) -> Sequence[Answer]:
    """Return nothing where the host does not have this: old ones lack it, and contacts are deleted."""
    try:
        return read()
    except HostNotFound:
        return ()


def _connector_error(error: HostError, name: str) -> ConnectorError:
    """Return what a failure of the host means for a panel, in words of ours: its own may quote a customer."""
    named = {"system": name}
    if isinstance(error, HostNotFound):
        return FinalError(gettext_noop("%(system)s does not have this contact any longer."), values=named)
    if isinstance(error, HostRefusedToken | HostForbidden):
        return OperatorError(gettext_noop("%(system)s does not let us read this. Tell an admin."), values=named)
    if isinstance(error, HostLimited):
        return TemporaryError(
            gettext_noop("%(system)s gets too many requests at the moment."),
            retry_after=error.retry_after,
            values=named,
        )
    if isinstance(error, HostRejected):
        return FinalError(gettext_noop("%(system)s did not understand what it was asked."), values=named)
    return TemporaryError(gettext_noop("%(system)s cannot be reached at the moment."), values=named)
