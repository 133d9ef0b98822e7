"""Changing the keys that seal credentials."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tenants.management.commands import rotate_keys
from tenants.models import Account, AccountSecret
from tenants.secrets import (
    HOST_TOKEN,
    get_hook_secret,
    get_host_token,
    place_of,
    reseal,
    set_hook_secret,
    set_host_token,
)
from tests.factories import make_account
from voxysapps.sealing import SealBroken, seal

pytestmark = pytest.mark.django_db
OLD, NEW = "o" * 40, "n" * 40


def test_after_resealing_the_old_key_can_go(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    account, empty = make_account(), make_account()
    set_host_token(account, "token")
    set_hook_secret(account, "secret")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_keys", verbosity=0)
    settings.ENCRYPTION_KEYS = [NEW]
    account = Account.objects.get(pk=account.pk)
    assert (get_host_token(account), get_hook_secret(account)) == ("token", "secret")
    assert account.is_proved
    assert get_host_token(empty) is None


def test_what_no_key_opens_is_named_and_kept(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    lost, found = make_account(), make_account()
    set_host_token(lost, "token")
    settings.ENCRYPTION_KEYS = [NEW]
    set_host_token(found, "token")
    with pytest.raises(CommandError, match=rf"account {lost.pk}\)"):
        call_command("rotate_keys")
    with pytest.raises(SealBroken):
        get_host_token(Account.objects.get(pk=lost.pk))
    settings.ENCRYPTION_KEYS = [OLD]
    assert get_host_token(Account.objects.get(pk=lost.pk)) == "token"


def test_what_is_entered_while_it_runs_is_kept(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    account = make_account()
    set_host_token(account, "before")
    read_before = account.secrets.get()
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    account.secrets.update(sealed=seal("meanwhile", place_of(account, HOST_TOKEN)))
    reseal(read_before)
    assert get_host_token(Account.objects.get(pk=account.pk)) == "meanwhile"
    set_host_token(account, "another row")
    reseal(read_before)
    assert get_host_token(Account.objects.get(pk=account.pk)) == "another row"


def test_broken_off_it_goes_on_where_it_was(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    accounts = [make_account() for _number in range(3)]
    for account in accounts:
        set_host_token(account, "token")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    done: list[int] = []

    def killed(row: AccountSecret) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(row.pk)
        reseal(row)

    monkeypatch.setattr(rotate_keys, "reseal", killed)
    with pytest.raises(KeyboardInterrupt):
        call_command("rotate_keys", verbosity=0)
    assert [get_host_token(Account.objects.get(pk=account.pk)) for account in accounts] == ["token"] * 3
    monkeypatch.setattr(rotate_keys, "reseal", reseal)
    call_command("rotate_keys", verbosity=0)
    settings.ENCRYPTION_KEYS = [NEW]
    assert [get_host_token(Account.objects.get(pk=account.pk)) for account in accounts] == ["token"] * 3
