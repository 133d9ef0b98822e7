"""Secrets have a newest value, at times an older one beside it, and tell their last characters only."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from tenants.models import Account, AccountSecret
from tenants.secrets import describe_secrets, get_live_secrets, get_secret, live_rows, mark_used, set_secret
from tests.factories import make_account, make_connection
from voxysapps.sealing import SealBroken

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def account() -> Account:
    return make_account()


def test_the_newest_value_is_the_one_in_use(account: Account) -> None:
    set_secret(account, "token", "first-of-two-values")
    set_secret(account, "token", "second-of-two-values")
    assert get_live_secrets(account, "token") == ["second-of-two-values"]
    set_secret(account, "token", "")
    assert get_secret(account, "token") is None


def test_two_values_are_live_during_a_rotation_and_never_three(account: Account, clock: Any) -> None:
    for value in ("first", "second", "third"):
        set_secret(account, "token", value, keep_old_for=HOUR)
        clock.shift(1)
    assert get_live_secrets(account, "token") == ["third", "second"]
    clock.shift(3600)
    account = Account.objects.get(pk=account.pk)
    assert get_live_secrets(account, "token") == ["third"]
    assert [info.ends_at for info in describe_secrets(account)] == [None]


def test_what_is_told_of_a_secret(account: Account) -> None:
    set_secret(account, "token", "abcdefghijklmnop")
    set_secret(account, "short", "abcdef")
    told = {info.name: info for info in describe_secrets(account)}
    assert told["token"].last4 == "mnop"
    assert told["short"].last4 == ""  # of a short one four characters are too much
    assert told["token"].last_used_at is None
    mark_used(*live_rows(account, "token"))
    used = describe_secrets(account)[1].last_used_at
    assert used
    mark_used(*live_rows(account, "token"))
    assert AccountSecret.objects.get(name="token").last_used_at == used


def test_a_secret_opens_in_its_own_place_only(account: Account) -> None:
    """The same row under another owner, account or name is broken, not readable."""
    other = make_account()
    connection = make_connection(other)
    set_secret(account, "token", "value")
    sealed = account.secrets.get().sealed
    other.secrets.create(name="token", sealed=sealed)
    account.secrets.create(name="another", sealed=sealed)
    connection.secrets.create(name="token", sealed=sealed)
    for owner, name in ((other, "token"), (account, "another"), (connection, "token")):
        with pytest.raises(SealBroken):
            get_secret(owner, name)
        assert get_live_secrets(owner, name) == []


def test_an_ended_value_is_not_used_though_it_is_stored(account: Account) -> None:
    set_secret(account, "token", "old")
    account.secrets.update(ends_at=timezone.now() - HOUR)
    assert get_secret(Account.objects.get(pk=account.pk), "token") is None
