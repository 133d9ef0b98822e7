"""Changing the keys that seal credentials."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tenants.models import Account
from tenants.secrets import get_hook_secret, get_host_token, set_hook_secret, set_host_token
from tests.factories import make_account
from voxysapps.sealing import SealBroken

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
