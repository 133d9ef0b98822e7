"""What connectors of the host are handed, and that nobody has a connection to it."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from panels import registry
from panels.configuration import read_sources
from panels.host_reader import ContactReader
from panels.models import Connection
from panels.preflight import tabs_can_be_filled
from panels.services import validate_connection
from tenants.models import Account
from tenants.preflight.registry import Flight
from tenants.secrets import HOST_TOKEN, set_secret
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.host import HostInMemory, host_answers, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return make_account(trust="verified")


@pytest.fixture
def host(account: Account) -> Iterator[HostInMemory]:
    host = HostInMemory()
    with host_answers({account.pk: host}):
        yield host


def test_it_answers_about_the_contact_and_nobody_else(account: Account, host: HostInMemory) -> None:
    other = host.contacts[71] = make_contact(71)
    host.change_conversation(9, other)
    reader = ContactReader(account, 70, name="Voxys")
    assert [one.id for one in reader.conversations()] == [7]
    host.write_note("of conversation 7", private=False)
    host.write_note("of conversation 9", private=False, conversation_id=9)
    assert [one.content for one in reader.messages(7)] == ["of conversation 7"]
    assert reader.messages(9) == []


def test_messages_of_a_number_nobody_told_are_none(account: Account, host: HostInMemory) -> None:
    assert ContactReader(account, 70, name="Voxys").messages(7) == []
    assert "messages" not in host.calls


def test_what_is_handed_over_has_no_token(account: Account) -> None:
    set_secret(account, HOST_TOKEN, "canary-of-the-host-token")
    reader = ContactReader(account, 70, name="Voxys")
    assert not [value for value in vars(reader).values() if not callable(value) and not isinstance(value, str)]
    assert "canary" not in repr(vars(reader))


def test_where_the_host_shows_a_conversation(account: Account, host: HostInMemory) -> None:
    address = ContactReader(account, 70, name="Voxys").address(7)
    assert address == f"https://voxys.example/app/accounts/{account.host_account_id}/conversations/7"


def test_nobody_makes_a_connection_to_it(account: Account) -> None:
    assert "host" in registry.host_connectors()
    assert "host" not in registry.connectors().plugins
    with pytest.raises(ValidationError, match="not installed"):
        validate_connection(Connection(account=account, connector="host", name="Mine"))


@pytest.mark.parametrize("with_connection", [True, False])
def test_every_account_whose_host_confirms_is_filled_by_it(account: Account, with_connection: bool) -> None:
    connections = [make_connection(account, connector="demo", name="Shop")] if with_connection else []
    make_placement(make_app(account), *connections, panel="history")
    assert [source.key for source in read_sources(account.pk)] == ["h.host.history"]
    assert [result.light.value for result in tabs_can_be_filled(Flight(account))] == []
    Account.objects.filter(pk=account.pk).update(trust="link")
    account.refresh_from_db()
    assert read_sources(account.pk) == ()
    (result,) = tabs_can_be_filled(Flight(account))
    assert result.light.value == "red"
    assert "only where the host confirms who looks" in result.sentence


def test_setting_up_tabs_offers_it(account: Account, admin_client: Client) -> None:
    page = admin_client.get(f"/admin/tenants/account/{account.pk}/tabs/").content.decode()
    assert 'value="history"' in page
