"""The stand-in host's webhooks: what they carry, how they are signed, and that they arrive (host-contract 4)."""

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from voxysapps.simulator.host import changes, deliveries, events
from voxysapps.simulator.host.faults import Fault
from voxysapps.simulator.host.state import HostAccount, load
from voxysapps.simulator.models import Webhook
from voxysapps.simulator.seed import seed_demonstration

pytestmark = pytest.mark.django_db

FIXTURES = Path(__file__).parents[2] / "fixtures" / "webhooks"
SECRET = "a secret of the host"
LANTERNA = 17


class Receiver(ThreadingHTTPServer):
    """Listens on this machine and keeps what it is sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[tuple[dict[str, str], bytes]] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks/key/"

    def wait_for(self, count: int) -> list[tuple[dict[str, str], dict[str, Any]]]:
        """Return headers and decoded bodies once so many have come."""
        give_up = time.monotonic() + 5
        while len(self.received) < count:
            assert time.monotonic() < give_up, f"{len(self.received)} of {count} came"
            time.sleep(0.01)
        return [(headers, json.loads(body)) for headers, body in self.received]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(500)  # what comes back does not matter
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None: ...


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        yield server
        server.shutdown()


@pytest.fixture
def host(receiver: Receiver) -> HostAccount:
    seed_demonstration(host_origins=["http://localhost:9"])
    Webhook.objects.filter(host_account_id=LANTERNA).update(url=receiver.url, secret=SECRET)
    return loaded()


def loaded() -> HostAccount:
    host = load(LANTERNA)
    assert host is not None
    return host


def talk_of(host: HostAccount, id_: int) -> Any:
    return host.talk(id_)


def test_note_is_announced_and_signed(
    receiver: Receiver, host: HostAccount, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        changes.send_message(host, talk_of(host, 611), host.agent(52), "Tom & <b>Ana</b>\u2028", private=True)

    ((headers, body),) = receiver.wait_for(1)
    raw = receiver.received[0][1]
    signed = f"{headers['x-chatwoot-timestamp']}.".encode() + raw
    assert headers["x-chatwoot-signature"] == "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert abs(int(headers["x-chatwoot-timestamp"]) - time.time()) < 5
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["x-chatwoot-delivery"])
    assert b"Tom \\u0026 \\u003cb\\u003eAna\\u003c/b\\u003e\\u2028" in raw
    assert (body["event"], body["message_type"], body["private"]) == ("message_created", "outgoing", True)
    assert body["sender"] == {
        "id": 52,
        "name": "Ruben Okoye",
        "email": "ruben.okoye@lanterna.example",
        "type": "user",
    }
    # A conversation shows its newest public message.
    assert body["conversation"]["messages"][0]["content"] == "Wonderful. Can I pay when I fetch it?"


def test_signature_is_that_of_the_published_vector() -> None:
    """Made up for host-contract 8: secret, raw body with Rails' escapes, and the header."""
    vector = json.loads((FIXTURES / "_signature_vector.json").read_text())
    theirs = vector["headers"]
    now = float(theirs["X-Chatwoot-Timestamp"])
    ours = deliveries.signed_headers(vector["secret"], vector["raw_body"].encode(), now=now)
    assert ours == {**theirs, "X-Chatwoot-Delivery": ours["X-Chatwoot-Delivery"]}
    assert deliveries.encode(json.loads(vector["raw_body"])) == vector["raw_body"].encode()


