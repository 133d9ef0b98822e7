"""Only what the host signed is written down, once, with nothing in it but ids."""

import datetime as dt
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import caches
from django.db import DatabaseError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from tenants.models import Account
from tenants.secrets import describe_secrets, set_hook_secret
from tenants.services import rotate_hook_key
from tenants.signals import host_event
from tenants.trust.records import Evidence
from tenants.webhooks import echoes, planner, receivers, tasks, views
from tenants.webhooks.events import JOURNAL, HostEvent, Unreadable, read_event, unpack
from tests.factories import make_account
from tests.support.host import HostInMemory, host_answers
from voxysapps import cache, journal
from voxysapps.models import JournalEntry

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).parents[2] / "fixtures" / "webhooks"
SECRET = "a secret of tests"
MESSAGE = (FIXTURES / "message_created.json").read_bytes()


@pytest.fixture(autouse=True)
def _nothing_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    receivers.forget()
    monkeypatch.setattr(tasks.plan_host_events, "apply_async", lambda **options: None)


@pytest.fixture
def account() -> Account:
    account = make_account(trust="signed_in")
    set_hook_secret(account, SECRET)
    return account


def sign(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    timestamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "X-Chatwoot-Delivery": str(uuid.uuid4()),
        "X-Chatwoot-Timestamp": timestamp,
        "X-Chatwoot-Signature": f"sha256={digest}",
    }


def deliver(account: Account, body: bytes = MESSAGE, headers: dict[str, str] | None = None) -> int:
    headers = sign(body) if headers is None else headers
    path = f"/hooks/{account.hook_key}/"
    return Client().post(path, body, content_type="application/json", headers=headers).status_code


def written() -> list[HostEvent]:
    return [event for entry in journal.read(JOURNAL, 100) if (event := unpack(entry.body))]


def test_the_hosts_signature_is_read_as_the_host_makes_it(account: Account, clock: Any) -> None:
    vector = json.loads((FIXTURES / "_signature_vector.json").read_text())
    set_hook_secret(account, vector["secret"])
    receivers.forget()
    headers = {name: value for name, value in vector["headers"].items() if name.startswith("X-")}
    clock.move_to(int(headers["X-Chatwoot-Timestamp"]) + 10)
    assert deliver(account, vector["raw_body"].encode(), headers) == 200
    clock.move_to(int(headers["X-Chatwoot-Timestamp"]) + 301)
    assert deliver(account, vector["raw_body"].encode(), headers) == 401


def test_ids_are_written_down_and_nothing_else(account: Account) -> None:
    assert deliver(account) == 200
    raw = json.loads(MESSAGE)
    event = written()[0]
    assert event.account_id == account.pk
    assert (event.name, event.conversation_id, event.message_id) == (
        "message_created",
        raw["conversation"]["id"],
        raw["id"],
    )
    entry = journal.read(JOURNAL, 1)[0].body
    sender = raw["conversation"]["meta"]["sender"]
    assert not any(str(sender[name]).encode() in entry for name in ("name", "phone_number") if sender.get(name))


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("[a-z]*.json")), ids=lambda path: path.stem)
def test_every_shape_is_accepted(account: Account, path: Path) -> None:
    assert deliver(account, path.read_bytes()) == 200


@pytest.mark.parametrize(
    "change",
    [
        {"X-Chatwoot-Signature": "sha256=00"},
        {"X-Chatwoot-Signature": ""},
        {"X-Chatwoot-Signature": "ä"},
        {"X-Chatwoot-Timestamp": "1"},
        {"X-Chatwoot-Timestamp": "x"},
    ],
    ids=str,
)
def test_what_is_not_signed_is_refused(account: Account, change: dict[str, str]) -> None:
    assert deliver(account, headers={**sign(MESSAGE), **change}) == 401
    assert written() == []


@pytest.mark.parametrize("seconds", [-301, 301])
def test_what_is_not_of_now_is_refused(account: Account, seconds: int) -> None:
    assert deliver(account, headers=sign(MESSAGE, at=time.time() + seconds)) == 401


def test_a_changed_body_is_refused(account: Account) -> None:
    assert deliver(account, MESSAGE.replace(b"311", b"312"), sign(MESSAGE)) == 401


def test_the_signature_of_another_account_is_refused(account: Account) -> None:
    other = make_account()
    set_hook_secret(other, "another secret")
    assert deliver(account, headers=sign(MESSAGE, secret="another secret")) == 401
    assert deliver(other, headers=sign(MESSAGE, secret="another secret")) == 200
    assert [event.account_id for event in written()] == [other.pk]


