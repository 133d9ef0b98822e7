"""Letting somebody in again who has lost their phone; and the check of the setting."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from tenants.models import AuditEntry
from tests.support.admin import make_operator, signed_in
from tests.support.second_factor import Phone
from voxysapps.second_factor import devices
from voxysapps.second_factor.checks import check_second_factor

pytestmark = pytest.mark.django_db

USERS = "/admin/auth/user/"


def choose(*users: User) -> dict[str, object]:
    return {"action": "reset_second_factors", "_selected_action": [user.pk for user in users]}


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    phone = Phone()
    call_command("reset_second_factor", "ops")
    assert "The second factor of ops is removed." in capsys.readouterr().out
    assert not devices.has_second_factor(phone.user)
    call_command("reset_second_factor", "ops")
    assert "ops had no second factor." in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no user “nobody”"):
        call_command("reset_second_factor", "nobody")


def test_administrators_reset_others_and_not_their_own() -> None:
    me, other, third = Phone("me"), Phone("other"), Phone("third")
    session = other.signed_in()
    client = me.signed_in()
    text = client.post(USERS, choose(me.user, other.user), follow=True).content.decode()
    assert "1 second factor reset." in text
    assert "Your own second factor is changed on its page." in text
    kept = [devices.has_second_factor(phone.user) for phone in (me, other, third)]
    assert kept == [True, False, True]
    # What the device had proved, is proved no longer; whoever sets up a new one asks for the password first.
    assert session.session.get("otp_device_id")
    session.get("/admin/")
    assert not session.session.get("otp_device_id")


def test_nobody_else_resets() -> None:
    phone = Phone()
    for user in (User.objects.create_user("staff", is_staff=True), make_operator(has_all_accounts=True)):
        client = signed_in(user)
        assert client.get(USERS).status_code == 403
        assert client.post(USERS, choose(phone.user)).status_code == 403
    assert devices.has_second_factor(phone.user)


def test_changes_are_in_the_audit() -> None:
    me, other = Phone("me"), Phone("other")
    devices.renew_recovery_codes(other.user)
    client = me.signed_in()
    client.post(USERS, choose(other.user))
    entries = AuditEntry.objects.filter(object_type="auth.user", object_name="other").order_by("pk")
    assert [(entry.action, entry.actor, entry.via) for entry in entries] == [
        ("add", "system", "system"),
        ("set up second factor", "system", "system"),
        ("renew recovery codes", "system", "system"),
        ("remove second factor", "me", "admin"),
    ]


def test_users_list_says_who_has_one() -> None:
    phone = Phone()
    User.objects.create_superuser("plain")
    rows = phone.signed_in().get(USERS).context["cl"].result_list
    assert {user.username: user.has_device for user in rows} == {"ops": True, "plain": False}


def test_secrets_of_devices_are_on_no_page() -> None:
    phone = Phone()
    client = phone.signed_in()
    for app in ("otp_totp/totpdevice", "otp_static/staticdevice"):
        assert client.get(f"/admin/{app}/").status_code == 404
    text = client.get(f"{USERS}{phone.user.pk}/change/").content.decode()
    assert phone.key not in text
    assert devices.shown_key(phone.key) not in text


@pytest.mark.parametrize(("required", "debug", "found"), [(True, False, 0), (False, True, 0), (False, False, 1)])
def test_check_warns_where_a_password_is_enough(settings: Settings, required: bool, debug: bool, found: int) -> None:
    settings.ADMIN_SECOND_FACTOR, settings.DEBUG = required, debug
    assert [message.id for message in check_second_factor(None)] == ["voxysapps.W070"] * found
