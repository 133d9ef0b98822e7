"""Every night each served account is checked, one after the other, whatever breaks off."""

import datetime as dt
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core.cache import cache
from kombu.exceptions import OperationalError

from tenants.models import Account, Preflight
from tenants.preflight import registry
from tenants.preflight.tasks import preflight_account, preflight_all
from tests.factories import make_account

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


class Queue:
    """Takes what would go to a worker."""

    def __init__(self) -> None:
        self.accounts: list[int] = []
        self.is_away = False

    def __call__(self, *, args: tuple[int], queue: str) -> None:
        assert queue == "prefetch"
        if self.is_away:
            raise OperationalError("away")
        self.accounts.append(*args)

    def work(self, most: int = 100) -> list[int]:
        """Do what one worker would; return whom it has checked."""
        done: list[int] = []
        while self.accounts and len(done) < most:
            done.append(self.accounts.pop(0))
            preflight_account(done[-1])
        return done


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    queue = Queue()
    monkeypatch.setattr(preflight_account, "apply_async", queue)
    monkeypatch.setattr(registry, "_checks", [])
    return queue


@pytest.fixture
def accounts() -> list[int]:
    served = [make_account().pk for _number in range(2)]
    make_account(host_proved_at=None)
    make_account(is_active=False)
    return [*served, make_account().pk]


def test_every_served_account_once_and_one_at_a_time(accounts: list[int], queue: Queue) -> None:
    preflight_all()
    assert queue.accounts == accounts[:1]
    assert queue.work() == accounts
    assert Preflight.objects.count() == len(accounts)
    preflight_all()
    assert queue.accounts == []


def test_the_next_night_all_are_checked_again(
    accounts: list[int], queue: Queue, clock: time_machine.TimeMachineFixture
) -> None:
    preflight_all()
    queue.work()
    clock.shift(24 * HOUR)
    preflight_all()
    assert queue.work() == accounts


def test_while_a_round_is_on_its_way_no_other_begins(accounts: list[int], queue: Queue) -> None:
    preflight_all()
    queue.work(most=1)
    preflight_all()
    assert queue.accounts == accounts[1:2]


def test_a_round_that_was_lost_is_gone_on_with(
    accounts: list[int], queue: Queue, clock: time_machine.TimeMachineFixture
) -> None:
    """A worker was killed with the task in its hands, and the broker has forgotten it, too."""
    preflight_all()
    queue.work(most=1)
    queue.accounts.clear()
    clock.shift(HOUR)
    if cache.get("preflight:night") is not None:  # Redis has its own clock
        cache.delete("preflight:night")
    preflight_all()
    assert queue.work() == accounts[1:]


def test_without_a_broker_the_round_ends_and_is_gone_on_with(accounts: list[int], queue: Queue) -> None:
    preflight_all()
    queue.is_away = True
    queue.work(most=1)
    queue.is_away = False
    preflight_all()
    assert queue.work() == accounts[1:]


def test_an_account_that_cannot_be_checked_stops_no_other(accounts: list[int], queue: Queue) -> None:
    preflight_all()
    broken = patch("tenants.preflight.services.Preflight.objects.update_or_create", side_effect=OSError("disk"))
    with broken, pytest.raises(OSError, match="disk"):
        queue.work(most=1)
    assert queue.work() == accounts[1:]


def test_one_switched_off_or_deleted_meanwhile_is_passed_over(accounts: list[int], queue: Queue) -> None:
    preflight_all()
    Account.objects.filter(pk=accounts[0]).update(is_active=False)
    queue.work(most=1)
    Account.objects.filter(pk=accounts[1]).delete()
    queue.work()
    assert list(Preflight.objects.values_list("account", flat=True)) == accounts[2:]


def test_beat_looks_again_after_a_lost_round_could_be_seen(settings: Any) -> None:
    hours = settings.CELERY_BEAT_SCHEDULE["preflight"]["schedule"].hour
    assert len(hours) > 1
