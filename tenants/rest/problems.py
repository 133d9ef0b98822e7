"""Errors of the API: `application/problem+json` (RFC 9457), whatever went wrong."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db import DatabaseError, IntegrityError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from voxysapps.problems import new_trace_id

MEDIA_TYPE = "application/problem+json"
OF_NO_FIELD = "non_field_errors"
# What could not be serialized, a deadlock, a lock that was waited for too long.
_BUSY = ("40001", "40P01", "55P03")


class Conflict(exceptions.APIException):
    """Something else is in the way at this moment."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"
    # What exactly, by kind; nothing where waiting is all that helps.
    errors: Mapping[str, list[int]] | None = None


class Unprocessable(exceptions.APIException):
    """Understood, and contradicting what was sent before."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "unprocessable"


class TooLarge(exceptions.APIException):
    """More than is read of a body."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to an exception of a view; None for what is our own fault, which is a 500."""
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(_by_field(error))
    elif isinstance(error, IntegrityError):
        error = Conflict(_("This was saved by somebody else at the same time. Try again."))
    elif isinstance(error, DatabaseError) and _is_busy(error):
        error = Conflict(_("The database is busy. Try again."))
    elif isinstance(error, RequestDataTooBig):
        size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        error = TooLarge(_("This is too large. At most %(size)s bytes are read.") % {"size": size})
    response = exception_handler(error, context)
    if response is None:
        return None
    members: dict[str, Any] = {}
    if isinstance(error, exceptions.ValidationError):
        data = response.data
        members["errors"] = data if isinstance(data, dict) else {OF_NO_FIELD: data}
        detail, code = _("Some of what was sent cannot be used. “errors” says why, by field."), "invalid"
    else:
        detail, code = str(response.data.get("detail", "")), _code(error)
        if isinstance(error, Conflict) and error.errors:
            members["errors"] = error.errors
    response.data = describe(response.status_code, code, detail, **members)
    response.content_type = MEDIA_TYPE
    return response


def _is_busy(error: DatabaseError) -> bool:
    """Return whether others were in the way: SQLite says it in words, PostgreSQL by a number."""
    return "locked" in str(error) or getattr(error.__cause__, "sqlstate", None) in _BUSY


def describe(status: int, code: str, detail: str, **members: Any) -> dict[str, Any]:
    """Return a problem document."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "trace_id": new_trace_id(),
        **members,
    }


def nothing_here(request: HttpRequest, *args: Any) -> HttpResponseBase:
    """Answer for every address of the API that there is not."""
    detail = _("There is nothing at this address. See /api/v1/docs/.")
    if not request.path_info.endswith("/"):
        detail = _("There is nothing at this address: all end with “/”. See /api/v1/docs/.")
    body = describe(HTTPStatus.NOT_FOUND, "not_found", detail)
    return JsonResponse(body, status=HTTPStatus.NOT_FOUND, content_type=MEDIA_TYPE)


def _code(error: Exception) -> str:
    if isinstance(error, exceptions.APIException):
        codes = error.get_codes()
        return codes if isinstance(codes, str) else error.default_code
    return "not_found" if type(error).__name__ == "Http404" else "permission_denied"


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    if not hasattr(error, "error_dict"):
        return {OF_NO_FIELD: error.messages}
    return {OF_NO_FIELD if name == "__all__" else name: messages for name, messages in error.message_dict.items()}
