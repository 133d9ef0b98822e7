"""What was announced is there before the click: fetched once, in turns, and again after whatever went wrong."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from panels import snapshots
from panels.api import FinalError, Identity, TemporaryError
from panels.configuration import read_sources
from panels.models import Connection, PrefetchItem
from panels.prefetch import backlog, fetching, planning, tasks
from panels.prefetch.backlog import Wanted
from panels.snapshots import Source
from tenants.host.errors import HostNotFound, HostUnreachable
from tenants.models import DashboardApp
from tenants.signals import host_event
from tenants.trust import records
from tenants.webhooks import planner
from tenants.webhooks.events import HostEvent
from tests.factories import make_app, make_placement
from tests.panels.prefetch.conftest import Desk, any_event, make_desk, work
from tests.support.connectors import RecordingConnector
from tests.support.contexts import context_body
from tests.support.host import make_contact
from voxysapps.leases import lease

pytestmark = pytest.mark.django_db


def announce(desk: Desk, **values: Any) -> None:
    """Deal with one webhook of the desk's host."""
    planner.deal_with(HostEvent(desk.account.pk, **any_event(**values)))


def open_tab(client: Any, desk: Desk, app: DashboardApp) -> Any:
    body = context_body(desk.account, uuid="uuid-of-7")
    return client.post(f"/a/{app.key}/context", body, content_type="application/json")


def waiting() -> list[tuple[int, int]]:
    return list(PrefetchItem.objects.order_by("pk").values_list("account_id", "conversation_id"))


def test_announced_customer_is_there_in_every_tab(desk: Desk, client: Any) -> None:
    announce(desk)
    assert work() == [(desk.account.pk, 7)]
    assert Counter(desk.calls) == {
        (desk.shop.name, capability, "ada@example.com"): 1 for capability in ("customer", "orders", "payments")
    }
    asked = list(desk.host.calls)
    for app in DashboardApp.objects.for_account(desk.account):
        page = open_tab(client, desk, app).content.decode()
        assert 'data-state="ready"' in page
        assert 'data-state="loading"' not in page
    assert len(desk.calls) == 3, "opening asks nobody"
    assert desk.host.calls == [*asked, "agents"], "nor the host, but for who looks"


def test_burst_of_webhooks_asks_once_about_each_customer(desk: Desk) -> None:
    for number in range(1, 51):
        person = make_contact(100 + number, email=f"p{number}@example.com")
        desk.host.contacts[person.id] = person
        desk.host.change_conversation(number, person)
    for number in range(1000):
        announce(desk, conversation_id=number % 50 + 1, message_id=number)
        if number % 100 == 0:
            work(3)
    work()
    assert max(Counter(desk.calls).values()) == 1
    assert len(desk.calls) == 50 * 3
    assert waiting() == []


def test_what_is_fresh_is_left_alone(desk: Desk) -> None:
    announce(desk)
    work()
    announce(desk)
    work()
    assert len(desk.calls) == 3


@pytest.mark.parametrize(
    ("event", "is_wanted"),
    [
        (any_event(), True),
        (any_event(is_incoming=False), False),
        (any_event(name="message_updated"), False),
        (any_event(name="conversation_created", status="open"), True),
        (any_event(name="conversation_status_changed", status="open"), True),
        (any_event(name="conversation_status_changed", status="resolved"), False),
        (any_event(name="conversation_updated"), True),
        (any_event(name="contact_updated", conversation_id=None, contact_id=70), False),
    ],
)
def test_who_will_be_looked_at(desk: Desk, event: dict[str, Any], is_wanted: bool) -> None:
    announce(desk, **event)
    assert bool(waiting()) is is_wanted


def test_resolved_conversations_are_not_fetched(desk: Desk) -> None:
    announce(desk)
    announce(desk, name="conversation_status_changed", status="resolved")
    assert work() == []


def test_a_webhook_names_nobody(desk: Desk) -> None:
    announce(desk, contact_id=71)
    work()
    assert {email for _shop, _capability, email in desk.calls} == {"ada@example.com"}


def test_conversation_that_the_host_does_not_have(desk: Desk) -> None:
    announce(desk, conversation_id=999)
    work()
    assert desk.calls == []
    assert waiting() == []


