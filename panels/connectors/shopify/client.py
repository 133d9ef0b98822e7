"""Asking a shop: its address and token, what the app may spend there, and what its errors mean."""

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_noop

from panels.api import ConnectorError, Gaps, OperatorError, Response, SystemClient, TemporaryError, lacks
from panels.connectors.shopify.memory import memory_of
from panels.connectors.shopify.problems import BUSY, NOT_API, Throttled, codes_of, error_of
from panels.connectors.shopify.queries import API_VERSION, RIGHTS, Query
from panels.connectors.shopify.reading import Node, listed, node, text

# So long one call waits for points, altogether; what it may take ends soon after.
MOST_SECONDS_WAITED = 2.5
RIGHTS_KEPT_SECONDS = 300.0
# A token given for a day is used for a little less.
TOKEN_MARGIN_SECONDS = 300.0
_PATH = f"/admin/api/{API_VERSION}/graphql.json"
_CLOSED = (HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.LOCKED)
_REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_ERROR_WORD = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer's data. `error` is what Shopify left out of them, and why; None: nothing."""

    data: Node
    error: ConnectorError | None
    version: str | None


class Shop:
    """One shop, asked by one app, for one call of the connector.

    Without `client_id` the secret is an access token; with it, the secret gets one for a day ("client
    credentials grant"). Every method raises a `ConnectorError`. `gaps` is what could not be read so far.
    """

    def __init__(self, base: str, *, name: str, client_id: str, secret: str, timeout: float = 8.0) -> None:
        self.name = name
        self.gaps = Gaps(name)
        self._client = SystemClient(base, name=name, timeout=timeout)
        self._client_id = client_id
        self._secret = secret
        self._patience = MOST_SECONDS_WAITED
        self._memory = memory_of(base, client_id, secret)

    def ask(self, query: Query, variables: Mapping[str, Any] | None = None) -> Reply:
        """Return the answer, if there are any data in it.

        Raises `Throttled` when the app has to wait, before or after asking, and `TooCostly` when the query
        asks for too much at once.
        """
        self._wait_for_points(query)
        response = self._post(query, variables or {})
        payload = self._client.json(response)
        if not isinstance(payload, Mapping):
            raise self.not_api()
        cost = node(payload, "extensions", "cost")
        self._memory.bucket.note(query.name, cost)
        errors = payload.get("errors") or []
        errors = errors if isinstance(errors, list) else [errors]
        if "THROTTLED" in codes_of(errors):
            raise self._throttled(query)
        error = error_of(errors, system=self.name) if errors else None
        data = payload.get("data")
        if not isinstance(data, Mapping):
            raise error or self.not_api()
        return Reply(data, error, response.headers.get("x-shopify-api-version"))

    def scopes(self) -> frozenset[str]:
        """Return what the app may do, as of the last minutes."""
        memory = self._memory
        if time.monotonic() >= memory.scopes_until:
            memory.scopes = self.scopes_in(self.ask(RIGHTS))
            memory.scopes_until = time.monotonic() + RIGHTS_KEPT_SECONDS
        return memory.scopes

    def scopes_in(self, reply: Reply) -> frozenset[str]:
        """Return the scopes that an answer with the app's installation names."""
        scopes = [text(scope, "handle") for scope in self.nodes_of(reply, "currentAppInstallation", "accessScopes")]
        if None in scopes:
            raise lacks(self.name, "accessScopes.handle")
        return frozenset(scope for scope in scopes if scope)

    def nodes_of(self, reply: Reply, *path: str) -> list[Node]:
        """Return the objects of a list at the path that was asked for; what is no list is not an empty one."""
        found = listed(reply.data, *path)
        if found is None:
            raise reply.error or lacks(self.name, ".".join(path))
        return found

    def may(self, scope: str) -> bool:
        """Return whether the app may do this."""
        return has(scope, self.scopes())

    def not_api(self) -> TemporaryError:
        """Return what it means that an answer has not the shape it should have."""
        return TemporaryError(NOT_API, values={"system": self.name})

    def _wait_for_points(self, query: Query) -> None:
        seconds = self._memory.bucket.seconds_until(query.name)
        if seconds > self._patience:
            raise self._throttled(query)
        if seconds:
            self._patience -= seconds
            time.sleep(seconds)

    def _throttled(self, query: Query) -> Throttled:
        seconds = self._memory.bucket.seconds_until(query.name)
        return Throttled(BUSY, retry_after=max(seconds, 1.0), values={"system": self.name})

    def _post(self, query: Query, variables: Mapping[str, Any]) -> Response:
        body = {"query": query.text, "variables": dict(variables), "operationName": query.name}
        response = self._send(body)
        if response.status == HTTPStatus.UNAUTHORIZED and self._client_id:
            # The token was taken back before its time; a new one tells whether the app was, too.
            self._memory.token_until = 0.0
            response = self._send(body)
        if response.status in _CLOSED:
            raise OperatorError(
                gettext_noop("%(system)s is closed or frozen at Shopify. Tell an admin."), values={"system": self.name}
            )
        if response.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise self._client.refusal(response)
        return response

    def _send(self, body: Mapping[str, Any]) -> Response:
        headers = {"X-Shopify-Access-Token": self._token()}
        accept = (*_CLOSED, HTTPStatus.UNAUTHORIZED)
        return self._client.ask("POST", _PATH, json=body, headers=headers, accept=accept, is_question=True)

    def _token(self) -> str:
        memory = self._memory
        if not self._client_id:
            return self._secret
        if time.monotonic() >= memory.token_until:
            memory.token, seconds = self._granted()
            memory.token_until = time.monotonic() + seconds - TOKEN_MARGIN_SECONDS
        return memory.token

    def _granted(self) -> tuple[str, float]:
        """Return a token, and for how many seconds it is good."""
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._secret,
        }
        response = self._client.ask(
            "POST",
            "/admin/oauth/access_token",
            body=urlencode(asked).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            accept=_REFUSALS,
            is_question=True,
        )
        if response.status in _REFUSALS:
            raise self._not_granted(response)
        answer = self._client.json(response)
        token = text(answer, "access_token") if isinstance(answer, Mapping) else None
        if not token or not token.isascii() or not token.isprintable():
            raise self.not_api()
        seconds = answer.get("expires_in")
        return token, float(seconds) if isinstance(seconds, int) else 2 * TOKEN_MARGIN_SECONDS

    def _not_granted(self, response: Response) -> ConnectorError:
        try:
            answer = self._client.json(response)
        except TemporaryError:
            answer = {}
        reason = text(answer, "error") if isinstance(answer, Mapping) else None
        if not reason or not _ERROR_WORD.fullmatch(reason):
            return self._client.refusal(response)
        message = gettext_noop("%(system)s gives our app no token (%(reason)s). Tell an admin.")
        return OperatorError(message, values={"system": self.name, "reason": reason})


def has(scope: str, scopes: Collection[str]) -> bool:
    """Return whether a right is among the scopes; who may write may read."""
    return scope in scopes or scope.replace("read_", "write_", 1) in scopes
