"""Errors under /a/ as the HTTP contract has them: `application/problem+json` (RFC 9457)."""

import secrets
import traceback
from http import HTTPStatus
from pathlib import Path

import msgspec
from django.conf import settings
from django.http import HttpResponse

STATUS = {
    "not_json": HTTPStatus.BAD_REQUEST,
    "wrong_event": HTTPStatus.BAD_REQUEST,
    "wrong_type": HTTPStatus.BAD_REQUEST,
    "too_deep": HTTPStatus.BAD_REQUEST,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "wrong_account": HTTPStatus.FORBIDDEN,
    "not_confirmed": HTTPStatus.FORBIDDEN,
    "sign_in_required": HTTPStatus.UNAUTHORIZED,
    "unknown_app": HTTPStatus.NOT_FOUND,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}


def new_trace_id() -> str:
    """Return an id that an agent can read out and an operator can find in the log."""
    return secrets.token_hex(8)


def place_of(error: BaseException) -> str:
    """Return an error's type and where it was raised, for the log, without its text: that may quote a customer."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = (f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"{type(error).__name__} at {' < '.join(places)}"


def explained(error: BaseException) -> str:
    """Return an error's own words and where it was raised, for who writes panels; nothing where nobody does."""
    return f"{type(error).__name__}: {error} ({place_of(error).partition(' at ')[2]})" if settings.DEVELOPMENT else ""


class Problem(HttpResponse):
    """An answer that says what is wrong; `code` is the HTTP contract's."""

    code = ""


def problem(code: str, detail: str, *, trace_id: str | None = None, **members: object) -> Problem:
    """Return the problem document for `code`; `detail` is a plain sentence without customer data.

    `members` are further members of the document, as RFC 9457 allows.
    """
    status = STATUS[code]
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail,
        "trace_id": trace_id or new_trace_id(),
        **members,
    }
    response = Problem(
        msgspec.json.encode(body),
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )
    response.code = code
    return response