def test_accounts_take_turns(desks: Callable[[int], list[Desk]], settings: Settings) -> None:
    settings.PREFETCH_CONCURRENCY = 2
    flood, second, small = desks(3)
    for desk, number in ((flood, 400), (second, 40), (small, 2)):
        desk.host._conversations.clear()
        backlog.want(Wanted(desk.account.pk, id_) for id_ in range(1, number + 1))
    order = [account_id for account_id, _conversation in work(30)]
    assert order.index(small.account.pk) < 3
    assert max(i for i, one in enumerate(order) if one == small.account.pk) < 8
    assert 10 <= order.count(second.account.pk) <= 16


def test_no_more_at_a_time_than_allowed(desk: Desk, settings: Settings) -> None:
    settings.PREFETCH_CONCURRENCY = 3
    backlog.want(Wanted(desk.account.pk, id_) for id_ in range(1, 11))
    first = backlog.claim()
    assert len(first) == 3
    assert backlog.claim() == []
    backlog.done(first[0])
    assert len(backlog.claim()) == 1


def test_soonest_and_newest_first(desk: Desk, settings: Settings, clock: time_machine.Traveller) -> None:
    settings.PREFETCH_CONCURRENCY = 1
    for conversation, priority in ((1, 0), (2, 2), (3, 0), (4, 1)):
        backlog.want([Wanted(desk.account.pk, conversation, priority)])
        clock.shift(1)
    assert [conversation for _account, conversation in work()] == [3, 1, 4, 2]


def test_what_is_wanted_soon_stays_so(desk: Desk) -> None:
    backlog.want([Wanted(desk.account.pk, 7, planning.SOON)])
    backlog.want([Wanted(desk.account.pk, 7, planning.SOME_DAY), Wanted(desk.account.pk, 8, planning.SOME_DAY)])
    backlog.want([Wanted(desk.account.pk, 8, planning.PERHAPS)])
    found = dict(PrefetchItem.objects.values_list("conversation_id", "priority"))
    assert found == {7: planning.SOON, 8: planning.PERHAPS}


def test_broker_that_is_away_leaves_nothing_claimed(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_options: object) -> None:
        raise OperationalError

    settings.PREFETCH_CONCURRENCY = 3
    monkeypatch.setattr(tasks.prefetch_conversation, "apply_async", refuse)
    backlog.want(Wanted(desk.account.pk, id_) for id_ in range(1, 6))
    tasks.begin()
    assert not PrefetchItem.objects.filter(is_claimed=True).exists()


def test_killed_workers_items_come_back(desk: Desk, clock: time_machine.Traveller) -> None:
    announce(desk)
    (item,) = backlog.claim()
    assert backlog.claim() == []
    clock.shift(backlog.CLAIM_SECONDS + 1)
    (again,) = backlog.claim()
    assert again.pk == item.pk
    tasks.prefetch_conversation(again.pk)
    assert len(desk.calls) == 3
    tasks.prefetch_conversation(again.pk)  # the killed worker's task, delivered again
    assert len(desk.calls) == 3


def test_what_was_wanted_anew_meanwhile_is_fetched_again(desk: Desk) -> None:
    announce(desk)
    (item,) = backlog.claim()
    announce(desk)
    backlog.done(item)
    assert waiting() == [(desk.account.pk, 7)]
    assert work() == [(desk.account.pk, 7)]
    assert waiting() == []


def test_host_that_is_away_is_asked_again_and_given_up(desk: Desk, clock: time_machine.Traveller) -> None:
    desk.host.failure = HostUnreachable("Away.")
    announce(desk)
    assert len(work()) == 1
    assert waiting() == [(desk.account.pk, 7)]
    clock.shift(31)
    desk.host.failure = None
    work()
    assert len(desk.calls) == 3
    assert waiting() == []
    desk.host.failure = HostNotFound("Gone.")
    clock.shift(1000)
    announce(desk)
    work()
    assert waiting() == []


def test_passing_failures_are_tried_again_and_others_are_not(desk: Desk, clock: time_machine.Traveller) -> None:
    errors: dict[str, Exception] = {"customer": TemporaryError("x"), "orders": FinalError("x")}

    def answer(capability: str, who: Identity) -> Any:
        if capability in errors:
            raise errors[capability]
        return RecordingConnector({}, name=desk.shop.name).demo(capability, who)

    RecordingConnector.answer = answer
    announce(desk)
    work()
    assert Counter(call[1] for call in desk.calls) == {"customer": 1, "orders": 1, "payments": 1}
    for _ in range(5):
        clock.shift(90)
        work()
    asked = Counter(call[1] for call in desk.calls)
    assert asked["customer"] == backlog.MAX_TRIES
    assert asked["orders"] == 1
    assert waiting() == []


