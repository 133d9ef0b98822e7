"""Two accounts of one host with the same ids everywhere, and other customers behind them."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from panels.models import Connection, Placement
from tenants.models import Account, DashboardApp
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.connectors import RecordingConnector
from tests.support.contexts import context_body
from tests.support.host import AGENT, HostInMemory, host_answers, make_contact, sign_in

PANELS = ("customer", "orders", "payments")
# Agent 5 is a member of inbox 1 only; conversation 9 is in inbox 2.
CONVERSATION, CONTACT, UUID = 7, 70, "uuid-of-7"
OTHER_CONVERSATION, OTHER_CONTACT = 9, 90


@dataclass
class Tenant:
    """One account with everything an attacker could be after."""

    account: Account
    app: DashboardApp
    other_app: DashboardApp
    placement: Placement
    connection: Connection
    host: HostInMemory
    email: str
    _headers: dict[int, dict[str, str]] = field(default_factory=dict)

    def session(self, agent: int = AGENT) -> dict[str, str]:
        """Return the headers of a signed-in agent, the same for the length of the test."""
        if agent not in self._headers:
            self._headers[agent] = sign_in(self.account, agent)
        return self._headers[agent]

    def body(self, **values: Any) -> str:
        """Return what the host posts for conversation 7, changed by `values`."""
        return context_body(self.account, **{"email": self.email, "uuid": UUID, **values})

    def post(self, headers: Mapping[str, str] | None = None, app: DashboardApp | None = None, **values: Any) -> Any:
        return self.post_raw(self.body(**values), headers, app)

    def post_raw(
        self, body: str | bytes, headers: Mapping[str, str] | None = None, app: DashboardApp | None = None
    ) -> Any:
        address = f"/a/{(app or self.app).key}/context"
        return Client().post(address, body, content_type="application/json", headers=headers)

    def warm(self) -> Any:
        """Return the honest answer, with its data there."""
        for _time in range(3):
            response = self.post(self.session())
        assert shows_data(response), response.content
        return response

    def token(self) -> str:
        """Return the context token of the honest answer."""
        return str(self.warm()["X-Voxys-Context"])


def make_tenant(email: str, trust: str = "signed_in", **values: Any) -> Tenant:
    account = make_account(trust=trust, **values)
    app, other_app = make_app(account), make_app(account)
    connection = make_connection(account, name="Shop")
    placements = [make_placement(app, connection, panel=panel) for panel in PANELS]
    make_placement(other_app, connection, panel="orders")
    host = HostInMemory()
    host.change_contact(CONTACT, email=email)
    host.change_conversation(CONVERSATION, host.contacts[CONTACT])
    host.members[2] = frozenset({8})
    host.change_agent(8)
    host.contacts[OTHER_CONTACT] = make_contact(OTHER_CONTACT, email=f"other.{email}")
    host.change_conversation(OTHER_CONVERSATION, host.contacts[OTHER_CONTACT], inbox_id=2)
    return Tenant(account, app, other_app, placements[1], connection, host, email)


@contextmanager
def two_tenants() -> Iterator[tuple[Tenant, Tenant]]:
    """Yield accounts `mine` and `theirs`; both hosts answer."""
    mine, theirs = make_tenant("ada@example.com"), make_tenant("grace@example.com")
    with host_answers({one.account.pk: one.host for one in (mine, theirs)}):
        yield mine, theirs


def shows_data(response: Any) -> bool:
    """Return whether anything of a customer's data is in the answer."""
    return b"data-row" in response.content or b'data-state="ready"' in response.content


def refusal(response: Any) -> tuple[int, str]:
    """Return status and code, or the reason for signing in, of an answer that holds no data."""
    assert not shows_data(response)
    assert response["Content-Type"] == "application/problem+json", response.content
    problem = json.loads(response.content)
    return response.status_code, problem.get("reason") or problem["code"]


def rows(response: Any) -> set[str]:
    """Return what tells the rows of one customer from another's."""
    return set(re.findall(r'id="(vx-\d+-[^"]+)"', response.content.decode()))


def asked_for(connector: type[RecordingConnector]) -> set[str | None]:
    """Return the e-mail addresses that the company's systems were asked about."""
    return {email for _connection, _capability, email in connector.calls}
