"""The host is a source like others: its calls are counted, and operators see how it is doing, for their accounts."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from panels import refresh, statistics
from panels.api import Identity
from panels.health import read_host_health
from panels.models import Connection
from panels.snapshots import Source
from tenants.host.errors import HostError, HostForbidden, HostUnreachable
from tenants.models import Account, Light
from tenants.secrets import set_host_token
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.admin import make_operator, signed_in
from tests.support.api import operators_api
from tests.support.contexts import context_body
from tests.support.host import HostInMemory, host_answers, make_contact
from tests.support.outside import Asked, OutsideSystem, Reply

pytestmark = pytest.mark.django_db

SOURCE = Source.of_host("host", "history")


def make_historical(**values: Any) -> Account:
    """An account with a tab of what the host knows."""
    account = make_account(trust="verified", **values)
    make_placement(make_app(account), panel="history")
    return account


@pytest.fixture
def account() -> Account:
    return make_historical()


@pytest.fixture
def host(account: Account) -> Iterator[HostInMemory]:
    host = HostInMemory()
    for number in range(71, 80):
        host.contacts[number] = make_contact(number)
    with host_answers({account.pk: host}):
        yield host


def ask(account: Account, contact: int = 70) -> None:
    refresh.refresh_source(account.pk, SOURCE, Identity(contact_id=contact), trace_id="t-1", wanted_at=0)


def light(account: Account) -> Light:
    (found,) = read_host_health(account)
    return found.state.light


def test_calls_are_counted(account: Account, host: HostInMemory) -> None:
    (found,) = read_host_health(account)
    assert (found.name, found.connector, found.state.light, found.figures.calls) == ("Voxys", "host", Light.GREEN, 0)
    ask(account)
    host.failure = HostUnreachable("No.")
    ask(account, 71)
    (found,) = read_host_health(account)
    assert (found.figures.calls, found.figures.errors) == (2, {"temporary": 1})
    assert found.figures.median is not None
    assert found.state.last_success is not None
    assert found.state.last_failure is not None
    assert (found.state.last_error, found.state.last_trace_id) == ("Voxys cannot be reached at the moment.", "t-1")


def test_requests_are_counted(outside: OutsideSystem) -> None:
    account = make_historical(host_origin=outside.url)
    set_host_token(account, "token")

    def answer(asked: Asked) -> Reply:
        return Reply({"payload": []})

    outside.answer = answer
    ask(account)
    (found,) = read_host_health(account)
    assert found.figures.calls == 1
    assert found.figures.requests == len(outside.asked) >= 3


@pytest.mark.parametrize(
    ("failure", "contacts", "expected"),
    [
        (HostUnreachable("No."), 1, Light.AMBER),
        (HostUnreachable("No."), 3, Light.RED),
        (HostForbidden("No."), 1, Light.RED),
    ],
)
def test_lights(account: Account, host: HostInMemory, failure: HostError, contacts: int, expected: Light) -> None:
    ask(account)
    host.failure = failure
    for number in range(contacts):
        ask(account, 71 + number)
    assert light(account) == expected
    host.failure = None
    ask(account, 79)
    assert light(account) == Light.GREEN


def test_contact_that_is_gone_is_not_the_host(account: Account, host: HostInMemory) -> None:
    ask(account)
    ask(account, 999)
    assert light(account) == Light.AMBER
    ask(account, 71)
    assert light(account) == Light.GREEN


def test_looks_are_counted(account: Account, host: HostInMemory) -> None:
    statistics.write_openings(at_once=True)
    app = account.dashboard_apps.get()
    (before,) = read_host_health(account)
    body = context_body(account, uuid="uuid-of-7")
    Client().post(f"/a/{app.key}/context", body, content_type="application/json")
    statistics.write_openings(at_once=True)
    (found,) = read_host_health(account)
    assert (found.figures.opened - before.figures.opened, found.figures.missed - before.figures.missed) == (1, 1)


def test_where_no_panel_is_filled_by_the_host_there_is_nothing_to_tell() -> None:
    plain = make_account(trust="verified")
    make_placement(make_app(plain), make_connection(plain), panel="orders")
    at_link = make_account(trust="link")
    make_placement(make_app(at_link), panel="history")
    assert read_host_health(plain) == read_host_health(at_link) == []


def test_pages(account: Account, host: HostInMemory, admin_client: Client) -> None:
    shop: Connection = make_connection(account, connector="demo")
    ask(account)
    host.failure = HostUnreachable("No.")
    ask(account, 71)
    page = admin_client.get(f"/admin/tenants/account/{account.pk}/host-health/").content.decode()
    assert "The last call failed. Others may succeed." in page
    assert "Voxys cannot be reached at the moment." in page
    assert "Calls: did not answer" in page
    address = f'href="/admin/tenants/account/{account.pk}/host-health/"'
    assert address in admin_client.get(f"/admin/panels/connection/{shop.pk}/health/").content.decode()
    assert address in admin_client.get(f"/admin/tenants/account/{account.pk}/change/").content.decode()
    assert "Pause" not in page, "nobody switches the host off"


def test_page_where_the_host_fills_nothing(admin_client: Client) -> None:
    account = make_account()
    page = admin_client.get(f"/admin/tenants/account/{account.pk}/host-health/").content.decode()
    assert "Voxys is asked for nothing" in page


def test_by_program(account: Account, host: HostInMemory) -> None:
    ask(account)
    (found,) = operators_api(account).get(f"accounts/{account.pk}/host-health/").json()
    assert (found["connector"], found["name"], found["light"], found["calls"]) == ("host", "Voxys", "green", 1)
    assert found["waiting"] == 0


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30])
def test_numbers_that_are_no_accounts(account: Account, number: str) -> None:
    assert operators_api(account).get(f"accounts/{number}/host-health/").status_code == 404


def test_another_accounts_host_is_not_there(account: Account, host: HostInMemory) -> None:
    theirs = make_historical(name="Canary")
    with host_answers({theirs.pk: HostInMemory(), account.pk: host}):
        ask(theirs)
    (found,) = read_host_health(account)
    assert found.figures.calls == 0
    assert operators_api(account).get(f"accounts/{theirs.pk}/host-health/").status_code == 404
    answer = signed_in(make_operator(account)).get(f"/admin/tenants/account/{theirs.pk}/host-health/")
    assert answer.status_code == 404
    assert "Canary" not in answer.content.decode()
