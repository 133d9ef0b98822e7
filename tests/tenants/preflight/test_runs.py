"""A pre-flight that somebody watches: begun once, seen light by light, and never waited for in vain."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from kombu.exceptions import OperationalError

from tenants.models import Account, Preflight, Role
from tenants.preflight import registry, runs
from tenants.preflight.registry import Flight, Registered, Result, green, red
from tenants.preflight.services import run_preflight
from tenants.preflight.tasks import preflight_run
from tests.factories import make_account
from tests.support.admin import make_operator, signed_in

CANARY = "canary-of-another-account"
# In a page that asks for itself.
WAITS = 'hx-trigger="every'


class Queue:
    """Takes what would go to a worker."""

    def __init__(self) -> None:
        self.tasks: list[tuple[Any, ...]] = []
        self.error: Exception | None = None

    def __call__(self, *, args: tuple[Any, ...], queue: str, **options: Any) -> None:
        if self.error:
            raise self.error
        assert (queue, options["retry"]) == ("interactive", False)
        self.tasks.append(args)

    def work(self) -> None:
        """Do what a worker would, all of it."""
        while self.tasks:
            preflight_run(*self.tasks.pop(0))


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    queue = Queue()
    monkeypatch.setattr(preflight_run, "apply_async", queue)
    return queue


@pytest.fixture
def account(db: None) -> Account:
    return make_account()


@pytest.fixture
def client(account: Account) -> Client:
    return signed_in(make_operator(account))


@pytest.fixture
def meanwhile() -> Iterator[list[Callable[[], object]]]:
    """Let a pre-flight have three checks; what is put into the list is called during the second."""
    calls: list[Callable[[], object]] = []

    def first(flight: Flight) -> Iterator[Result]:
        yield green("The first is good.")

    def second(flight: Flight) -> Iterator[Result]:
        for call in calls:
            call()
        yield red(f"The second spoke {translation.get_language()}.", "Mend it.")

    def third(flight: Flight) -> Iterator[Result]:
        yield green("The third is good.")

    checks = [Registered(title, check, 1) for title, check in (("One", first), ("Two", second), ("Three", third))]
    with patch.object(registry, "_checks", checks):
        yield calls


pytestmark = pytest.mark.usefixtures("meanwhile")


def page(account: Account) -> str:
    return f"/admin/tenants/account/{account.pk}/preflight/"


def lights(client: Client, account: Account) -> str:
    answer = client.get(f"{page(account)}lights/")
    assert answer.status_code == 200
    return answer.content.decode()


def press(client: Client, account: Account, **data: str) -> str:
    return client.post(page(account), data, follow=True).content.decode()


def test_two_presses_begin_one_run_and_none_in_the_request(client: Client, account: Account, queue: Queue) -> None:
    told = [press(client, account), press(signed_in(make_operator(account)), account)]
    assert [task[0] for task in queue.tasks] == [account.pk]
    assert not Preflight.objects.exists()
    for text in told:
        assert "Waiting for a worker" in text
        assert 'hx-trigger="every 1s"' in text
        assert "Run again" not in text
    queue.work()
    press(client, account)
    assert len(queue.tasks) == 1  # the one before is over


def test_lights_are_seen_one_by_one(
    client: Client, account: Account, queue: Queue, meanwhile: list[Callable[[], object]]
) -> None:
    press(client, account)
    seen: list[str] = []
    meanwhile.append(lambda: seen.append(lights(client, account)))
    queue.work()
    (during,) = seen
    assert "The first is good." in during
    assert "The second spoke" not in during
    assert "1 of 3 checks done. Now: Two." in during
    assert WAITS in during
    after = lights(client, account)
    assert after.index("The first") < after.index("The second") < after.index("The third")
    assert "Does not work: 1" in after
    assert "Good: 2" in after
    assert WAITS not in after
    assert "Run again" in after


def test_of_several_lights_of_one_check_each_is_seen_as_it_comes(
    client: Client, account: Account, queue: Queue
) -> None:
    seen: list[str] = []

    def several(flight: Flight) -> Iterator[Result]:
        yield green("It answers.", about="Berlin")
        seen.append(lights(client, account))
        yield green("It answers.", about="Hamburg")

    press(client, account)
    with patch.object(registry, "_checks", [Registered("Shop", several, 1)]):
        queue.work()
    assert "Shop: Berlin" in seen[0]
    assert "Hamburg" not in seen[0]
    assert "Shop: Hamburg" in lights(client, account)


def test_the_sentences_are_in_the_language_of_whoever_asked(client: Client, account: Account, queue: Queue) -> None:
    client.post(page(account), headers={"accept-language": "de"})
    queue.work()
    assert "The second spoke de." in lights(client, account)


def test_without_a_broker_the_request_runs_it_and_says_so(client: Client, account: Account, queue: Queue) -> None:
    queue.error = OperationalError("no broker")
    told = press(client, account)
    assert "The queue cannot be reached" in told
    assert "The third is good." in told
    assert WAITS not in told


def test_without_the_cache_the_request_runs_it(
    client: Client, account: Account, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "cache_is_down", lambda: True)
    assert "The third is good." in press(client, account)
    assert queue.tasks == []


def test_a_worker_that_never_begins_is_not_waited_for(
    client: Client,
    account: Account,
    queue: Queue,
    clock: time_machine.TimeMachineFixture,
    meanwhile: list[Callable[[], object]],
) -> None:
    press(client, account)
    clock.shift(dt.timedelta(seconds=runs.GRACE_SECONDS + 1))
    late = lights(client, account)
    assert "No worker has begun yet" in late
    assert 'hx-trigger="every 5s"' in late
    assert "Check without a worker" in late
    clock.shift(dt.timedelta(seconds=runs.EXPIRES_SECONDS))
    lost = lights(client, account)
    assert "No worker has begun this pre-flight. Start one" in lost
    assert WAITS not in lost
    number: list[int] = []
    meanwhile.append(lambda: number.append(1))
    told = press(client, account, here="1")
    assert "The third is good." in told
    assert WAITS not in told
    queue.work()  # the worker is back, and finds nothing to do
    assert number == [1]


def test_pressed_again_while_none_has_begun_the_later_one_is_done_once(
    client: Client,
    account: Account,
    queue: Queue,
    clock: time_machine.TimeMachineFixture,
    meanwhile: list[Callable[[], object]],
) -> None:
    press(client, account)
    clock.shift(dt.timedelta(seconds=runs.GRACE_SECONDS + 1))
    press(client, account)
    assert len(queue.tasks) == 2
    number: list[int] = []
    meanwhile.append(lambda: number.append(1))
    queue.work()
    assert number == [1]


def test_a_run_that_breaks_off_says_so_and_can_be_begun_again(client: Client, account: Account, queue: Queue) -> None:
    press(client, account)
    broken = patch("tenants.preflight.services.Preflight.objects.update_or_create", side_effect=OSError("disk"))
    with broken, pytest.raises(OSError, match="disk"):
        queue.work()
    told = lights(client, account)
    assert "The worker broke off" in told
    assert WAITS not in told
    press(client, account)
    queue.work()
    assert "Does not work: 1" in lights(client, account)


class Killed(BaseException):
    """The worker ends here."""


def test_a_worker_that_is_killed_is_not_waited_for(
    client: Client,
    account: Account,
    queue: Queue,
    clock: time_machine.TimeMachineFixture,
    meanwhile: list[Callable[[], object]],
) -> None:
    def kill() -> None:
        raise Killed

    press(client, account)
    meanwhile.append(kill)
    with pytest.raises(Killed):
        queue.work()
    meanwhile.clear()
    assert WAITS in lights(client, account)
    assert "The second spoke" not in press(client, account, here="1")  # it may be at it still
    clock.shift(dt.timedelta(seconds=runs.LONGEST_SECONDS + 1))
    told = lights(client, account)
    assert "The worker broke off" in told
    assert "The first is good." in told
    assert WAITS not in told
    press(client, account)
    queue.work()
    assert "Does not work: 1" in lights(client, account)


def test_a_run_whose_place_was_taken_stores_nothing(
    client: Client,
    account: Account,
    queue: Queue,
    clock: time_machine.TimeMachineFixture,
    meanwhile: list[Callable[[], object]],
) -> None:
    def take_place() -> None:
        clock.shift(dt.timedelta(seconds=runs.LONGEST_SECONDS + 1))
        press(client, account)

    press(client, account)
    first, meanwhile[:] = queue.tasks.pop(), [take_place]
    preflight_run(*first)
    assert not Preflight.objects.exists()
    assert "Waiting for a worker" in lights(client, account)
    meanwhile.clear()
    queue.work()
    assert Preflight.objects.count() == 1


def test_what_another_version_has_left_is_not_read(client: Client, account: Account) -> None:
    cache.set(f"{account.pk}:preflight", b"\x01", 60)
    assert "was not checked yet" in lights(client, account)


def test_another_account_is_404_though_it_has_lights(client: Client, account: Account, queue: Queue) -> None:
    other = make_account(name=CANARY)
    run_preflight(other)
    root = signed_in(User.objects.create_superuser("root"))
    root.post(page(other))
    assert "Waiting for a worker" in lights(root, other)
    for address in (page(other), f"{page(other)}lights/"):
        answers = [client.get(address), client.post(address)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert not any(CANARY in answer.content.decode() for answer in answers)
    assert [task[0] for task in queue.tasks] == [other.pk]
    assert "was not checked yet" in lights(client, account)


def test_support_looks_and_begins_nothing(account: Account, queue: Queue) -> None:
    run_preflight(account)
    support = signed_in(make_operator(account, role=Role.SUPPORT))
    told = lights(support, account)
    assert "Does not work: 1" in told
    assert "Run again" not in told
    assert support.post(page(account)).status_code == 403
    assert queue.tasks == []