def test_everything_that_happens_is_announced(
    receiver: Receiver, host: HostAccount, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    livia = host.agent(51)
    assert livia is not None
    with django_capture_on_commit_callbacks(execute=True):
        host, talk = changes.set_status(host, talk_of(host, 611), "resolved", livia)
        host, talk = changes.send_message(host, talk, None, "Wait!")
        host, _person = changes.edit_contact(host, talk.person, {"email": "agnes@example.org"})
        host, _talk = changes.start_conversation(host, talk.person, 62, "By mail")
        changes.delete_message(host, talk_of(host, 613), 1)
        changes.edit_contact(host, talk.person, {"phone_number": talk.person.phone_number})  # as it was

    received = [body for _headers, body in receiver.wait_for(9)]
    assert sorted(body["event"] for body in received) == sorted(
        (
            *("conversation_status_changed", "conversation_updated", "message_created"),
            *("conversation_status_changed", "conversation_updated"),  # the customer opened it again
            *("contact_updated", "conversation_created", "message_created", "message_updated"),
        )
    )
    (edited,) = [body for body in received if body["event"] == "contact_updated"]
    assert edited["changed_attributes"] == [
        {"email": {"previous_value": "agnes.thorvald@example.com", "current_value": "agnes@example.org"}}
    ]
    deliveries_of = {headers["x-chatwoot-delivery"] for headers, _body in receiver.wait_for(9)}
    assert len(deliveries_of) == 9


@pytest.mark.parametrize(
    "name", ["conversation_created", "conversation_updated", "conversation_status_changed", "message_created"]
)
def test_events_have_the_keys_of_the_hosts_own(host: HostAccount, name: str) -> None:
    theirs = json.loads((FIXTURES / f"{name}.json").read_text())
    talk = talk_of(host, 611)
    event = (
        events.message(host, talk, len(talk.lines) - 1, name)
        if name.startswith("message")
        else events.conversation(host, talk, name, [])
    )
    assert event.body.keys() ^ theirs.keys() <= {"attachments"}
    ours = event.body.get("conversation", event.body)
    conversation = theirs.get("conversation", theirs)
    # The nested one names the account in some versions of the host.
    assert ours.keys() ^ conversation.keys() <= {"account"}
    assert ours["messages"][0].keys() ^ conversation["messages"][0].keys() <= {"attachments", "echo_id"}
    assert not ours.keys() & {"account_id", "uuid"}


def test_contact_event_has_the_keys_of_the_hosts_own(host: HostAccount) -> None:
    theirs = json.loads((FIXTURES / "contact_updated.json").read_text())
    event = events.contact(host, host.people[0], "contact_updated", [])
    assert event.body.keys() == theirs.keys()


def test_what_nobody_subscribed_to_is_not_sent(host: HostAccount) -> None:
    Webhook.objects.update(subscriptions=["contact_updated"])
    talk = talk_of(host, 611)
    assert deliveries.deliveries_of(host, events.message(host, talk, 0, "message_created")) == []
    assert len(deliveries.deliveries_of(host, events.contact(host, talk.person, "contact_updated", []))) == 1


def test_old_host_does_not_sign(receiver: Receiver, host: HostAccount) -> None:
    changes.set_fault(LANTERNA, Fault.OLD)
    host = loaded()
    event = events.conversation(host, talk_of(host, 611), "conversation_updated")
    (delivery,) = deliveries.deliveries_of(host, event)
    assert deliveries.send(delivery) == 500
    ((headers, body),) = receiver.wait_for(1)
    assert not [name for name in headers if name.startswith("x-chatwoot")]
    assert "account" not in body


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("http://127.0.0.1:9/x", True),
        ("http://localhost:9/x", True),
        ("http://[::1]:9/x", True),
        ("http://hooks.example.com/x", False),
        ("http://169.254.169.254/latest", False),
        ("https://127.0.0.1:9/x", False),
        ("http://127.0.0.1.example.com/", False),
        ("http://127.0.0.1:port/", False),
    ],
)
def test_deliveries_stay_on_this_machine(host: HostAccount, url: str, is_sent: bool) -> None:
    Webhook.objects.filter(host_account_id=LANTERNA).update(url=url)
    event = events.contact(host, host.people[0], "contact_updated", [])
    assert len(deliveries.deliveries_of(host, event)) == is_sent


def test_receiver_that_is_away_is_no_error(host: HostAccount) -> None:
    assert deliveries.send(deliveries.Delivery("http://127.0.0.1:9/x", b"{}", SECRET)) is None


def test_customer_who_writes_is_announced_over_http(
    receiver: Receiver,
    host: HostAccount,
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        sent = {"conversation": 612, "content": "Found it"}
        answer = client.post(f"/simulator/customers/{LANTERNA}", data=sent, content_type="application/json")
    assert answer.json()["messages"][-1]["content"] == "Found it"
    ((_headers, body),) = receiver.wait_for(1)
    assert (body["content"], body["message_type"], body["conversation"]["id"]) == ("Found it", "incoming", 612)
    # A contact is the only sender without a type.
    assert (body["sender"]["id"], "type" in body["sender"]) == (702, False)
