"""`Idempotency-Key`: a creation that is sent twice happens once, and is answered twice alike.

Only what succeeded is kept: a refused request may be mended and sent again under its key.
"""

import datetime as dt
import hashlib
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.models import IdempotencyKey
from tenants.rest.access import token_of
from tenants.rest.problems import Conflict, Unprocessable

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = dt.timedelta(hours=24)
_LONGEST = 255


def once(request: Request, create: Callable[[], Response]) -> Response:
    """Call `create` unless the request's key was used already; then return what was answered to it."""
    key = request.headers.get(HEADER)
    if key is None:
        return create()
    if not 0 < len(key) <= _LONGEST or not key.isprintable():
        raise ValidationError({HEADER: ["Send between 1 and 255 printable characters."]})
    mine, first = _take(request, key)
    if first is not None:
        return first
    try:
        response = create()
        mine.status, mine.body = response.status_code, response.data
        mine.save(update_fields=["status", "body"])
    except BaseException:
        mine.delete()
        raise
    return response


def purge_keys() -> int:
    """Forget the keys of yesterday; return how many."""
    return IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def _take(request: Request, key: str) -> tuple[IdempotencyKey, Response | None]:
    """Return the key as ours to answer, or with the answer to its first request."""
    digest = _digest(request)
    IdempotencyKey.objects.filter(token=token_of(request), key=key, created_at__lt=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(token=token_of(request), key=key, request_digest=digest), None
    except IntegrityError:
        row = IdempotencyKey.objects.filter(token=token_of(request), key=key).first()
    if row is None or (row.status is None and row.request_digest == digest):
        raise Conflict("The first request with this key is still at work. If it never ends, look what it has done.")
    if row.request_digest != digest:
        raise Unprocessable("This key was used for another request. Send each one with a key of its own.")
    return row, Response(row.body, status=row.status, headers={REPLAYED: "true"})


def _digest(request: Request) -> str:
    """Return what tells this request from another under the same key, without keeping the secrets in it."""
    plain = request._request  # noqa: SLF001 - there is no other way to the body as it came
    body = plain.body
    return hashlib.sha256(b"\0".join([str(plain.method).encode(), plain.path.encode(), body])).hexdigest()