def test_bug_of_ours_is_tried_again_and_tells_nothing_of_the_customer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def bug(*_args: Any) -> None:
        raise RuntimeError("ada@example.com")

    monkeypatch.setattr(fetching, "fetch_customer", bug)
    announce(desk)
    work()
    assert waiting() == [(desk.account.pk, 7)]
    assert "RuntimeError" in caplog.text
    assert "ada@example.com" not in caplog.text


def test_failing_connection_does_not_keep_the_others(desk: Desk) -> None:
    def answer(capability: str, who: Identity) -> Any:
        if capability == "customer":
            raise ValueError("bug")
        return RecordingConnector({}, name=desk.shop.name).demo(capability, who)

    RecordingConnector.answer = answer
    announce(desk)
    work()
    heads = {
        capability: snapshots.read_head(
            desk.account.pk,
            Source.of_connection(desk.shop.pk, capability),
            Identity(contact_id=70, name="Ada Byron", emails=("ada@example.com",)).digest(),
        )
        for capability in ("orders", "payments")
    }
    assert all(head is not None and head.version for head in heads.values())


def test_old_and_too_many_items_are_dropped(
    desk: Desk, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    backlog.want([Wanted(desk.account.pk, 1)])
    clock.shift(backlog.WANTED_FOR + dt.timedelta(seconds=1))
    monkeypatch.setattr(backlog, "MAX_ITEMS", 5)
    for id_ in range(2, 12):
        backlog.want([Wanted(desk.account.pk, id_)])
        clock.shift(0.01)
    backlog.purge()
    assert sorted(id_ for _account, id_ in waiting()) == [7, 8, 9, 10, 11]


def test_flood_is_no_flood_of_questions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "READS_PER_MINUTE", 10)
    backlog.want(Wanted(desk.account.pk, id_) for id_ in range(100, 160))
    work()
    assert len(desk.host.calls) == 10
    assert len(waiting()) == 50


