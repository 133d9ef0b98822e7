"""Several customers match: nobody's orders are shown until an agent has said who it is."""

import re
import threading
import time
from typing import Any

import pytest
from django.db import connection
from django.db import connections as database_connections
from django.test import Client

from panels import links
from panels.models import Connection, CustomerLink, Placement
from tenants import audit
from tenants.models import Account, AuditEntry, DashboardApp
from tenants.signals import contact_deleted
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.contexts import context_body
from tests.support.host import ADMINISTRATOR, AGENT, HostInMemory, make_contact, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_at_hand")]
THREE = ("customer", "orders", "payments")
# Three people of the demonstration shop have this contact's phone.
SEVERAL = "ada.several@example.com"


class Tab:
    """A tab of an account, as one signed-in agent has it open."""

    def __init__(self, account: Account, **app_values: Any) -> None:
        self.account = account
        self.shop = make_connection(account, connector="demo", name="Shop", settings={"shop": "Shop"})
        self.app: DashboardApp = make_app(account, **app_values)
        for panel in THREE:
            make_placement(self.app, self.shop, panel=panel)
        self.agent = AGENT
        self.headers = sign_in(account) if account.trust == "signed_in" else {}

    def open(self) -> Any:
        body = context_body(self.account, email=SEVERAL, agent=self.agent, uuid="uuid-of-7")
        path = f"/a/{self.app.key}/context"
        response = Client().post(path, body, content_type="application/json", headers=self.headers)
        assert response.status_code == 200, response.content
        self.pass_ = {**self.headers, "X-Voxys-Context": response["X-Voxys-Context"]}
        return response

    def look(self) -> str:
        """Return the page once everything is there."""
        self.open()
        return str(self.open().content.decode())

    def link(self, customer: str, *, connection: str = "Shop", panel: str = "orders") -> Any:
        placement = Placement.objects.get(dashboard_app=self.app, panel=panel)
        data = {"connection": connection, "customer": customer}
        return Client().post(f"/a/{self.app.key}/panels/{placement.pk}/link", data, headers=self.pass_)


def make_tab(hosts: dict[int, HostInMemory], **values: Any) -> Tab:
    account = make_account(**{"trust": "signed_in", **values})
    host = HostInMemory()
    host.contacts[70] = make_contact(70, email=SEVERAL)
    host.change_conversation(7)
    hosts[account.pk] = host
    return Tab(account)


@pytest.fixture
def tab(hosts: dict[int, HostInMemory]) -> Tab:
    return make_tab(hosts)


def section(page: str, panel: str) -> str:
    found = re.search(rf'<section[^>]*data-panel="{panel}".*?</section>', page, re.DOTALL)
    assert found
    return found[0]


def offered(page: str, panel: str) -> list[str]:
    return re.findall(r'data-link-customer="([^"]+)"', section(page, panel))


def order_numbers(page: str) -> set[str]:
    return set(re.findall(r'data-mention="([^"]+)"', section(page, "orders")))


def test_several_matches_are_a_choice_in_every_panel(tab: Tab) -> None:
    page = tab.look()
    people = offered(page, "customer")
    assert len(set(people)) == 3
    for panel in ("orders", "payments"):
        assert offered(page, panel) == people
    assert order_numbers(page) == set()
    assert "Which one is it?" in section(page, "orders")


def test_choice_shows_that_customer_and_no_other(tab: Tab) -> None:
    people = offered(tab.look(), "orders")
    seen = []
    for customer in people:
        tab.open()
        assert tab.link(customer).status_code == 200
        page = tab.look()
        seen.append(order_numbers(page))
        assert offered(page, "customer") == []
        assert "Linked by an agent" in section(page, "customer")
        assert tab.link("").status_code == 200
        assert offered(tab.look(), "orders") == people
    assert all(seen)
    assert len(set.union(*seen)) == sum(map(len, seen)), "no order is in two people's pages"


