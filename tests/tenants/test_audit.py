"""Every change by a service is on record: who, what, from what to what; without secrets."""

import datetime as dt

import pytest
from django.contrib.auth.models import User

from panels.services import delete_placement, save_placement
from tenants import audit
from tenants.models import Account, AuditEntry
from tenants.services import delete_account, rotate_app_key, rotate_hook_key, save_account, save_dashboard_app
from tests.factories import make_account, make_app, make_connection, make_placement

pytestmark = pytest.mark.django_db


def last() -> AuditEntry:
    entry = AuditEntry.objects.order_by("pk").last()
    assert entry
    return entry


def test_who_and_from_what_to_what() -> None:
    account, user = make_account(name="Old"), User.objects.create_user("ops")
    account.name = "New"
    with audit.acting(user, "api"):
        save_account(account)
    entry = last()
    assert (entry.user, entry.actor, entry.via, entry.account, entry.action) == (user, "ops", "api", account, "change")
    assert entry.changes == {"name": ["Old", "New"]}
    user.delete()
    entry.refresh_from_db()
    assert (entry.user, entry.actor) == (None, "ops")


def test_nothing_changed_is_no_entry() -> None:
    account = make_account()
    save_account(account)
    assert not AuditEntry.objects.exists()


def test_secrets_are_named_and_never_quoted() -> None:
    account = make_account()
    save_account(account, {"hook_secret": "canary"})
    assert last().changes == {"hook_secret": [None, "entered"]}


def test_keys_of_addresses_are_not_in_it() -> None:
    app = make_app()
    keys = [app.key, app.account.hook_key]
    rotate_app_key(app, keep_old_for=dt.timedelta(hours=1))
    rotate_hook_key(app.account, keep_old_for=dt.timedelta(hours=1))
    app.title = "Renamed"
    save_dashboard_app(app)
    told = str(list(AuditEntry.objects.values()))
    assert not any(key in told for key in (*keys, app.key, app.account.hook_key))
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == [
        "rotate_app_key",
        "rotate_hook_key",
        "change",
    ]


def test_placements_tell_their_connections() -> None:
    app = make_app()
    shop, other = make_connection(app.account, name="A", connector="demo"), make_connection(app.account, name="B")
    placement = make_placement(app, shop)
    save_placement(placement, [shop, other])
    assert last().changes == {"connections": [["A"], ["A", "B"]]}
    delete_placement(placement)
    assert (last().action, last().object_type) == ("delete", "panels.placement")


def test_what_is_told_of_an_account_outlives_it() -> None:
    account = make_account(name="Gone")
    delete_account(account)
    assert (last().object_name, last().account) == ("Gone", None)
    assert not Account.objects.exists()


def test_an_old_key_is_good_as_long_as_was_said(clock: object) -> None:
    from panels.selectors import get_app  # noqa: PLC0415 - tenants' tests know panels only here

    app = make_app()
    old = app.key
    rotate_app_key(app, keep_old_for=dt.timedelta(hours=1))
    assert get_app(old) == get_app(app.key) == app
    clock.shift(3601)  # type: ignore[attr-defined]
    assert get_app(old) is None
    assert get_app(app.key) == app
    rotate_app_key(app, keep_old_for=dt.timedelta())
    assert app.previous_key is None