def test_account_whose_host_was_asked_enough_waits_and_gives_nothing_up(
    desks: Callable[[int], list[Desk]], clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood, small = desks(2)
    for id_ in range(100, 115):
        flood.host.change_conversation(id_)
    monkeypatch.setattr(fetching, "READS_PER_MINUTE", 5)
    backlog.want(Wanted(flood.account.pk, id_) for id_ in range(100, 115))
    work()
    done = 15 - len(waiting())
    assert backlog.claim() == [], "it is left alone until it may ask again"
    announce(small)
    assert work() == [(small.account.pk, 7)], "another one's turn comes all the same"
    while waiting():
        before = len(waiting())
        clock.shift(61)
        forget_counts(flood)
        work()
        assert len(waiting()) < before
    asked = Counter(flood.host.calls)["conversation"]
    assert (done > 0, asked) == (True, 15)


def forget_counts(desk: Desk) -> None:
    """Let the minute of Redis be over, too: it has a clock of its own."""
    cache.delete_many([f"{desk.account.pk}:reads-ahead", backlog.paused_key(desk.account.pk)])


def test_no_more_are_begun_than_allowed_by_many_who_claim_at_once(desk: Desk, settings: Settings) -> None:
    settings.PREFETCH_CONCURRENCY = 2
    backlog.want(Wanted(desk.account.pk, id_) for id_ in range(1, 30))
    with lease("prefetch:claim"):
        assert backlog.claim() == []
    assert len(backlog.claim()) == 2
    assert backlog.claim() == []


def test_drafts_and_other_inboxes_are_not_fetched_for(desk: Desk, connector: type[RecordingConnector]) -> None:
    DashboardApp.objects.for_account(desk.account).update(inboxes=[2])
    other = make_app(desk.account, is_draft=True)
    make_placement(other, desk.shop, panel="payments")
    announce(desk)
    work()
    assert desk.calls == []
    make_placement(make_app(desk.account, inboxes=[1]), desk.shop, panel="orders")
    announce(desk)
    work()
    assert [call[1] for call in desk.calls] == ["orders"]


def test_sources_are_read_with_as_many_queries_whatever_there_are(
    desk: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        make_placement(make_app(desk.account), desk.shop, panel="orders")
    with django_assert_num_queries(5):
        assert len(read_sources(desk.account.pk)) == 3


def test_sources_of_another_account_are_not_read(desk: Desk, connector: type[RecordingConnector]) -> None:
    stranger = make_desk()
    ids = {source.connection_id for source in read_sources(desk.account.pk)}
    assert ids == {desk.shop.pk}
    assert stranger.shop.pk not in ids


def test_opening_one_tab_warms_the_others_once(desk: Desk, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, str]] = []
    monkeypatch.setattr(tasks.warm_siblings, "apply_async", lambda args, **options: asked.append(args))
    app = DashboardApp.objects.for_account(desk.account).order_by("pk")[0]
    open_tab(client, desk, app)
    open_tab(client, desk, app)
    assert len(asked) == 1
    tasks.warm_siblings(*asked[0])
    assert Counter(call[1] for call in desk.calls) == {"customer": 1, "orders": 1, "payments": 1}


def test_siblings_of_a_forgotten_customer(desk: Desk) -> None:
    tasks.warm_siblings(desk.account.pk, "nobody")
    assert desk.calls == []


def test_open_conversations_are_looked_through_where_no_webhooks_come(
    desks: Callable[[int], list[Desk]], clock: time_machine.Traveller
) -> None:
    quiet, lively = desks(2)
    for desk in (quiet, lively):
        desk.host.change_conversation(8, make_contact(80, email="grace@example.com"))
        desk.host.change_conversation(9, make_contact(90, email="g@example.com"), status="resolved")
    planner_heard(lively)
    assert planning.accounts_without_webhooks() == [quiet.account.pk]
    tasks.warm_account(quiet.account.pk)
    assert sorted(waiting()) == [(quiet.account.pk, 7), (quiet.account.pk, 8)]
    clock.shift(planning.QUIET + dt.timedelta(seconds=1))
    assert planning.accounts_without_webhooks() == [quiet.account.pk, lively.account.pk]


def test_many_accounts_hosts_are_asked_apart_and_none_of_them_late(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, float]] = []
    monkeypatch.setattr(planning, "accounts_without_webhooks", lambda: list(range(1, 101)))
    monkeypatch.setattr(
        tasks.warm_account, "apply_async", lambda args, countdown, **options: asked.append((*args, countdown))
    )
    tasks.warm_open_conversations()
    assert [account_id for account_id, _countdown in asked] == list(range(1, 101)), "each once"
    countdowns = [countdown for _account_id, countdown in asked]
    assert max(countdowns) < 120, "Redis would give it to another worker meanwhile"
    assert max(Counter(countdowns).values()) <= 4
    assert countdowns[:3] == [0, 2, 4]


def planner_heard(desk: Desk) -> None:
    """Note that a webhook of the desk's host has come."""
    cache.set(planner._arrived_key(desk.account.pk), time.time(), 3600)


def test_host_that_is_away_stops_the_warm_up(desk: Desk) -> None:
    desk.host.failure = HostUnreachable("Away.")
    tasks.warm_account(desk.account.pk)
    assert waiting() == []


def test_unproved_accounts_hosts_are_not_asked(desk: Desk) -> None:
    announce(desk)
    type(desk.account).objects.filter(pk=desk.account.pk).update(host_proved_at=None)
    tasks.warm_account(desk.account.pk)
    work()
    assert desk.host.calls == []


def test_switched_off_connections_are_not_asked(desk: Desk) -> None:
    Connection.objects.filter(pk=desk.shop.pk).update(is_enabled=False)
    announce(desk)
    work()
    assert desk.calls == []


def test_receiver_is_connected(desk: Desk) -> None:
    host_event.send(sender=HostEvent, account_id=desk.account.pk, event=HostEvent(desk.account.pk, **any_event()))
    assert waiting() == [(desk.account.pk, 7)]
    assert PrefetchItem.objects.get().wanted_at <= timezone.now()


def test_merged_contact_is_forgotten(desk: Desk, clock: time_machine.Traveller) -> None:
    announce(desk)
    work()
    grace = make_contact(71, name="Grace", email="grace@example.com")
    desk.host.contacts[71] = grace
    desk.host.change_conversation(7, grace)
    clock.shift(1)
    announce(desk, name="conversation_updated", contact_id=71)
    clock.shift(1)
    work()
    assert desk.calls[-1][2] == "grace@example.com"
    record = records.Evidence(desk.account).conversation(7)
    assert record.contact is not None
    assert record.contact.id == 71
