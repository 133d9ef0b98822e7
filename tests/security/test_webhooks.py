"""Webhooks forged, replayed, too big, of another account; and what even a good one cannot do."""

import gzip
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

import pytest
from django.test import Client

from tenants.secrets import set_hook_secret
from tenants.webhooks import planner, receivers, tasks
from tenants.webhooks.events import JOURNAL, HostEvent, unpack
from tests.security.urls import two_accounts
from tests.security.world import Tenant, asked_for
from tests.support.connectors import RecordingConnector
from voxysapps import journal
from voxysapps.logs import DiscreetFormatter

SECRET, OTHER_SECRET = "the secret of mine", "the secret of theirs"
VICTIM = {"id": 90, "name": "Victim", "email": "victim@example.com", "phone_number": "+4915", "identifier": "v"}
EVENT = {
    "event": "conversation_updated",
    "id": 7,
    "status": "open",
    "account": {"id": 1},
    "meta": {"sender": VICTIM, "hmac_verified": True},
    "contact_inbox": {"source_id": "x"},
}


@pytest.fixture(autouse=True)
def _secrets(mine: Tenant, theirs: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.plan_host_events, "apply_async", lambda **options: None)
    set_hook_secret(mine.account, SECRET)
    set_hook_secret(theirs.account, OTHER_SECRET)
    receivers.forget()


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    timestamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "X-Chatwoot-Delivery": str(uuid.uuid4()),
        "X-Chatwoot-Timestamp": timestamp,
        "X-Chatwoot-Signature": f"sha256={digest}",
    }


def deliver(one: Tenant, body: Any = EVENT, headers: dict[str, str] | None = None, **options: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = signed(raw) if headers is None else headers
    path = f"/hooks/{one.account.hook_key}/"
    return Client().post(path, raw, content_type="application/json", headers=headers, **options)


def written() -> list[HostEvent]:
    return [event for entry in journal.read(JOURNAL, 100) if (event := unpack(entry.body))]


def test_honest_delivery_is_written_down(mine: Tenant) -> None:
    assert deliver(mine).status_code == 200
    assert [(event.account_id, event.conversation_id) for event in written()] == [(mine.account.pk, 7)]


@pytest.mark.parametrize(
    "forge",
    [
        lambda raw: {},
        lambda raw: {**signed(raw), "X-Chatwoot-Signature": ""},
        lambda raw: signed(raw, "guess"),
        lambda raw: signed(raw, ""),
        lambda raw: signed(raw, OTHER_SECRET),
        lambda raw: signed(raw + b" "),
        lambda raw: {**signed(raw), "X-Chatwoot-Timestamp": str(int(time.time()) + 1)},
        lambda raw: signed(raw, at=time.time() - 301),
        lambda raw: signed(raw, at=time.time() + 301),
        lambda raw: {**signed(raw), "X-Chatwoot-Signature": signed(raw)["X-Chatwoot-Signature"].upper()},
        lambda raw: {**signed(raw), "X-Chatwoot-Signature": signed(raw)["X-Chatwoot-Signature"][7:]},
    ],
    ids=["unsigned", "empty", "guess", "no key", "their key", "body", "time", "old", "early", "capitals", "bare"],
)
def test_forged(mine: Tenant, forge: Any) -> None:
    answer = deliver(mine, headers=forge(json.dumps(EVENT).encode()))
    assert (answer.status_code, answer.content) == (401, b"")
    assert written() == []


def test_replayed_as_it_was_and_under_another_id(mine: Tenant) -> None:
    headers = signed(json.dumps(EVENT).encode())
    assert deliver(mine, headers=headers).status_code == 200
    deliver(mine, headers=headers)
    deliver(mine, headers={**headers, "X-Chatwoot-Delivery": str(uuid.uuid4())})
    deliver(mine, headers={name: value for name, value in headers.items() if name != "X-Chatwoot-Delivery"})
    assert len(written()) == 1


def test_unsigned_where_the_host_can_sign(mine: Tenant) -> None:
    """The operator's permission is for hosts that have no secret; where there is one, it is used."""
    mine.account.accepts_unsigned_hooks = True
    mine.account.save()
    assert deliver(mine, headers={}).status_code == 401
    set_hook_secret(mine.account, "")
    assert deliver(mine, headers={}).status_code == 200


@two_accounts("hook")
def test_delivery_for_another_account(mine: Tenant, theirs: Tenant) -> None:
    """Signed by one host, sent to the other's address; and naming the other account inside."""
    assert deliver(theirs).status_code == 401
    assert deliver(mine, {**EVENT, "account": {"id": theirs.account.host_account_id}}).status_code == 200
    assert {event.account_id for event in written()} == {mine.account.pk}
    theirs.warm()
    theirs.host.calls.clear()
    planner.drain()
    theirs.post(theirs.session())
    assert theirs.host.calls == []


@pytest.mark.parametrize("key", ["x" * 22, "x" * 64, "short", "..", "%00" * 8])
def test_address_that_nobody_has(mine: Tenant, key: str) -> None:
    answer = Client().post(f"/hooks/{key}/", "{}", content_type="application/json", headers=signed(b"{}"))
    assert (answer.status_code, answer.content) == (404, b"") or answer.status_code == 404
    assert written() == []


def test_what_it_says_is_never_believed(mine: Tenant, connector: type[RecordingConnector]) -> None:
    """A good signature on another customer's data: what is shown is what the host's API says."""
    mine.warm()
    for event in ("conversation_updated", "conversation_created", "contact_updated", "message_created"):
        assert deliver(mine, {**EVENT, "event": event}).status_code == 200
    planner.drain()
    answer = mine.warm()
    assert asked_for(connector) == {mine.email}
    assert "ictim" not in answer.content.decode()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000, b'{"event":' * 50_000, b"{" * 10, b"", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"event":7}',
        b'{"event":"message_created","conversation":[]}', b'{"event":"message_created","id":"7"}',
        gzip.compress(b'{"event":"x"}', mtime=0), b'{"event":"contact_updated","id":' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_body_that_is_no_event(mine: Tenant, body: bytes) -> None:
    assert deliver(mine, body).status_code in (200, 400)
    assert all(event.conversation_id is None and event.contact_id is None for event in written())


def test_body_of_many_megabytes(mine: Tenant) -> None:
    assert deliver(mine, b'{"event":"' + b"x" * 1_000_001 + b'"}').status_code == 413
    packed = gzip.compress(b'{"event":"' + b"x" * 100_000_000 + b'"}')
    assert deliver(mine, packed, HTTP_CONTENT_ENCODING="gzip").status_code == 400  # it is not even unpacked


def test_keys_of_addresses_are_not_logged(mine: Tenant, caplog: pytest.LogCaptureFixture) -> None:
    """Where the host cannot sign, the key in the address is all that guards it."""
    caplog.set_level(0)
    caplog.set_level(0, "django.request")
    caplog.handler.setFormatter(DiscreetFormatter())
    deliver(mine, headers={})
    deliver(mine, b"[")
    deliver(mine)
    Client().get(f"/hooks/{mine.account.hook_key}/")
    Client().get(f"/a/{mine.app.key}/sign-in/revoke/signed-by-nobody/", headers={"host": "testserver"})
    assert "/hooks/…/" in caplog.text
    assert mine.account.hook_key not in caplog.text
    assert "signed-by-nobody" not in caplog.text


def test_flood_of_forgeries_is_slowed(mine: Tenant) -> None:
    statuses = [deliver(mine, headers={}).status_code for _time in range(130)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert deliver(mine).status_code == 200, "the host itself is heard all the same"