def test_replays_are_answered_and_dropped(account: Account) -> None:
    headers = sign(MESSAGE)
    assert [deliver(account, headers=headers) for _time in range(3)] == [200, 200, 200]
    assert deliver(account, headers={**headers, "X-Chatwoot-Delivery": "another"}) == 200
    assert len(written()) == 1


def test_unsigned_only_where_the_host_cannot_sign(account: Account) -> None:
    assert deliver(account, headers={}) == 401
    old = make_account(accepts_unsigned_hooks=True)
    assert deliver(old, headers={}) == 200
    assert deliver(old, headers={}) == 200
    assert len(written()) == 1
    assert deliver(old, headers={"X-Chatwoot-Signature": "sha256=00"}) == 401


@pytest.mark.parametrize("values", [{"is_active": False}, {"host_proved_at": None}], ids=str)
def test_accounts_that_are_not_served_receive_nothing(account: Account, values: dict[str, Any]) -> None:
    Account.objects.filter(pk=account.pk).update(**values)
    assert deliver(account) == 404


@pytest.mark.parametrize("key", ["x" * 22, "short", "%00"])
def test_unknown_addresses(key: str) -> None:
    assert Client().post(f"/hooks/{key}/", MESSAGE, content_type="application/json").status_code == 404


def test_bodies_are_limited(account: Account) -> None:
    body = b'{"event":"' + b"x" * 1_000_000 + b'"}'
    assert deliver(account, body) == 413


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"nonsense", b'{"event":7}', b"[" * 10_000])
def test_rubbish_is_refused(account: Account, body: bytes) -> None:
    assert deliver(account, body) == 400


def test_our_own_notes_are_no_news(account: Account) -> None:
    echoes.remember(account.pk, json.loads(MESSAGE)["id"])
    assert deliver(account) == 200
    assert written() == []


