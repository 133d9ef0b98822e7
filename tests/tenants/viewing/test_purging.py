"""What is kept no longer: view records past their time, and all about contacts that the host has deleted."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from panels import snapshots
from panels.snapshots import Source
from tenants.host.errors import HostUnreachable
from tenants.models import Account, ViewRecord
from tenants.viewing import purging, tasks
from tests.factories import make_account, make_connection, make_view_record
from tests.support.host import HostInMemory, host_answers

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return make_account(trust="signed_in")


def purge_contacts(account: Account, host: HostInMemory) -> int:
    account.refresh_from_db()
    with host_answers({account.pk: host}):
        return purging.purge_deleted_contacts(account)


def test_records_are_kept_as_long_as_the_account_says() -> None:
    short, long = make_account(view_records_kept_days=30), make_account(view_records_kept_days=400)
    for account in (short, long):
        for days in (10, 31, 401):
            make_view_record(account, seen_at=timezone.now() - dt.timedelta(days=days))
    assert purging.purge_views(short) == 2
    assert purging.purge_views(long) == 1
    assert ViewRecord.objects.for_account(short).count() == 1
    assert ViewRecord.objects.for_account(long).count() == 2


def test_every_account_is_purged_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts, queued = [make_account(), make_account()], []

    def queue(**options: Any) -> None:
        queued.append(options["args"][0])

    monkeypatch.setattr(tasks.purge_views_of, "apply_async", queue)
    tasks.purge_views()
    assert queued == [account.pk for account in accounts]
    tasks.purge_views_of(accounts[0].pk)
    tasks.purge_views_of(0)  # deleted meanwhile


def test_deleted_contacts_are_forgotten(account: Account) -> None:
    other = make_account(trust="signed_in")
    gone, still = make_view_record(account, contact_id=71, customer="gone"), make_view_record(account, contact_id=70)
    elsewhere = make_view_record(other, contact_id=71, customer="gone")
    source = Source.of_connection(make_connection(account).pk, "orders")
    keys = [snapshots.data_key(account.pk, source, "gone"), snapshots.identity_key(account.pk, "gone")]
    for key in keys:
        cache.set(key, b"data", 60)
    assert purge_contacts(account, HostInMemory()) == 1
    for record in (gone, still, elsewhere):
        record.refresh_from_db()
    assert (gone.customer, still.customer, elsewhere.customer) == ("", "abc", "gone")
    assert cache.get_many(keys) == {}


def test_every_night_asks_about_the_next_ones(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "CONTACTS_A_NIGHT", 2)
    for contact_id in (68, 69, 70):
        make_view_record(account, contact_id=contact_id)
    nights = []
    for _night in range(3):
        account.refresh_from_db()
        nights.append(purging._contacts_in_turn(account))
        Account.objects.filter(pk=account.pk).update(contact_checked=nights[-1][-1])
    assert nights == [[68, 69], [70, 68], [69, 70]]


def test_a_host_that_is_away_deletes_nothing_and_is_asked_another_night(account: Account) -> None:
    make_view_record(account, contact_id=71, customer="gone")
    host = HostInMemory()
    host.failure = HostUnreachable("away")
    assert purge_contacts(account, host) == 0
    host.failure = None
    assert purge_contacts(account, host) == 1


def test_an_account_that_is_not_served_is_not_asked_about(account: Account) -> None:
    make_view_record(account, contact_id=71, customer="gone")
    host = HostInMemory()
    for values in ({"is_active": False}, {"is_active": True, "trust": "link"}):
        Account.objects.filter(pk=account.pk).update(**values)
        assert purge_contacts(account, host) == 0
    assert host.calls == []
