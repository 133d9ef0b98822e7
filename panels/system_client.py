"""A connector's way to its outside system: HTTP with JSON. Public through `panels.api`.

It goes out through `voxysapps.outgoing`, so private addresses are refused and every answer is bounded in
time and size; and it turns whatever may go wrong into one of the three errors a connector raises, with a
sentence that names the system.
"""

import email.utils
import time
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
import stamina
from django.utils.translation import gettext_noop

from panels.errors import ConnectorError, FinalError, OperatorError, TemporaryError
from voxysapps.outgoing import OutgoingError, Response, seconds_left, send

_TRIES = 2
_PASSING = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})


class SystemClient:
    """Asks one outside system, called `name` in every message.

    `base` is its address, with a path or without, as the operator entered it. `headers` go with every
    request. All seconds that one call of a connector may take together are limited besides
    (`Connector.timeout`); a GET that found nobody, or a system restarting, is sent once more.
    """

    def __init__(
        self,
        base: str,
        *,
        name: str,
        headers: Mapping[str, str] | None = None,
        timeout: float = 8.0,
        max_bytes: int = 4_000_000,
    ) -> None:
        self.name = name
        self._base = base.rstrip("/")
        self._headers = dict(headers or {})
        self._timeout = timeout
        self._max_bytes = max_bytes

    def get(
        self,
        path: str,
        values: Mapping[str, object] | None = None,
        *,
        params: Mapping[str, Any] | None = None,
        shape: Any = Any,
    ) -> Any:
        """Return the decoded JSON under `path`, which is as `shape` says; see `json`.

        `values` fill the braces of `path` ("/customers/{id}"): each becomes one segment, whatever it holds.
        Raises a `ConnectorError`.
        """
        return self.json(self.ask("GET", path, values, params=params), shape)

    def post(
        self,
        path: str,
        values: Mapping[str, object] | None = None,
        *,
        json: Any,
        is_question: bool = False,
        shape: Any = Any,
    ) -> Any:
        """Send JSON and return the decoded answer, which is as `shape` says; see `json`. Raises a `ConnectorError`.

        `is_question`: it changes nothing, such as a search, so it may be sent once more as a GET may.
        """
        return self.json(self.ask("POST", path, values, json=json, is_question=is_question), shape)

    def ask(
        self,
        method: str,
        path: str,
        values: Mapping[str, object] | None = None,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        is_question: bool = False,
    ) -> Response:
        """Return the answer if it is a success, or one of the statuses in `accept`. Raises a `ConnectorError`."""
        url = self._base + path.format_map({name: segment(value) for name, value in (values or {}).items()})
        changes = method != "GET" and not is_question
        tries = 1 if changes else _TRIES
        try:
            for attempt in stamina.retry_context(
                on=_Passing, attempts=tries, timeout=None, wait_initial=0.2, wait_jitter=0.3, wait_max=0.5
            ):
                with attempt:
                    response = self._send(
                        method, url, params, json, body, headers, is_last=attempt.num == tries, changes=changes
                    )
        except _Passing as error:
            raise self.error_of(error.cause) from None
        if response.status in accept or response.status < HTTPStatus.MULTIPLE_CHOICES:
            return response
        raise self.refusal(response)

    def json(self, response: Response, shape: Any = Any) -> Any:
        """Return the body, decoded. Raises `TemporaryError` for anything but JSON, such as a page of a proxy.

        `shape` is a type that the answer must have: `dict[str, int]`, a `TypedDict`, a dataclass, a `msgspec.Struct`.
        Keys that it does not name are left out; an answer that is not so raises as well.
        """
        try:
            answer = response.json()
            return answer if shape is Any else msgspec.convert(answer, shape)
        except msgspec.ValidationError:
            raise self.error_of(OutgoingError("unreadable")) from None
        except OutgoingError as error:
            raise self.error_of(error) from None

    def refusal(self, response: Response) -> ConnectorError:
        """Return what an answer of this status means, for a system that uses HTTP as most do."""
        named = {"system": self.name}
        status, after = response.status, retry_after(response)
        if status == HTTPStatus.UNAUTHORIZED:
            return OperatorError(gettext_noop("%(system)s refused our credentials. Tell an admin."), values=named)
        if status == HTTPStatus.FORBIDDEN:
            return OperatorError(gettext_noop("%(system)s does not let us read this. Tell an admin."), values=named)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return TemporaryError(
                gettext_noop("%(system)s gets too many requests at the moment."), retry_after=after, values=named
            )
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return TemporaryError(
                gettext_noop("%(system)s has trouble of its own at the moment."), retry_after=after, values=named
            )
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE} or status < HTTPStatus.BAD_REQUEST:
            return OperatorError(
                gettext_noop("%(system)s has nothing at the address it is asked at. Tell an admin."), values=named
            )
        return FinalError(gettext_noop("%(system)s did not understand what it was asked."), values=named)

    def error_of(self, error: OutgoingError) -> ConnectorError:
        """Return what it means that no answer came."""
        kind, message = _NO_ANSWER[error.kind]
        return kind(message, values={"system": self.name})

    def _error_after(self, error: OutgoingError, *, changes: bool) -> ConnectorError:
        """Return what it means; of a request that changes something, never that it did not."""
        known = self.error_of(error)
        if changes and error.kind in {"too_large", "bad_redirect"}:
            return TemporaryError(known.message, values=known.values)
        return known

    def _send(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None,
        json: Any,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        *,
        is_last: bool,
        changes: bool,
    ) -> Response:
        try:
            response = send(
                method,
                url,
                headers={**self._headers, **(headers or {})},
                params=params,
                json=json,
                body=body,
                timeout=self._timeout,
                max_bytes=self._max_bytes,
            )
        except OutgoingError as error:
            if error.kind == "unreachable" and not is_last and seconds_left() > 1:
                raise _Passing(error) from None
            raise self._error_after(error, changes=changes) from None
        if response.status in _PASSING and retry_after(response) is None and not is_last and seconds_left() > 1:
            raise _Passing(OutgoingError("unreachable"))
        return response


