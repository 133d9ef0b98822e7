"""Asks the host's REST API (host-contract 3). Every answer is typed, and so is every failure."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext_noop

from tenants.host.errors import (
    HostError,
    HostForbidden,
    HostInTrouble,
    HostLimited,
    HostNotFound,
    HostRefusedToken,
    HostRejected,
    HostUnreachable,
    HostUnreadable,
)
from tenants.host.records import (
    HostAgent,
    HostContact,
    HostConversation,
    HostDashboardApp,
    HostInbox,
    HostMessage,
    HostNote,
    HostProfile,
    HostTeam,
    HostWebhook,
    record,
    text,
    texts,
)
from tenants.models import Account
from tenants.secrets import HOST_TOKEN, live_rows, mark_used, opened
from voxysapps.metrics import count
from voxysapps.outgoing import OutgoingError, Response, send

# The host's documentation calls it `api_access_token`. Many a proxy drops headers with underscores in their names, and
# the host reads both alike (host-contract 3, "user").
TOKEN_HEADER = "api-access-token"  # noqa: S105 - its name

# Hosts that lack the newer ones refuse the whole list, so there is a shorter one (host-contract 4).
EVENTS = (
    *("conversation_created", "conversation_updated", "conversation_status_changed"),
    *("message_created", "message_updated", "contact_created", "contact_updated"),
)
EVENTS_OF_OLD_HOSTS = ("conversation_created", "conversation_status_changed", "message_created", "message_updated")
# What the host says where a policy or a bot's lack of rights, and no bad token, is behind its 401.
_FORBIDDEN = ("not authorized", "not permitted")
# host-contract 3.6: whatever is asked for.
CONVERSATIONS_A_PAGE = 25
_MAX_MESSAGES = 200
_VERSION = re.compile(r"v?[0-9]{1,4}(\.[0-9]{1,6}){1,3}([.+-][0-9A-Za-z.+-]{1,20})?")
_REJECTED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.UNPROCESSABLE_ENTITY})
_NOT_THE_API = gettext_noop("The host answers in a way that is not its API's. Check its address.")


class HostClient:
    """One account's view of the host. `token` asks with another one than the account's own.

    Every method raises a `HostError`. Ids go into paths as numbers only.
    """

    def __init__(self, account: Account, *, token: str | None = None, timeout: float = 4.0) -> None:
        self._account = account
        self._token = token
        self._timeout = timeout

    def profile(self) -> HostProfile:
        """Return whose token it is."""
        try:
            answer = self._ask("GET", "/api/v1/profile", is_of_account=False)
        except HostNotFound:  # everybody has a profile: nothing of the host's API is at this address
            raise HostUnreadable(_NOT_THE_API) from None
        return HostProfile.of(record(answer))

    def version(self) -> str | None:
        """Return the version by which the host calls itself; None where it does not say."""
        try:
            answer = record(self._ask("GET", "/api", is_of_account=False))
        except HostError:
            return None
        said = text(answer.get("version")) or ""
        return said if _VERSION.fullmatch(said) else None

    def agents(self) -> list[HostAgent]:
        """Return all agents of the account."""
        return [HostAgent.of(row) for row in _rows(self._ask("GET", "/agents"))]

    def inboxes(self) -> list[HostInbox]:
        return [HostInbox.of(row) for row in _rows(self._ask("GET", "/inboxes"))]

    def inbox_members(self, inbox_id: int) -> frozenset[int]:
        """Return the ids of the agents who are members of the inbox."""
        return frozenset(HostAgent.of(row).id for row in _rows(self._ask("GET", f"/inbox_members/{inbox_id:d}")))

    def teams(self) -> list[HostTeam]:
        return [HostTeam.of(row) for row in _rows(self._ask("GET", "/teams"))]

    def conversation(self, display_id: int) -> HostConversation:
        return HostConversation.of(_row(self._ask("GET", f"/conversations/{display_id:d}")))

    def open_conversations(self, page: int = 1) -> list[HostConversation]:
        """Return one page of the open conversations, those with the latest activity first."""
        params = {"status": "open", "assignee_type": "all", "sort_by": "last_activity_at_desc", "page": str(page)}
        return [HostConversation.of(row) for row in _rows(self._ask("GET", "/conversations", params=params))]

    def contact(self, contact_id: int) -> HostContact:
        answer = self._ask("GET", f"/contacts/{contact_id:d}", params={"include_contact_inboxes": "false"})
        return HostContact.of(_row(answer))

    def search_contacts(self, query: str) -> list[HostContact]:
        """Return the first page of contacts of which name, e-mail, phone or identifier contains `query`."""
        return [HostContact.of(row) for row in _rows(self._ask("GET", "/contacts/search", params={"q": query}))]

    def contact_conversations(self, contact_id: int) -> list[HostConversation]:
        """Return the contact's latest conversations."""
        return [HostConversation.of(row) for row in _rows(self._ask("GET", f"/contacts/{contact_id:d}/conversations"))]

    def contact_notes(self, contact_id: int) -> list[HostNote]:
        """Return the notes that agents wrote about the contact."""
        return [HostNote.of(row) for row in _rows(self._ask("GET", f"/contacts/{contact_id:d}/notes"))]

    def contact_labels(self, contact_id: int) -> tuple[str, ...]:
        """Return the contact's labels."""
        return texts(_list(self._ask("GET", f"/contacts/{contact_id:d}/labels")))

    def messages(self, conversation_id: int) -> list[HostMessage]:
        """Return the newest page of the conversation's messages."""
        rows = _rows(self._ask("GET", f"/conversations/{conversation_id:d}/messages"))
        return [HostMessage.of(row) for row in rows[-_MAX_MESSAGES:]]

    def create_note(self, conversation_id: int, content: str) -> HostMessage:
        """Write a private note into the conversation, as the token's owner."""
        body = {"content": content, "private": True}
        return HostMessage.of(_row(self._ask("POST", f"/conversations/{conversation_id:d}/messages", json=body)))

    def delete_message(self, conversation_id: int, message_id: int) -> None:
        self._ask("DELETE", f"/conversations/{conversation_id:d}/messages/{message_id:d}")

    def dashboard_apps(self) -> list[HostDashboardApp]:
        return [HostDashboardApp.of(row) for row in _rows(self._ask("GET", "/dashboard_apps"))]

    def create_dashboard_app(self, title: str, url: str) -> HostDashboardApp:
        return HostDashboardApp.of(_row(self._ask("POST", "/dashboard_apps", json=_dashboard_app(title, url))))

    def update_dashboard_app(self, id_: int, title: str, url: str) -> None:
        self._ask("PATCH", f"/dashboard_apps/{id_:d}", json=_dashboard_app(title, url))

    def delete_dashboard_app(self, id_: int) -> None:
        self._ask("DELETE", f"/dashboard_apps/{id_:d}")

    def webhooks(self) -> list[HostWebhook]:
        """Return the account's webhooks. Administrators only."""
        return [HostWebhook.of(row) for row in _rows(self._ask("GET", "/webhooks"), "webhooks")]

    def create_webhook(self, url: str, events: tuple[str, ...] = EVENTS) -> HostWebhook:
        """Subscribe `url` to the events; where the host does not know them all, to those of old hosts."""
        try:
            return self._create_webhook(url, events)
        except HostRejected:
            if events == EVENTS_OF_OLD_HOSTS:
                raise
            return self._create_webhook(url, EVENTS_OF_OLD_HOSTS)

    def update_webhook(self, id_: int) -> None:
        """Subscribe the webhook to all events; where the host does not know them all, to those of old hosts."""
        try:
            self._subscribe(id_, EVENTS)
        except HostRejected:
            self._subscribe(id_, EVENTS_OF_OLD_HOSTS)

    def delete_webhook(self, id_: int) -> None:
        self._ask("DELETE", f"/webhooks/{id_:d}")

    def _subscribe(self, id_: int, events: tuple[str, ...]) -> None:
        self._ask("PATCH", f"/webhooks/{id_:d}", json={"webhook": {"subscriptions": list(events)}})

    def _create_webhook(self, url: str, events: tuple[str, ...]) -> HostWebhook:
        body = {"webhook": {"url": url, "subscriptions": list(events)}}
        return HostWebhook.of(_row(self._ask("POST", "/webhooks", json=body), "webhook"))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        is_of_account: bool = True,
    ) -> Any:
        base = f"/api/v1/accounts/{self._account.host_account_id:d}" if is_of_account else ""
        url = f"{self._account.api_address}{base}{path}"
        if self._token:
            return self._ask_as(self._token, method, url, params, json)
        refused = HostRefusedToken(gettext_noop("No token is stored for this host. Enter an administrator's."))
        # During a rotation there are two: the host may know the new one only later, or the old one no longer.
        for row in live_rows(self._account, HOST_TOKEN):
            token = opened(self._account, row)
            if token is None:
                refused = HostRefusedToken(
                    gettext_noop("The stored token cannot be opened any longer. Enter it again.")
                )
                continue
            try:
                answer = self._ask_as(token, method, url, params, json)
            except HostRefusedToken as error:
                refused = error
                continue
            mark_used(row)
            return answer
        raise refused

    def _ask_as(self, token: str, method: str, url: str, params: Mapping[str, str] | None, json: Any) -> Any:
        if not (token.isascii() and token.isprintable()):  # as copied from a mail: no header can carry it
            raise HostRefusedToken(gettext_noop("The token holds a character that no token has. Copy it once more."))
        headers = {TOKEN_HEADER: token}
        try:
            response = send(method, url, headers=headers, params=params, json=json, timeout=self._timeout)
            answer = self._read(response)
        except OutgoingError as error:
            count("host_calls", result=error.kind)
            if error.kind == "unreadable":
                raise HostUnreadable(str(error)) from None
            raise HostUnreachable(str(error)) from None
        count("host_calls", result="ok")
        return answer

    def _read(self, response: Response) -> Any:
        if response.status < HTTPStatus.MULTIPLE_CHOICES:
            return response.json() if response.body.strip() else None
        count("host_calls", result=str(response.status))
        raise _error(response)


