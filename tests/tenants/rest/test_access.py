"""Who gets into the API, and how far."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from tenants.models import Account, ApiToken, AuditEntry, Role
from tenants.rest import access
from tenants.services_operators import revoke_token
from tests.factories import make_account, make_app
from tests.support.admin import make_operator, signed_in
from tests.support.api import Api, api_of, operators_api

pytestmark = pytest.mark.django_db


def names(api: Api) -> list[str]:
    return [row["name"] for row in api.get("accounts/").json()["results"]]


def test_token_opens_its_owners_accounts(account: Account) -> None:
    make_account()
    api = operators_api(account)
    assert names(api) == ["Lanterna"]
    assert api.token is not None
    assert ApiToken.objects.get(pk=api.token.pk).last_used_at is not None
    told = api.get("token/").json()
    assert told["last4"] == str(api.text)[-4:]
    assert str(api.text) not in str(told)


def test_token_of_chosen_accounts_reaches_no_further_than_its_owner(account: Account) -> None:
    other, third = make_account(name="Other"), make_account(name="Third")
    user = make_operator(account, other)
    assert names(api_of(user, other)) == ["Other"]
    # A token outlives its owner's right to an account.
    assert names(api_of(user, other, third)) == ["Other"]
    assert names(api_of(user)) == ["Lanterna", "Other"]


@pytest.mark.parametrize("text", [None, "", "vxt_unknown", "x" * 10_000, "two words", "vxt_\N{SNOWMAN}"])
def test_no_token_no_answer(text: str | None, account: Account) -> None:
    client = Client(raise_request_exception=False)
    headers = {} if text is None else {"Authorization": f"Bearer {text}".encode().decode("latin-1")}
    response = client.get("/api/v1/accounts/", headers=headers)
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == "Bearer"
    assert "Lanterna" not in response.content.decode()


def test_session_of_the_admin_opens_nothing(account: Account) -> None:
    client = signed_in(User.objects.create_superuser("root", "root@example.com", "x"))
    assert client.get("/api/v1/accounts/").status_code == 401
    assert client.delete(f"/api/v1/accounts/{account.pk}/").status_code == 401


def test_ended_tokens(account: Account) -> None:
    api = operators_api(account)
    assert api.token is not None
    assert api.get("accounts/").status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert api.get("accounts/").status_code == 401
    ApiToken.objects.update(expires_at=None)
    assert api.get("accounts/").status_code == 200
    assert revoke_token(api.token)
    assert api.get("accounts/").status_code == 401


def test_token_ends_with_its_owner(account: Account) -> None:
    user = make_operator(account)
    api = api_of(user)
    User.objects.update(is_active=False)
    assert api.get("accounts/").status_code == 401
    User.objects.update(is_active=True)
    user.operator.delete()
    assert api.get("accounts/").status_code == 401


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        ([], "get", "accounts/", 403),
        (["write"], "get", "accounts/", 403),
        (["read"], "get", "accounts/", 200),
        (["read"], "post", "dashboard-apps/", 403),
        (["read"], "patch", "accounts/{id}/", 403),
        (["read"], "delete", "accounts/{id}/", 403),
        (["read", "write"], "post", "accounts/{id}/publish/", 403),
        (["read", "write"], "post", "accounts/{id}/rotate-hook-key/", 403),
        (["secrets"], "post", "accounts/{id}/rotate-hook-key/", 200),
        (["write"], "delete", "accounts/{id}/", 204),
    ],
)
def test_scopes(scopes: list[str], method: str, path: str, status: int, account: Account) -> None:
    api = operators_api(account, scopes=scopes)
    path = path.format(id=account.pk)
    response = getattr(api, method)(path) if method in {"get", "delete"} else getattr(api, method)(path, {})
    assert response.status_code == status, response.content


def test_support_may_look_only_whatever_the_token_says(account: Account) -> None:
    app = make_app(account)
    api = operators_api(account, role=Role.SUPPORT)
    assert api.get("accounts/").status_code == 200
    for response in (
        api.patch(f"accounts/{account.pk}/", {"name": "Mine"}),
        api.delete(f"dashboard-apps/{app.pk}/"),
        api.post(f"accounts/{account.pk}/publish/"),
    ):
        assert response.status_code == 403
    account.refresh_from_db()
    assert account.name == "Lanterna"
    assert not AuditEntry.objects.filter(via="api").exists()


def test_requests_of_a_token_are_limited(account: Account, settings: Settings) -> None:
    settings.RATE_LIMIT_FACTOR = 2 / access.REQUESTS
    api = operators_api(account)
    assert [api.get("accounts/").status_code for _ in range(3)] == [200, 200, 429]
    refused = api.get("accounts/")
    assert int(refused["Retry-After"]) > 0
    assert refused.json()["code"] == "throttled"


def test_guessing_is_limited_by_address_and_good_tokens_go_on(account: Account, settings: Settings) -> None:
    settings.RATE_LIMIT_FACTOR = 2 / access.WRONG_TOKENS
    wrong = Api("vxt_guess")
    assert [wrong.get("accounts/").status_code for _ in range(3)] == [401, 401, 429]
    assert operators_api(account).get("accounts/").status_code == 200
