"""A panel in the running product: an account's tab, opened as the host opens it."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar
from unittest.mock import patch

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels import registry
from panels.base import Panel
from panels.capabilities import CAPABILITIES, Answer
from panels.connectors.base import Connector
from panels.models import Connection, Placement
from panels.registry import Installed
from tenants.models import Account, DashboardApp
from tenants.trust.identity import Identity
from voxysapps.celery import app as celery_app

_HOST = "https://voxys.example"
_numbers = count(1)


class _Answering(Connector):
    """Answers what the test wants answered."""

    slug = "panels-testing"
    title = "Test kit"
    capabilities = tuple(CAPABILITIES)
    recognises_by = ("identifier", "email", "phone")
    data: ClassVar[Answer]

    def __getattribute__(self, name: str) -> Any:
        return (lambda who: self.data) if name in CAPABILITIES else super().__getattribute__(name)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a tab showed: its HTML, the panel's state in it, and how many queries fetching and showing it took."""

    html: str
    state: str
    queries: int


class Tab:
    """A dashboard app of an account of its own, with one panel in it. Made within `product_with`."""

    def __init__(self, panel: Panel, settings: Mapping[str, Any]) -> None:
        number = next(_numbers)
        account = Account.objects.create(
            name=f"Account {number}",
            host_origin=_HOST,
            host_account_id=number,
            # Shows data without the host's word, and so without a host.
            trust="link",
            host_proved_at=timezone.now(),
        )
        self._panel, self._account = panel, account
        self._app = DashboardApp.objects.create(account=account, title=f"App {number}")
        placement = Placement.objects.create(
            account=account, dashboard_app=self._app, panel=panel.slug, position=1, settings=dict(settings)
        )
        if panel.capability is not None:
            connection = Connection.objects.create(account=account, name="Shop A", connector=_Answering.slug)
            placement.connections.set([connection])

    def open(self, data: Any, who: Identity) -> Opened:
        """Return what the tab shows of the customer once the panel's source has told `data`."""
        told = patch.object(_Answering, "data", data, create=True)
        if self._panel.capability is None:
            told = patch.object(self._panel, "fetch", lambda ctx: data)
        with told, CaptureQueriesContext(database) as queries:
            self._post(who)
            html = self._post(who)
        found = re.search(r'data-state="(\w+)"', html)
        return Opened(html, found[1] if found else "", len(queries))

    def _post(self, who: Identity) -> str:
        url = f"/a/{self._app.key}/context"
        return Client().post(url, _context(self._account, who), content_type="application/json").content.decode()


@contextmanager
def product_with(kind: type[Panel]) -> Iterator[Panel]:
    """Let the product have this panel, and do at once what workers do."""
    panel = kind()
    panels, connectors = registry.panels(), registry.connectors()
    with ExitStack() as stack:
        for name, installed in (
            ("panels", Installed({**panels.plugins, kind.slug: panel}, panels.broken)),
            ("connectors", Installed({**connectors.plugins, _Answering.slug: _Answering}, connectors.broken)),
        ):
            stack.enter_context(patch.object(registry, name, lambda installed=installed: installed))
        before, celery_app.conf.task_always_eager = celery_app.conf.task_always_eager, True
        stack.callback(setattr, celery_app.conf, "task_always_eager", before)
        registry.code_version.cache_clear()
        stack.callback(registry.code_version.cache_clear)
        yield panel


def _context(account: Account, who: Identity) -> str:
    """Return what the host posts about a conversation with the customer by e-mail."""
    person = {
        "id": who.contact_id,
        "name": who.name,
        "email": next(iter(who.emails), None),
        "phone_number": next(iter(who.phones), None),
        "identifier": who.identifier,
    }
    conversation: dict[str, Any] = {
        "id": who.contact_id,
        "account_id": account.host_account_id,
        "inbox_id": 1,
        "status": "open",
        "messages": [],
        "meta": {"sender": person, "channel": "Channel::Email", "hmac_verified": None},
    }
    agent = {"id": 5, "name": "Tom", "email": "tom@example.com"}
    return json.dumps(
        {"event": "appContext", "data": {"conversation": conversation, "contact": person, "currentAgent": agent}}
    )
