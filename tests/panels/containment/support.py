"""Tabs with hostile panels beside good ones, and what agents see of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.test import Client

from panels.models import Connection, Placement
from tenants.models import Account, DashboardApp
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.contexts import context_body


@dataclass(frozen=True)
class Section:
    """One placement as an agent sees it."""

    state: str
    html: str

    @property
    def text(self) -> str:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.html)).split())

    @property
    def reference(self) -> str:
        found = re.search(r"Reference ([0-9a-f]{16})", self.text)
        return found[1] if found else ""


@dataclass(frozen=True)
class Tab:
    """An app of an account, with a shop that answers."""

    account: Account
    app: DashboardApp
    shop: Connection

    def place(self, panel: str, *connections: Connection, **values: Any) -> Placement:
        return make_placement(self.app, *connections, panel=panel, **values)

    def post(self, **customer: Any) -> Any:
        body = context_body(self.account, **customer)
        return Client().post(f"/a/{self.app.key}/context", body, content_type="application/json")

    def look(self, **customer: Any) -> dict[str, Section]:
        """Return the sections by panel, once everything has been fetched."""
        return dict(self.settled(**customer))

    def settled(self, **customer: Any) -> list[tuple[str, Section]]:
        """Return the sections in order, each with its panel, once everything has been fetched."""
        self.post(**customer)
        response = self.post(**customer)
        assert response.status_code == 200, response.content
        return list(_sections(response.content.decode()))


def _sections(html: str) -> Iterator[tuple[str, Section]]:
    for found in re.finditer(r'<section[^>]*data-panel="([^"]+)".*?</section>', html, re.DOTALL):
        state = re.search(r'data-state="([^"]+)"', found[0])
        assert state
        yield found[1], Section(state[1], found[0])


def make_tab(*panels: str) -> Tab:
    """Return a tab of a new account with the panels, and orders, filled by a demonstration shop."""
    account = make_account()
    app = make_app(account)
    shop = make_connection(account, name="Shop", connector="demo", settings={"latency": 0})
    tab = Tab(account, app, shop)
    for panel in (*panels, "orders"):
        tab.place(panel)
    return tab
