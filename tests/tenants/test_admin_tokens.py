"""API tokens are made in the admin, shown once, and reach their owner's accounts only."""

import re

import pytest
from django.test import Client

from tenants.models import Account, ApiToken, AuditEntry
from tests.factories import make_account
from tests.support.admin import make_operator, signed_in
from tests.support.api import Api

pytestmark = pytest.mark.django_db

ADD = "/admin/tenants/apitoken/add/"


@pytest.fixture
def account() -> Account:
    return make_account(name="Lanterna")


@pytest.fixture
def client(account: Account) -> Client:
    return signed_in(make_operator(account))


def test_token_is_shown_once_and_works(client: Client, account: Account) -> None:
    assert client.get(ADD).status_code == 200
    body = {"name": "Terraform", "scopes": ["read"], "accounts": [account.pk]}
    page = client.post(ADD, body, follow=True).content.decode()
    found = re.search(r"vxt_[\w-]+", page)
    assert found is not None
    assert [row["name"] for row in Api(found[0]).get("accounts/").json()["results"]] == ["Lanterna"]
    token = ApiToken.objects.get()
    assert (token.last4, token.scopes) == (found[0][-4:], ["read"])
    for address in ("/admin/tenants/apitoken/", f"/admin/tenants/apitoken/{token.pk}/change/"):
        assert found[0] not in client.get(address).content.decode()
    assert found[0] not in str(list(AuditEntry.objects.values()))


def test_others_accounts_cannot_be_chosen(client: Client) -> None:
    body = {"name": "Terraform", "scopes": ["read"], "accounts": [make_account().pk]}
    assert client.post(ADD, body).status_code == 200
    assert client.post(ADD, {"name": "Terraform", "scopes": ["read"]}).status_code == 200
    assert not ApiToken.objects.exists()


def test_token_is_ended(client: Client, account: Account) -> None:
    client.post(ADD, {"name": "Terraform", "scopes": ["read"], "has_all_accounts": "on"})
    token = ApiToken.objects.get()
    client.post("/admin/tenants/apitoken/", {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at is not None
