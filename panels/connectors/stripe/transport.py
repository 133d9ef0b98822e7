"""The SDK's way out: ours.

Importing this module imports the SDK, which takes a while and much memory: only workers do, when they ask.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import stripe
from django.utils.translation import gettext_noop

from panels.api import Response, SystemClient, TemporaryError
from panels.connectors.stripe.fields import pick
from panels.connectors.stripe.rights import refusal

# The SDK logs every address with its query, in which e-mail addresses stand.
logging.getLogger("stripe").setLevel(logging.WARNING)
# Nor does it tell Stripe about our machine, or keep an id for that in a file.
stripe.enable_telemetry = False

_PASSED_ON = frozenset({"Authorization", "Stripe-Version"})
# What is asked for may not be there, or be nothing that Stripe can look for: the caller knows what that means.
_CALLERS_MATTER = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
_REFUSALS = range(HTTPStatus.BAD_REQUEST, 600)


class GuardedHTTPClient(stripe.HTTPClient):
    """Sends the SDK's requests through a `SystemClient`: its limits hold, and its errors are raised as they are."""

    name = "voxysapps"

    def __init__(self, system: SystemClient, base: str) -> None:
        super().__init__()
        self._system = system
        self._base = base.rstrip("/")

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Return body, status and headers. Raises a `ConnectorError` for all that is no answer of Stripe's."""
        if method != "get" or not url.startswith(f"{self._base}/"):
            raise ValueError("Only what the connection's Stripe has is read, nothing is written.")
        path = url.removeprefix(self._base)
        response = self._system.ask(
            "GET",
            path.replace("{", "{{").replace("}", "}}"),
            headers={name: value for name, value in (headers or {}).items() if name in _PASSED_ON},
            accept=_REFUSALS,
        )
        if response.status >= HTTPStatus.BAD_REQUEST and not _is_callers_matter(response):
            raise refusal(self._system, path, response)
        if not isinstance(self._system.json(response), Mapping):
            raise not_an_answer(self._system.name)
        return response.body.decode(), response.status, {}

    def close(self) -> None:
        """Keep the connections: they are everybody's."""


def not_an_answer(system: str) -> TemporaryError:
    return TemporaryError(
        gettext_noop("%(system)s answered with something that is not its API's."), values={"system": system}
    )


def _is_callers_matter(response: Response) -> bool:
    if response.status not in _CALLERS_MATTER:
        return False
    try:
        body = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return isinstance(pick(body, "error"), Mapping)