class _Passing(Exception):
    """Gone in a moment, perhaps."""

    def __init__(self, cause: OutgoingError) -> None:
        super().__init__()
        self.cause = cause


_NO_ANSWER: Mapping[str, tuple[type[ConnectorError], str]] = {
    "timeout": (TemporaryError, gettext_noop("%(system)s did not answer in time.")),
    "unresolved": (TemporaryError, gettext_noop("The address of %(system)s could not be looked up in time.")),
    "unreachable": (TemporaryError, gettext_noop("%(system)s cannot be reached at the moment.")),
    "unreadable": (
        TemporaryError,
        gettext_noop("%(system)s answered with something that is not its API's."),
    ),
    "too_large": (FinalError, gettext_noop("%(system)s has more about this customer than can be shown.")),
    "refused_address": (
        OperatorError,
        gettext_noop("The address of %(system)s lies in a private network, which is not allowed. Tell an admin."),
    ),
    "bad_address": (OperatorError, gettext_noop("The address of %(system)s is none that can be asked. Tell an admin.")),
    "bad_redirect": (OperatorError, gettext_noop("The address of %(system)s leads elsewhere. Tell an admin.")),
}


def segment(value: object) -> str:
    """Return the value as one segment of a path, escaped. Raises `FinalError` for what can be none."""
    text = str(value)
    if text in {"", ".", ".."} or "\0" in text:
        raise FinalError(gettext_noop("What this customer is known by cannot be looked for."))
    return quote(text, safe="")


def retry_after(response: Response) -> float | None:
    """Return for how many seconds the system asks to be left alone; None where it does not say."""
    said = response.headers.get("retry-after", "").strip()
    if said.replace(".", "", 1).isdecimal():
        return float(said)
    try:
        at = email.utils.parsedate_to_datetime(said).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return at - time.time()