def _error(response: Response) -> HostError:
    """Return what the status means; the host's own sentence tells apart what shares one."""
    status, said = response.status, _said(response)
    is_forbidden = status == HTTPStatus.FORBIDDEN or any(word in said.lower() for word in _FORBIDDEN)
    forbidden = HostForbidden(gettext_noop("The token's owner may not do this. Use an administrator's token."))
    refused = HostRefusedToken(gettext_noop("The host does not accept the token. Enter a valid one."))
    after = response.headers.get("retry-after", "")
    errors: dict[int, HostError] = {
        HTTPStatus.UNAUTHORIZED: forbidden if is_forbidden else refused,
        HTTPStatus.FORBIDDEN: forbidden,
        HTTPStatus.NOT_FOUND: HostNotFound(gettext_noop("The host does not have this in the account.")),
        HTTPStatus.TOO_MANY_REQUESTS: HostLimited(
            gettext_noop("The host asks us to slow down."), retry_after=float(after) if after.isdecimal() else None
        ),
    }
    if status in _REJECTED:
        return HostRejected(said[:300] or gettext_noop("The host refuses this."))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return HostInTrouble(gettext_noop("The host has trouble of its own at the moment."))
    return errors.get(status) or HostUnreadable(_NOT_THE_API)


def _said(response: Response) -> str:
    """Return the host's sentence; some errors have it as `error`, others as `message` (host-contract 3.2)."""
    try:
        body = record(response.json())
    except OutgoingError:
        return ""
    for name in ("error", "message"):
        if isinstance(said := body.get(name), str):
            return said
    return ""


def _rows(answer: Any, name: str = "payload") -> list[Mapping[str, Any]]:
    """Return a list's records, bare or in one of the host's wrappers."""
    return [row for row in _list(answer, name) if isinstance(row, dict)]


def _list(answer: Any, name: str = "payload") -> list[Any]:
    while isinstance(answer, dict):
        answer = next((answer[key] for key in (name, "payload", "data") if key in answer), None)
    if not isinstance(answer, list):
        raise HostUnreadable(_NOT_THE_API)
    return answer


def _row(answer: Any, name: str = "payload") -> Mapping[str, Any]:
    """Return one record, bare or in one of the host's wrappers."""
    while isinstance(answer, dict) and "id" not in answer:
        answer = next((answer[key] for key in ("payload", name, "data") if key in answer), None)
    if not isinstance(answer, dict):
        raise HostUnreadable(_NOT_THE_API)
    return answer


def _dashboard_app(title: str, url: str) -> dict[str, Any]:
    return {"dashboard_app": {"title": title, "content": [{"type": "frame", "url": url}]}}