def test_choice_holds_for_all_agents_and_is_written_down(tab: Tab) -> None:
    chosen = offered(tab.look(), "payments")[1]
    tab.link(chosen, panel="payments")
    link = CustomerLink.objects.for_account(tab.account).get()
    assert (link.contact_id, link.external_id, link.linked_by) == (70, chosen, 5)
    tab.agent, tab.headers = ADMINISTRATOR, sign_in(tab.account, ADMINISTRATOR)
    assert "Linked by an agent" in section(tab.look(), "customer")
    entry = AuditEntry.objects.get(action="link")
    assert entry.account == tab.account
    assert entry.actor == "agent 5"


def test_nobody_is_linked_to_who_does_not_match(tab: Tab) -> None:
    tab.look()
    for customer in ("1", "0", "' OR 1=1", "x" * 5000):
        assert tab.link(customer).status_code == 404
    assert not CustomerLink.objects.exists()


def test_other_connections_cannot_be_named(tab: Tab, hosts: dict[int, HostInMemory]) -> None:
    stranger = make_tab(hosts)
    person = offered(tab.look(), "orders")[0]
    stranger.look()
    Connection.objects.filter(pk=stranger.shop.pk).update(name="Other")
    assert tab.link(person, connection="Other").status_code == 404
    assert tab.link(person, connection="").status_code == 404
    placement = Placement.objects.filter(dashboard_app=stranger.app).first()
    assert placement is not None
    url = f"/a/{tab.app.key}/panels/{placement.pk}/link"
    assert Client().post(url, {"connection": "Shop", "customer": person}, headers=tab.pass_).status_code == 404
    url = f"/a/{stranger.app.key}/panels/{placement.pk}/link"
    refused = Client().post(url, {"connection": "Other", "customer": person}, headers=tab.pass_)
    assert refused.status_code in {401, 403}
    assert not CustomerLink.objects.exists()


def test_without_a_session_nobody_chooses(hosts: dict[int, HostInMemory]) -> None:
    verified = make_tab(hosts, trust="verified")
    person = offered(verified.look(), "orders")[0]
    response = verified.link(person)
    assert response.status_code == 403
    assert "signed in" in response.json()["detail"]
    assert not CustomerLink.objects.exists()


def test_links_end_with_the_contact(tab: Tab, hosts: dict[int, HostInMemory]) -> None:
    stranger = make_tab(hosts)
    for one in (tab, stranger):
        one.link(offered(one.look(), "orders")[0])
    contact_deleted.send(sender=None, account_id=tab.account.pk, contact_id=70, customers=set())
    assert [link.account for link in CustomerLink.objects.all()] == [stranger.account]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="in memory SQLite refuses whoever should wait")
@pytest.mark.django_db(transaction=True)
def test_two_agents_who_choose_at_the_same_moment_leave_one_choice(
    hosts: dict[int, HostInMemory], monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = make_tab(hosts)
    first, second, _third = dict.fromkeys(offered(tab.look(), "orders"))
    both_are_in = threading.Barrier(2)
    candidates, record = links._candidates, audit.record

    def meet(*args: Any) -> Any:
        found = candidates(*args)
        both_are_in.wait(10)  # both have seen that whom they choose matches
        return found

    def slowly(*args: Any, **values: Any) -> Any:
        time.sleep(0.2)  # whoever came second, and did not wait, is past its own look by now
        return record(*args, **values)

    monkeypatch.setattr(links, "_candidates", meet)
    monkeypatch.setattr(audit, "record", slowly)
    answers: list[int] = []

    def choose(customer: str) -> None:
        try:
            answers.append(tab.link(customer).status_code)
        finally:
            database_connections.close_all()

    threads = [threading.Thread(target=choose, args=(customer,)) for customer in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == [200, 200]
    (left,) = CustomerLink.objects.for_account(tab.account)
    before, after = AuditEntry.objects.filter(action="link").order_by("pk")
    assert after.changes["customer"] == [before.changes["customer"][1], [left.external_id]]
    assert {left.external_id, *before.changes["customer"][1]} == {first, second}