def test_our_own_notes_are_no_news_without_redis_either(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    echoes.remember(account.pk, json.loads(MESSAGE)["id"])
    monkeypatch.setattr(journal, "ask_redis", _away)
    assert deliver(account) == 200
    assert written() == []


def test_a_worker_is_asked_once_and_late_enough_for_what_follows(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.plan_host_events, "apply_async", lambda **options: asked.append(options))
    now = [1000.0]
    monkeypatch.setattr(views, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(views, "_planned_at", 0.0)
    for number in range(1, 6):
        deliver(account, body("conversation_updated", id=number))
    assert [options["countdown"] for options in asked] == [views.PLANNED_WITHIN_SECONDS]
    now[0] += views.PLANNED_WITHIN_SECONDS
    deliver(account, body("conversation_updated", id=6))
    assert len(asked) == 2


def test_what_comes_while_a_planner_ends_is_dealt_with(
    account: Account, heard: list[HostEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = [body("conversation_created", id=8)]
    read = journal.read

    def read_and_write(*arguments: Any) -> list[journal.Entry]:
        found = read(*arguments)
        if not found and late:
            deliver(account, late.pop())
            assert planner.drain() == 0  # asked for it, and found somebody at it
        return found

    deliver(account)
    monkeypatch.setattr(journal, "read", read_and_write)
    assert planner.drain() == 2
    assert [event.name for event in heard] == ["message_created", "conversation_created"]


def test_refused_deliveries_are_limited(account: Account) -> None:
    answers = {deliver(account, headers={}) for _time in range(130)}
    assert answers == {401, 429}
    assert deliver(account) == 200


def test_a_burst_makes_no_query_after_the_first(
    account: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    deliver(account)
    if not caches["default"].__class__.__name__.startswith("Redis"):
        pytest.skip("without Redis the journal is in the database")
    with django_assert_num_queries(0):
        for _time in range(20):
            assert deliver(account, headers=sign(MESSAGE)) == 200


def _away(*_arguments: object) -> None:
    raise cache.RedisAway


def test_redis_away_writes_rows(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "ask_redis", _away)
    headers = sign(MESSAGE)
    assert [deliver(account, headers=headers) for _time in range(2)] == [200, 200]
    assert JournalEntry.objects.count() == 1
    assert len(written()) == 1
    ids = [entry.id for entry in journal.read(JOURNAL, 10)]
    journal.done(JOURNAL, ids)
    assert written() == []
    assert deliver(account, headers=headers) == 200
    assert written() == []


def test_nothing_durable_no_2xx(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(account)

    def broken(**_values: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(journal, "ask_redis", _away)
    monkeypatch.setattr(JournalEntry.objects, "create", broken)
    assert deliver(account) == 503


# --- the planner ---------------------------------------------------------------------------------------


@pytest.fixture
def heard() -> Iterator[list[HostEvent]]:
    events: list[HostEvent] = []

    def listen(event: HostEvent, **_kwargs: Any) -> None:
        events.append(event)

    host_event.connect(listen)
    yield events
    host_event.disconnect(listen)


def body(name: str, **values: Any) -> bytes:
    return json.dumps({"event": name, **values}).encode()


def test_the_same_news_is_told_once(account: Account, heard: list[HostEvent]) -> None:
    for number in range(5):
        deliver(account, body("conversation_updated", id=7, labels=[str(number)], status="resolved"))
    deliver(account, body("contact_updated", id=70))
    assert planner.drain() == 6
    assert [event.name for event in heard] == ["conversation_updated", "contact_updated"]
    assert planner.drain() == 0


def test_a_planner_that_dies_leaves_its_batch(
    account: Account, heard: list[HostEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(account)

    def dies(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(journal, "done", dies)
        with pytest.raises(KeyboardInterrupt):
            planner.drain()
    assert planner.drain() == 1
    assert len(heard) == 2


def test_a_receiver_that_fails_stops_nobody(
    account: Account, heard: list[HostEvent], caplog: pytest.LogCaptureFixture
) -> None:
    def fails(**_kwargs: Any) -> None:
        raise RuntimeError("ada@example.com")

    host_event.connect(fails)
    deliver(account)
    assert planner.drain() == 1
    host_event.disconnect(fails)
    assert len(heard) == 1
    assert "ada@example.com" not in caplog.text


def test_changes_drop_what_is_known(account: Account, clock: Any) -> None:
    host = HostInMemory()
    with host_answers({account.pk: host}):
        Evidence(account).conversation(7)
        clock.shift(1)
        host.calls.clear()
        deliver(account, body("contact_updated", id=70))
        planner.drain()
        clock.shift(1)
        Evidence(account).conversation(7)
        assert host.calls == ["conversation"]


# --- decoding ------------------------------------------------------------------------------------------

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "event", "conversation", "meta", "sender", "status"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(raw=_json, name=st.sampled_from(["message_created", "conversation_updated", "contact_updated", "x"]))
def test_no_shape_breaks_the_decoder(raw: Any, name: str) -> None:
    sent = {**raw, "event": name} if isinstance(raw, dict) else raw
    try:
        event = read_event(1, json.dumps(sent).encode())
    except Unreadable:
        assert not isinstance(raw, dict)
        return
    assert (event is None) == (name == "x")


# --- secrets and addresses of before --------------------------------------------------------------------


def test_operators_see_which_secret_the_host_signs_with(account: Account, clock: Any) -> None:
    clock.shift(1)
    set_hook_secret(account, "the new secret", keep_old_for=dt.timedelta(hours=1))
    receivers.forget()

    def used() -> list[bool]:
        return [one.last_used_at is not None for one in describe_secrets(Account.objects.get(pk=account.pk))]

    assert deliver(account, headers=sign(MESSAGE, secret="wrong")) == 401
    assert used() == [False, False]
    assert deliver(account) == 200
    assert used() == [False, True]
    assert deliver(account, headers=sign(MESSAGE, secret="the new secret")) == 200
    assert used() == [True, True]


def test_use_is_written_down_once_an_hour(
    account: Account, clock: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    deliver(account)
    with django_assert_num_queries(0):
        assert deliver(account) == 200


def test_a_database_that_is_away_loses_no_delivery(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_rows: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(views, "mark_used", away)
    assert deliver(account) == 200


def test_the_secret_of_before_ends_at_its_time_also_where_it_was_read_before(account: Account, clock: Any) -> None:
    clock.shift(1)
    set_hook_secret(account, "the new secret", keep_old_for=dt.timedelta(seconds=30))
    receivers.forget()
    assert deliver(account) == 200
    clock.shift(31)
    receivers._read_at[account.hook_key] = time.monotonic()  # read a moment ago
    assert deliver(account) == 401
    assert deliver(account, headers=sign(MESSAGE, secret="the new secret")) == 200


def test_the_address_of_before_ends_at_its_time_also_where_it_was_read_before(account: Account, clock: Any) -> None:
    old = account.hook_key
    rotate_hook_key(account, keep_old_for=dt.timedelta(seconds=30))
    address = f"/hooks/{old}/"

    def deliver_there() -> int:
        return Client().post(address, MESSAGE, content_type="application/json", headers=sign(MESSAGE)).status_code

    assert deliver_there() == 200
    clock.shift(31)
    receivers._read_at[old] = time.monotonic()
    assert deliver_there() == 404
    assert deliver(account) == 200
