"""What of the host an operator chooses by name, kept for a minute: a form asks when shown and when saved."""

from collections.abc import Callable
from typing import Any

from django.core.cache import cache

from tenants.host.client import HostClient
from tenants.host.errors import HostError
from tenants.models import Account

# Numbers of the host with their names.
Choices = list[tuple[int, str]]

_KEPT_SECONDS = 60


def inboxes_of(account: Account) -> Choices | None:
    """Return the account's inboxes; None where the host does not tell."""
    return _ask(account, "inboxes", lambda client: client.inboxes())


def teams_of(account: Account) -> Choices | None:
    """Return the account's teams; None where the host does not tell."""
    return _ask(account, "teams", lambda client: client.teams())


def agents_of(account: Account) -> Choices | None:
    """Return the account's agents; None where the host does not tell."""
    return _ask(account, "agents", lambda client: client.agents())


def _ask(account: Account, kind: str, ask: Callable[[HostClient], list[Any]]) -> Choices | None:
    if not account.is_proved:
        return None
    key = f"{account.pk}:choices:{kind}"
    kept = cache.get(key)
    if kept is not None:
        return [(int(id_), str(name)) for id_, name in kept]
    try:
        known = [(row.id, row.name or str(row.id)) for row in ask(HostClient(account))]
    except HostError:
        return None
    cache.set(key, known, _KEPT_SECONDS)
    return known
