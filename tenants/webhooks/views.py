"""Intake: verify, append once, answer. Nothing else happens while the host waits."""

import time
from contextlib import suppress
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from tenants.secrets import mark_used, was_used_lately
from tenants.webhooks import echoes
from tenants.webhooks.events import JOURNAL, Unreadable, pack, read_event
from tenants.webhooks.limits import counters
from tenants.webhooks.receivers import Receiver, get_receiver
from tenants.webhooks.tasks import plan_host_events
from tenants.webhooks.verification import delivery_name, find_signer, why_refused
from voxysapps.client_address import client_address, counted_address
from voxysapps.journal import JournalUnavailable, append_once
from voxysapps.limits import count_and_append
from voxysapps.metrics import count

MAX_BYTES = 1_000_000
# Longer than a delivery may be replayed within its signature's time.
_NAMES_KEPT_SECONDS = 900
# Bodies without a delivery id or a signature may repeat by chance: a second click, the same words.
_UNNAMED_KEPT_SECONDS = 5
# A worker looks so long after a delivery, and finds all that came meanwhile, too.
PLANNED_WITHIN_SECONDS = 0.25

_planned_at = -PLANNED_WITHIN_SECONDS


class _Refused(Exception):
    """The delivery is not accepted. `result` is what is counted."""

    def __init__(self, result: str, status: HTTPStatus) -> None:
        super().__init__(result)
        self.result = result
        self.status = status


@csrf_exempt
@require_POST
def receive(request: HttpRequest, hook_key: str) -> HttpResponse:
    """Accept one delivery: 200 once it is written down, and for one that was before; 503 when nothing took it."""
    receiver = get_receiver(hook_key)
    if receiver is None:
        return _answer("unknown", HTTPStatus.NOT_FOUND)
    try:
        body = _read_body(request)
        if why := why_refused(receiver, request.headers, body):
            return _refuse(request, receiver, why)
        is_new = _accept(request, receiver, body)
        _note_use(request, receiver, body)
    except _Refused as refused:
        return _answer(refused.result, refused.status)
    if is_new:
        _plan_soon()
    return _answer("accepted" if is_new else "repeated", HTTPStatus.OK)


def _read_body(request: HttpRequest) -> bytes:
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) <= MAX_BYTES:
            return request.body
    except UnreadablePostError:
        raise _Refused("unreadable", HTTPStatus.BAD_REQUEST) from None
    except (RequestDataTooBig, ValueError):
        pass
    raise _Refused("too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _accept(request: HttpRequest, receiver: Receiver, body: bytes) -> bool:
    """Write the event down; return whether it is new and of any concern."""
    try:
        event = read_event(receiver.account_id, body)
        if event is None:
            return False
        is_named = "X-Chatwoot-Signature" in request.headers or "X-Chatwoot-Delivery" in request.headers
        return append_once(
            JOURNAL,
            pack(event),
            name=delivery_name(receiver, request.headers, body),
            seconds=_NAMES_KEPT_SECONDS if is_named else _UNNAMED_KEPT_SECONDS,
            unless=echoes.own_key(receiver.account_id, event.message_id),
        )
    except Unreadable:
        raise _Refused("unreadable", HTTPStatus.BAD_REQUEST) from None
    except JournalUnavailable:
        raise _Refused("unavailable", HTTPStatus.SERVICE_UNAVAILABLE) from None


def _note_use(request: HttpRequest, receiver: Receiver, body: bytes) -> None:
    """Let operators see that the host signs with the secret; written once an hour, and not worth a failure."""
    if all(was_used_lately(row) for row in receiver.rows):
        return
    signer = find_signer(receiver, request.headers, body)
    if signer is not None:
        with suppress(DatabaseError):
            mark_used(receiver.rows[signer])


def _plan_soon() -> None:
    """Ask a worker to look into the journal, once for all that this process takes until then; beat looks, too."""
    global _planned_at  # noqa: PLW0603 - one for the process: asking the cache would cost every delivery a trip
    now = time.monotonic()
    if now - _planned_at < PLANNED_WITHIN_SECONDS:
        return
    _planned_at = now
    try:
        plan_host_events.apply_async(queue="prefetch", countdown=PLANNED_WITHIN_SECONDS, expires=60, retry=False)
    except (OperationalError, OSError):
        return


def _refuse(request: HttpRequest, receiver: Receiver, why: str) -> HttpResponse:
    address = counted_address(client_address(request))
    if wait := count_and_append(counters(receiver.account_id, address), JOURNAL):
        response = _answer(why, HTTPStatus.TOO_MANY_REQUESTS)
        response["Retry-After"] = str(wait)
        return response
    return _answer(why, HTTPStatus.UNAUTHORIZED)


def _answer(result: str, status: HTTPStatus) -> HttpResponse:
    count("webhooks", result=result)
    return HttpResponse(status=status, headers={"Cache-Control": "no-store", "Content-Length": "0"})
