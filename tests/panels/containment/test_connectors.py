"""A hostile connector: its connection fails, and nobody else's; operators are told."""

import time

import pytest

from panels.containment import calls
from panels.containment.calls import MOST_AT_ONCE, MOST_OF_AN_ACCOUNT, call_plugin, try_plugin
from panels.errors import TemporaryError
from panels.guard import Busy
from panels.services import try_connection
from panels.trials import try_customer
from tenants.trust.identity import Identity
from tests.factories import make_connection
from tests.panels.containment.conftest import Install
from tests.panels.containment.support import Tab, make_tab

pytestmark = pytest.mark.django_db
DEEDS = ("raises", "exits", "loops", "sleeps", "nonsense")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, worker_at_hand: None) -> None:
    monkeypatch.setattr(calls, "GRACE_SECONDS", 0.1)


def tab_with(deed: str) -> Tab:
    tab = make_tab()
    hostile = make_connection(tab.account, name="Hostile", connector="hostile-shop", settings={"deed": deed})
    tab.place("payments", hostile)
    tab.place("customer", tab.shop)
    return tab


@pytest.mark.parametrize("deed", DEEDS)
def test_its_panel_says_so_and_the_others_are_right(install: Install, deed: str) -> None:
    install("hostile-shop")
    sections = tab_with(deed).look()
    assert sections["payments"].state == "error"
    assert sections["payments"].reference
    assert sections["customer"].state == "ready"
    # It can answer orders, too: the good shop's are shown beside the failure.
    assert "data-row" in sections["orders"].html
    assert "1 of 2 answered." in sections["orders"].text


@pytest.mark.parametrize("deed", DEEDS)
def test_operator_who_tries_it_is_answered_in_time(install: Install, deed: str) -> None:
    install("hostile-shop")
    connection = tab_with(deed).account.connections.get(name="Hostile")
    started = time.monotonic()
    answer = try_connection(connection)
    trials = try_customer(connection, Identity(emails=("ada@example.com",)))
    assert time.monotonic() - started < 8
    if deed != "nonsense":  # a mapping is no sentence, but it answers
        assert not answer.answers
        assert answer.sentence
    assert [trial.sentence != "" for trial in trials] == [True] * 3


class Slow:
    """A plugin of somebody's; its calls begin others, so that they are under way together."""

    slug = "slow"


def call(*accounts: int) -> int:
    """Return 5 once a call is under way for each of the accounts at the same time."""
    if not accounts:
        return 5
    return call_plugin(Slow, lambda: call(*accounts[1:]), account_id=accounts[0], seconds=5, name="Slow")


def test_a_slow_plugin_has_so_many_places_in_a_process_and_no_more() -> None:
    every_place = (*[1] * MOST_OF_AN_ACCOUNT, *[2] * (MOST_AT_ONCE - MOST_OF_AN_ACCOUNT))
    assert call(*every_place) == 5
    with pytest.raises(Busy):
        call(*every_place, 3)
    with pytest.raises(TemporaryError, match="asked several times already"):
        try_plugin(Slow, _raise_busy, account_id=1, seconds=5, name="Slow")
    assert call(*every_place) == 5


def test_an_account_leaves_a_place_of_a_slow_plugin_to_others() -> None:
    assert MOST_OF_AN_ACCOUNT < MOST_AT_ONCE
    with pytest.raises(Busy):
        call(*[1] * (MOST_OF_AN_ACCOUNT + 1))
    assert call(*[1] * MOST_OF_AN_ACCOUNT, 2) == 5


def _raise_busy() -> None:
    raise Busy
