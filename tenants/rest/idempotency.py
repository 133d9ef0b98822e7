"""`Idempotency-Key`: a creation that is sent twice happens once, and is answered twice alike.

What is done, and the answer to it, are one transaction: whoever is killed half way leaves neither, and the same key
simply works again. Hosts are asked before that transaction, since on SQLite it keeps everybody else from writing.

Only what succeeded is kept: a refused request may be mended and sent again under its key.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.models import IdempotencyKey
from tenants.rest.access import token_of
from tenants.rest.problems import Unprocessable

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = dt.timedelta(hours=24)
_LONGEST = 255

# Writes to the database and nowhere else, and returns the answer.
Finish = Callable[[], Response]


def once(request: Request, prepare: Callable[[], Finish], *, untold: Collection[str] = ()) -> Response:
    """Do what `prepare` returns, unless the request's key was used already; then return what was answered to it.

    `prepare` refuses what cannot be done; it may ask hosts, and writes nothing. `untold` names members of the answer
    that are given once only: they are kept as None.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return prepare()()
    if not 0 < len(key) <= _LONGEST or not (key.isascii() and key.isprintable()) or key != key.strip():
        raise ValidationError({HEADER: [_("Send between 1 and 255 printable characters.")]})
    digest = _digest(request)
    if first := _answered(request, key, digest):
        return first
    try:
        return _answer(request, key, digest, prepare(), untold)
    except Exception:
        # What is in our way may be what the same request has done, sent at the same time.
        if first := _answered(request, key, digest):
            return first
        raise


def purge_keys() -> int:
    """Forget the keys of yesterday; return how many."""
    return IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def _answer(request: Request, key: str, digest: str, finish: Finish, untold: Collection[str]) -> Response:
    token = token_of(request)
    with transaction.atomic():
        IdempotencyKey.objects.filter(token=token, key=key, created_at__lt=timezone.now() - KEPT).delete()
        # First of all: here the same request waits for us, and is then refused by the constraint.
        mine = IdempotencyKey.objects.create(token=token, key=key, request_digest=digest)
        response = finish()
        mine.status = response.status_code
        mine.body = {name: None if name in untold else value for name, value in response.data.items()}
        mine.save(update_fields=["status", "body"])
    return response


def _answered(request: Request, key: str, digest: str) -> Response | None:
    """Return what was answered under the key, if it was used. Raises `Unprocessable` where for something else."""
    row = IdempotencyKey.objects.filter(
        token=token_of(request), key=key, status__isnull=False, created_at__gte=timezone.now() - KEPT
    ).first()
    if row is None:
        return None
    if row.request_digest != digest:
        raise Unprocessable(_("This key was used for another request. Send each one with a key of its own."))
    return Response(row.body, status=row.status, headers={REPLAYED: "true"})


def _digest(request: Request) -> str:
    """Return what tells this request from another under the same key, without keeping the secrets in it."""
    plain = request._request  # noqa: SLF001 - there is no other way to the body as it came
    body = plain.body
    return hashlib.sha256(b"\0".join([str(plain.method).encode(), plain.path.encode(), body])).hexdigest()
