"""What is misspelt is refused: passed over, a program would take it for done."""

import pytest
from django.test import Client

from tenants.models import Account
from tests.factories import make_app
from tests.support.api import Api

pytestmark = pytest.mark.django_db


def test_fields_that_there_are_not(api: Api, account: Account) -> None:
    path = f"accounts/{account.pk}/"
    refused = api.patch(path, {"name": "New", "is_activ": False})
    assert refused.json()["errors"] == {"is_activ": ["There is no such field."]}
    account.refresh_from_db()
    assert account.name == "Lanterna"
    assert api.post(f"{path}rotate-hook-key/", {"keep_old": 24}).status_code == 400
    assert api.post("dashboard-apps/", {"account": account.pk, "title": "x", "key": "mine"}).status_code == 400


def test_what_was_got_can_be_sent_back(api: Api, account: Account) -> None:
    for path in (f"accounts/{account.pk}/", f"dashboard-apps/{make_app(account).pk}/"):
        got = api.get(path).json()
        response = api.patch(path, got)
        assert response.status_code == 200, response.content
        assert response.json() == got


@pytest.mark.parametrize(
    "path",
    [
        "accounts/",
        "accounts/{id}/",
        "dashboard-apps/",
        "panels/",
        "connectors/",
        "token/",
        "accounts/export/",
        "audit/",
    ],
)
@pytest.mark.parametrize("name", ["acount", "format", "lang"])
def test_parameters_that_there_are_not(api: Api, account: Account, path: str, name: str) -> None:
    path = path.format(id=account.pk)
    assert api.get(path).status_code == 200
    response = api.get(path, **{name: "json"})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [name]


def test_parameters_of_what_is_changed(api: Api, account: Account) -> None:
    assert api.post(f"accounts/{account.pk}/rotate-hook-key/?dry_run=true").status_code == 400
    assert api.post("apply/?dryrun=true", {"accounts": []}).status_code == 400
    key = account.hook_key
    account.refresh_from_db()
    assert account.hook_key == key


def test_strangers_are_told_of_no_parameters() -> None:
    assert Client().get("/api/v1/accounts/?acount=3").status_code == 401


def test_address_without_its_last_slash_says_so(api: Api) -> None:
    response = api.get("accounts")
    assert response.status_code == 404
    assert "all end with “/”" in response.json()["detail"]
    assert "all end" not in api.get("nothing/").json()["detail"]
