"""During a rotation both values of a secret are tried, the newest first; operators see which was accepted, and when."""

import datetime as dt
import re
from typing import Any, ClassVar

import pytest
from django.test import Client

from panels import refresh
from panels.api import Identity, OperatorError, Orders, TemporaryError
from panels.models import Connection
from panels.preflight import _try
from panels.services import save_connection, try_connection
from panels.snapshots import Source
from tenants.models import Light
from tenants.secrets import describe_secrets, set_secret
from tests.factories import make_account, make_connection
from tests.support.connectors import WithSecret, connector_with_secret  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

ADA = Identity(contact_id=70, name="Ada Byron", emails=("ada@example.com",))
HOUR = dt.timedelta(hours=1)
OLD, NEW = "the-older-of-two-tokens", "the-newest-of-two-tokens"


class Shop:
    """A system that takes some tokens, and remembers which it was shown."""

    taken: ClassVar[set[str]] = set()
    shown: ClassVar[list[str]] = []
    is_away: ClassVar[bool] = False


def _take(token: str) -> None:
    Shop.shown.append(token)
    if Shop.is_away:
        raise TemporaryError("Gone for a moment.")
    if token not in Shop.taken:
        raise OperatorError("Refused.")


@pytest.fixture
def shop(
    connector_with_secret: type[WithSecret],  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
    clock: Any,
) -> Connection:
    def orders(self: WithSecret, who: Identity) -> Orders:
        _take(self.settings["token"])
        return Orders()

    def check(self: WithSecret) -> str:
        _take(self.settings["token"])
        return "It answers."

    monkeypatch.setattr(WithSecret, "orders", orders)
    monkeypatch.setattr(WithSecret, "check", check)
    Shop.taken, Shop.is_away = set(), False
    Shop.shown.clear()
    connection = make_connection(make_account(), connector="with-secret", settings={"address": "https://shop.example"})
    set_secret(connection, "token", OLD)
    clock.shift(1)
    save_connection(connection, {"token": NEW}, keep_old_for=HOUR)
    return connection


def ask(shop: Connection) -> Any:
    return refresh.refresh_source(
        shop.account_id, Source.of_connection(shop.pk, "orders"), ADA, trace_id="t", wanted_at=0.0
    )


def used(shop: Connection) -> list[bool]:
    """Return of the newest, then of the older one, whether it was used."""
    return [one.last_used_at is not None for one in describe_secrets(Connection.objects.get(pk=shop.pk))]


@pytest.mark.parametrize(
    ("taken", "shown", "is_used"),
    [({NEW, OLD}, [NEW], [True, False]), ({OLD}, [NEW, OLD], [False, True]), (set(), [NEW, OLD], [False, False])],
    ids=["the newest is good", "only the older one is", "none is"],
)
def test_both_are_tried_and_what_was_accepted_is_noted(
    shop: Connection, taken: set[str], shown: list[str], is_used: list[bool]
) -> None:
    Shop.taken = taken
    assert (ask(shop).failure is None) is bool(taken)
    assert (Shop.shown, used(shop)) == (shown, is_used)


def test_the_older_one_ends_at_its_time(shop: Connection, clock: Any) -> None:
    Shop.taken = {OLD}
    clock.shift(3601)
    assert ask(shop).failure is not None
    assert Shop.shown == [NEW]


def test_a_system_that_is_away_is_not_asked_again_with_the_older_one(shop: Connection) -> None:
    Shop.is_away = True
    assert ask(shop).failure is not None
    assert Shop.shown == [NEW]
    assert used(shop) == [False, False]


def test_checks_and_preflight_say_that_the_newest_was_refused(shop: Connection) -> None:
    Shop.taken = {OLD}
    answer = try_connection(shop)
    assert answer.answers
    assert answer.sentence == "It answers. It took the older secret: the newest one was refused."
    assert used(shop) == [False, True]
    assert _try(shop).light == Light.AMBER
    Shop.taken = {NEW}
    assert try_connection(shop).sentence == "It answers."
    assert _try(shop).light == Light.GREEN


def test_what_is_entered_is_tried_alone(shop: Connection) -> None:
    Shop.taken = {OLD}
    assert not try_connection(shop, {"token": "another"}).answers
    assert Shop.shown == ["another"]


def test_a_new_destination_is_shown_neither(shop: Connection) -> None:
    Shop.taken = {OLD, NEW}
    shop.settings = {"address": "https://elsewhere.example"}
    try_connection(shop)
    assert not {OLD, NEW} & {*Shop.shown}


def test_the_page_says_when_a_credential_was_used(shop: Connection, admin_client: Client) -> None:
    Shop.taken = {OLD, NEW}
    address = f"/admin/panels/connection/{shop.pk}/change/"
    assert "last used" not in admin_client.get(address).content.decode()
    ask(shop)
    assert "last used" in admin_client.get(address).content.decode()


def test_operators_choose_how_long_the_older_one_stays_good(shop: Connection, admin_client: Client) -> None:
    address = f"/admin/panels/connection/{shop.pk}/change/"
    page = admin_client.get(address).content.decode()
    assert 'name="keep_old_hours"' in page
    # Browsers fill in no password of the operator's.
    fields = re.findall(r'<input[^>]* type="password"[^>]*>', page)
    assert [field for field in fields if 'autocomplete="new-password"' in field] == fields != []
    Shop.taken = {"a-third-of-these-tokens", NEW}
    body = {"name": shop.name, "is_enabled": "on", "setting_address": "https://shop.example"}
    entered = {**body, "setting_token": "a-third-of-these-tokens", "keep_old_hours": "2"}
    assert admin_client.post(address, entered).status_code == 302
    live = describe_secrets(Connection.objects.get(pk=shop.pk))
    assert [one.ends_at is not None for one in live] == [False, True]
    assert admin_client.post(address, {**entered, "setting_token": NEW, "keep_old_hours": ""}).status_code == 302
    assert len(describe_secrets(Connection.objects.get(pk=shop.pk))) == 1


def test_a_connection_without_secrets_does_not_ask_for_how_long(admin_client: Client) -> None:
    connection = make_connection(make_account(), connector="demo")
    page = admin_client.get(f"/admin/panels/connection/{connection.pk}/change/").content.decode()
    assert "keep_old_hours" not in page
