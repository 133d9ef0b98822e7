"""Clients of the REST API."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from tenants.models import Account, ApiToken, Scope
from tenants.services_operators import issue_token
from tests.support.admin import make_operator

ALL_SCOPES = [scope.value for scope in Scope]
ROOT = "/api/v1/"


class Api:
    """Asks the API with one token."""

    def __init__(self, text: str | None, token: ApiToken | None = None) -> None:
        self.text, self.token = text, token
        self.language = ""
        self._client = Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> Any:
        return self._client.get(ROOT + path, query, headers=self._headers())

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        headers = {**self._headers(), **({"Idempotency-Key": key} if key else {})}
        return self._client.post(ROOT + path, body or {}, content_type="application/json", headers=headers)

    def send(self, path: str, body: str | bytes, content_type: str) -> Any:
        return self._client.post(ROOT + path, body, content_type=content_type, headers=self._headers())

    def patch(self, path: str, body: Any) -> Any:
        return self._client.patch(ROOT + path, body, content_type="application/json", headers=self._headers())

    def delete(self, path: str) -> Any:
        return self._client.delete(ROOT + path, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Language": self.language} if self.language else {}
        return {**headers, "Authorization": f"Bearer {self.text}"} if self.text else headers


def api_of(user: User, *accounts: Account, scopes: list[str] | None = None, **values: Any) -> Api:
    """A token of the user's: for these accounts, or for all of the user's."""
    token = ApiToken(
        user=user,
        scopes=ALL_SCOPES if scopes is None else scopes,
        **{"name": "Terraform", "has_all_accounts": not accounts, **values},
    )
    return Api(issue_token(token, accounts), token)


def operators_api(*accounts: Account, scopes: list[str] | None = None, **values: Any) -> Api:
    """A token of a new operator's of these accounts."""
    return api_of(make_operator(*accounts, **values), scopes=scopes)
