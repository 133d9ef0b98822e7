"""Sends the stand-in host's webhooks, as the host does: once, in the background, whatever comes of it."""

import hashlib
import hmac
import http.client
import json
import threading
import time
import uuid
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction

from voxysapps.simulator.addresses import server_address
from voxysapps.simulator.host.events import Event
from voxysapps.simulator.host.state import HostAccount
from voxysapps.simulator.models import Webhook

TIMEOUT_SECONDS = 5.0
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
# Rails writes these as escapes: who encodes the body anew breaks the signature.
_ESCAPES = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one webhook. Without a secret it goes unsigned."""

    url: str
    body: bytes
    secret: str | None


def announce(host: HostAccount, event: Event) -> None:
    """Tell the account's webhooks of the event, once it is in the database."""
    if deliveries := deliveries_of(host, event):
        thread = threading.Thread(target=_send_all, args=(deliveries,), name="stand-in-webhooks", daemon=True)
        transaction.on_commit(thread.start)


def deliveries_of(host: HostAccount, event: Event) -> list[Delivery]:
    """Return what is to be sent of the event, and where: to this machine only."""
    rows = [row for row in Webhook.objects.filter(host_account_id=host.id) if event.name in row.subscriptions]
    if not rows:
        return []
    here = (*_THIS_MACHINE, urlsplit(server_address() or "").hostname)
    body = encode(event.body)
    return [Delivery(row.url, body, None if host.is_old else row.secret) for row in rows if _is_at(here, row.url)]


def encode(body: object) -> bytes:
    """Return JSON as Rails writes it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES).encode()


def signed_headers(secret: str | None, body: bytes, *, now: float) -> dict[str, str]:
    """Return the headers of a delivery; hosts that cannot sign send none of their own."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if secret is None:
        return headers
    timestamp = str(int(now))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return headers | {
        "X-Chatwoot-Delivery": str(uuid.uuid4()),
        "X-Chatwoot-Timestamp": timestamp,
        "X-Chatwoot-Signature": f"sha256={digest}",
    }


def send(delivery: Delivery) -> int | None:
    """Send the delivery; return the status that came back, None where nothing did."""
    parts = urlsplit(delivery.url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    headers = signed_headers(delivery.secret, delivery.body, now=time.time())
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", path, body=delivery.body, headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()
    return None


def _send_all(deliveries: Sequence[Delivery]) -> None:
    for delivery in deliveries:
        send(delivery)


def _is_at(names: Collection[str | None], url: str) -> bool:
    """Return whether the address is one of these machines', without TLS."""
    with suppress(ValueError):
        parts = urlsplit(url)
        return parts.scheme == "http" and parts.hostname in names and (parts.port or 80) > 0
    return False
