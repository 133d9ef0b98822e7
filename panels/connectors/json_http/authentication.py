"""How requests say who we are: a fixed header, a name and password, or a token that is fetched and kept for a while."""

import base64
import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_noop

from panels.api import OperatorError, Response, SystemClient, TemporaryError

# A token is not used in its last moments, and one that does not say how long it lives is kept so long.
_EARLY_SECONDS = 30.0
_UNSAID_SECONDS = 600.0
_MOST_SECONDS = 24 * 3600.0
_MOST_TOKENS = 1_000
_LONGEST_TOKEN = 8_000


class Authentication(Protocol):
    """Makes the headers of a request."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers. Raises a `ConnectorError` when there is no token to be had."""

    def renew(self) -> bool:
        """Forget a token that was refused; return whether another one may be had."""

    def secrets(self) -> tuple[str, ...]:
        """Return what must not be shown, wherever it turns up."""


class Fixed:
    """The same headers each time."""

    def __init__(self, headers: Mapping[str, str], *secrets: str) -> None:
        self._headers = headers
        self._secrets = secrets

    def headers(self) -> Mapping[str, str]:
        return self._headers

    def renew(self) -> bool:
        return False

    def secrets(self) -> tuple[str, ...]:
        return tuple(filter(None, self._secrets))


class Tokens:
    """Tokens by whom they are for, kept in this process only: they are as good as the secrets they were made from."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[str, float]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> str | None:
        with self._lock:
            token, until = self._kept.get(key, (None, 0.0))
            return token if time.monotonic() < until else None

    def put(self, key: bytes, token: str, seconds: float) -> None:
        with self._lock:
            self._kept[key] = (token, time.monotonic() + seconds)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_TOKENS:
                self._kept.popitem(last=False)

    def drop(self, key: bytes, token: str | None) -> None:
        """Forget the token, unless somebody has fetched another one meanwhile."""
        with self._lock:
            if key in self._kept and self._kept[key][0] == token:
                del self._kept[key]

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


tokens = Tokens()


class Fetched:
    """A token fetched with other credentials: subclasses say how."""

    def __init__(self, name: str, address: str, *credentials: str, header: str = "Authorization") -> None:
        self._name = name
        self._client = SystemClient(address, name=name, timeout=6.0, max_bytes=100_000)
        self._credentials = credentials
        self._header = header
        # Whoever has the same credentials for the same address has the same token.
        self._key = hashlib.sha256(json.dumps([type(self).__name__, address, *credentials]).encode()).digest()
        self._used: str | None = None

    def headers(self) -> Mapping[str, str]:
        token = tokens.get(self._key)
        if token is None:
            token, seconds = self._fetch()
            if not 0 < len(token) <= _LONGEST_TOKEN or not token.isascii() or not token.isprintable():
                raise self._no_token()
            tokens.put(self._key, token, min(max(seconds - _EARLY_SECONDS, 0.0), _MOST_SECONDS))
        self._used = token
        return {self._header: f"Bearer {token}"}

    def renew(self) -> bool:
        tokens.drop(self._key, self._used)
        return True

    def secrets(self) -> tuple[str, ...]:
        return tuple(filter(None, (*self._hidden(), self._used)))

    def _fetch(self) -> tuple[str, float]:
        """Return a token and how many seconds it lives."""
        raise NotImplementedError

    def _hidden(self) -> tuple[str, ...]:
        raise NotImplementedError

    def _refused(self) -> OperatorError:
        message = gettext_noop("%(system)s refused our credentials. Tell an admin.")
        return OperatorError(message, values={"system": self._name})

    def _no_token(self) -> TemporaryError:
        message = gettext_noop("%(system)s gave no token where one was asked for.")
        return TemporaryError(message, values={"system": self._name})


class ClientCredentials(Fetched):
    """OAuth 2.0, client credentials (RFC 6749, 4.4)."""

    def __init__(self, name: str, address: str, client_id: str, secret: str, scope: str) -> None:
        super().__init__(name, address, client_id, secret, scope)

    def _fetch(self) -> tuple[str, float]:
        client_id, secret, scope = self._credentials
        asked = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        # Every server must take the credentials as a header; those that do not get them in the body.
        response = self._ask(asked, basic(quote(client_id, safe=""), quote(secret, safe="")))
        if response.status >= HTTPStatus.BAD_REQUEST:
            response = self._ask({**asked, "client_id": client_id, "client_secret": secret}, {})
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise self._refused()
        answer = self._client.json(response)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise self._no_token()
        lives = answer.get("expires_in")
        return token, float(lives) if isinstance(lives, int | float) else _UNSAID_SECONDS

    def _ask(self, fields: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        return self._client.ask(
            "POST",
            "",
            body=urlencode(fields).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
            accept=(HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED),
            is_question=True,
        )

    def _hidden(self) -> tuple[str, ...]:
        return (self._credentials[1],)


class SignIn(Fetched):
    """A token that the API gives for a name and a password."""

    def __init__(self, name: str, address: str, user: str, password: str, *, body: str, token_at: str) -> None:
        super().__init__(name, address, user, password, body, token_at)

    def _fetch(self) -> tuple[str, float]:
        user, password, body, token_at = self._credentials
        filled = fill_credentials(json.loads(body), user, password)
        accept = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        response = self._client.ask("POST", "", json=filled, accept=accept, is_question=True)
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise self._refused()
        if token_at.startswith("header:"):
            token: Any = response.headers.get(token_at.removeprefix("header:").strip().lower())
        else:
            token = self._client.json(response)
            for name in token_at.split("."):
                token = token.get(name) if isinstance(token, dict) else None
        if not isinstance(token, str) or not token:
            raise self._refused()  # many say so with a success
        return token, _UNSAID_SECONDS

    def _hidden(self) -> tuple[str, ...]:
        return (self._credentials[1],)


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header for a name and a password."""
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def fill_credentials(body: Any, user: str, password: str) -> Any:
    """Return the body with name and password for the strings {user} and {password}."""
    if isinstance(body, dict):
        return {name: fill_credentials(value, user, password) for name, value in body.items()}
    if isinstance(body, list):
        return [fill_credentials(value, user, password) for value in body]
    return {"{user}": user, "{password}": password}.get(body, body) if isinstance(body, str) else body


def authentication_for(settings: Mapping[str, Any], *, name: str) -> Authentication:
    """Return how the connection's requests say who we are."""

    def told(setting: str) -> str:
        return str(settings.get(setting) or "")

    kind = told("auth")
    if kind == "header":
        return Fixed({told("header_name"): told("header_value")}, told("header_value"))
    if kind == "basic":
        header = basic(told("user"), told("password"))
        return Fixed(header, told("password"), *header.values())
    if kind == "oauth":
        return ClientCredentials(name, told("token_address"), told("client_id"), told("client_secret"), told("scope"))
    if kind == "sign_in":
        body, token_at = told("sign_in_body"), told("token_at")
        return SignIn(name, told("token_address"), told("user"), told("password"), body=body, token_at=token_at)
    return Fixed({})
