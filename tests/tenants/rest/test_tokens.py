"""Tokens by program: whatever is tried, none reaches further than the one that made it, or outlives it."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.models import Account, ApiToken, AuditEntry, IdempotencyKey, Role
from tenants.services_operators import issue_token, revoke_token
from tests.factories import make_account
from tests.support.admin import make_operator, signed_in
from tests.support.api import Api, api_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(account: Account) -> User:
    return make_operator(account, make_account(name="Second"))


def body(**values: Any) -> dict[str, Any]:
    return {"name": "CI", "scopes": ["read"], "has_all_accounts": True, "accounts": [], **values}


def names(api: Api) -> list[str]:
    return [row["name"] for row in api.get("accounts/").json()["results"]]


def test_token_is_told_once_works_and_is_ended(me: User, account: Account) -> None:
    api = api_of(me)
    made = api.post("tokens/", body(has_all_accounts=False, accounts=[account.pk]))
    assert made.status_code == 201, made.content
    row = made.json()
    text = row.pop("token")
    assert (row["owner"], row["last4"], row["accounts"]) == (me.username, text[-4:], [account.pk])
    assert api.token
    assert row["made_by"] == api.token.pk
    new = Api(text)
    assert names(new) == ["Lanterna"]
    for response in (api.get("tokens/"), api.get(f"tokens/{row['id']}/"), new.get("token/")):
        assert response.status_code == 200
        assert text not in response.content.decode()
    assert text not in str(list(AuditEntry.objects.values()))
    assert api.delete(f"tokens/{row['id']}/").status_code == 204
    assert new.get("accounts/").status_code == 401
    assert api.get(f"tokens/{row['id']}/").json()["revoked_at"]
    entries = AuditEntry.objects.filter(object_type="tenants.apitoken", via="api").order_by("pk")
    assert [entry.action for entry in entries] == ["add", "revoke"]


def test_token_sent_twice_is_made_once_and_not_told_again(me: User) -> None:
    api = api_of(me)
    first, second = (api.post("tokens/", body(), key="ci") for _ in range(2))
    text = first.json()["token"]
    assert second["Idempotency-Replayed"] == "true"
    assert second.json() == {**first.json(), "token": None}
    assert text not in str(list(IdempotencyKey.objects.values()))
    assert ApiToken.objects.filter(name="CI").count() == 1


@pytest.mark.parametrize("scopes", [["write"], ["read", "secrets"], ["publish"], ["read", "write", "operators"]])
def test_no_more_scopes(me: User, scopes: list[str]) -> None:
    api = api_of(me, scopes=["read", "operators"])
    response = api.post("tokens/", body(scopes=scopes))
    assert response.status_code == 400
    assert "scopes" in response.json()["errors"]
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    "values", [{"scopes": []}, {"scopes": ["root"]}, {"scopes": "read"}, {"scopes": [["read"]]}, {"name": ""}]
)
def test_what_is_no_token(me: User, values: dict[str, Any]) -> None:
    assert api_of(me).post("tokens/", body(**values)).status_code == 400
    assert ApiToken.objects.count() == 1


def test_no_more_accounts(me: User, account: Account) -> None:
    second = Account.objects.get(name="Second")
    api = api_of(me, account)
    for sent in (
        {"has_all_accounts": True},
        {"has_all_accounts": False},
        {"has_all_accounts": False, "accounts": [second.pk]},
        {"has_all_accounts": False, "accounts": [account.pk, second.pk]},
        {"has_all_accounts": False, "accounts": [10**12]},
    ):
        response = api.post("tokens/", body(**sent))
        assert response.status_code == 400, sent
        assert {"accounts", "has_all_accounts"} & response.json()["errors"].keys()
    # What there is and is not the token's is answered like what is not.
    there, not_there = (
        api.post("tokens/", body(has_all_accounts=False, accounts=[pk])).json()["errors"]["accounts"][0]
        for pk in (second.pk, 10**12)
    )
    assert there.replace(str(second.pk), "N") == not_there.replace(str(10**12), "N")
    assert ApiToken.objects.count() == 1
    assert api.post("tokens/", body(has_all_accounts=False, accounts=[account.pk])).status_code == 201


def test_no_longer(me: User) -> None:
    ends = timezone.now() + dt.timedelta(days=3)
    api = api_of(me, expires_at=ends)
    assert api.post("tokens/", body(expires_at=(ends + dt.timedelta(seconds=1)).isoformat())).status_code == 400
    for sent in ({}, {"expires_at": None}):
        assert api.post("tokens/", body(**sent)).status_code == 201
    assert {token.expires_at for token in ApiToken.objects.all()} == {ends}
    sooner = ends - dt.timedelta(days=1)
    assert api.post("tokens/", body(expires_at=sooner.isoformat())).status_code == 201
    assert ApiToken.objects.filter(expires_at=sooner).exists()


def test_whoever_stole_a_token_loses_what_was_made_by_it(me: User) -> None:
    stolen = api_of(me)
    child = Api(stolen.post("tokens/", body(scopes=["read", "operators"])).json()["token"])
    grandchild = Api(child.post("tokens/", body()).json()["token"])
    other = api_of(me)
    assert grandchild.get("accounts/").status_code == 200
    assert stolen.token
    assert revoke_token(stolen.token)
    for api in (stolen, child, grandchild):
        assert api.get("accounts/").status_code == 401
    assert other.get("accounts/").status_code == 200
    assert AuditEntry.objects.filter(action="revoke").count() == 3
    assert not revoke_token(stolen.token)
    # Whoever was let in before the end makes none after it.
    stale = ApiToken(user=me, name="CI", scopes=["read"], has_all_accounts=True, made_by=stolen.token)
    with pytest.raises(ValidationError):
        issue_token(stale, ())
    assert ApiToken.objects.filter(revoked_at__isnull=True).count() == 1


def test_ending_a_token_and_its_maker_in_the_admin_is_counted_once(me: User) -> None:
    api = api_of(me)
    api.post("tokens/", body())
    chosen = list(ApiToken.objects.values_list("pk", flat=True))
    client = signed_in(me)
    client.post("/admin/tenants/apitoken/", {"action": "revoke", "_selected_action": chosen})
    assert not ApiToken.objects.filter(revoked_at__isnull=True).exists()
    assert AuditEntry.objects.filter(action="revoke").count() == 2


def test_tokens_of_others_are_not_there(me: User, account: Account) -> None:
    theirs = api_of(make_operator(account))
    assert theirs.token
    api = api_of(me)
    path = f"tokens/{theirs.token.pk}/"
    assert (api.get(path).status_code, api.delete(path).status_code) == (404, 404)
    assert [row["owner"] for row in api.get("tokens/").json()["results"]] == [me.username]
    assert api.post("tokens/", body(user=theirs.token.user_id)).status_code == 400
    for sent in ({"owner": theirs.token.user.username}, {"made_by": theirs.token.pk}):
        assert api.post("tokens/", body(**sent)).json()["owner"] == me.username
    assert theirs.get("accounts/").status_code == 200
    assert not ApiToken.objects.filter(made_by=theirs.token).exists()


def test_token_of_chosen_accounts_meets_none_that_reaches_further(me: User, account: Account) -> None:
    second = Account.objects.get(name="Second")
    all_of_them, others, both = api_of(me), api_of(me, second), api_of(me, account, second)
    api = api_of(me, account)
    for further in (all_of_them, others, both):
        assert further.token
        assert api.get(f"tokens/{further.token.pk}/").status_code == 404
        assert api.delete(f"tokens/{further.token.pk}/").status_code == 404
        assert further.get("accounts/").status_code == 200
    assert [row["accounts"] for row in api.get("tokens/").json()["results"]] == [[account.pk]]


def test_accounts_that_the_owner_has_lost_are_not_told(me: User, account: Account) -> None:
    second = Account.objects.get(name="Second")
    both = api_of(me, account, second)
    me.operator.accounts.remove(second)
    assert both.token
    assert api_of(me).get(f"tokens/{both.token.pk}/").json()["accounts"] == [account.pk]


def test_platform_administrators_see_and_end_all(me: User, account: Account) -> None:
    root = User.objects.create_superuser("root", "root@example.com", "x")
    theirs = api_of(me)
    assert theirs.token
    assert api_of(root, account).get(f"tokens/{theirs.token.pk}/").status_code == 404
    api = api_of(root, scopes=["operators"])
    assert {row["owner"] for row in api.get("tokens/").json()["results"]} == {me.username, "root"}
    assert api.delete(f"tokens/{theirs.token.pk}/").status_code == 204
    assert theirs.get("accounts/").status_code == 401
    # What it makes is its own.
    assert api.post("tokens/", body(scopes=["operators"], owner=me.username)).json()["owner"] == "root"


@pytest.mark.parametrize("scopes", [[], ["read"], ["read", "write", "secrets", "publish"]])
def test_scope_is_needed(me: User, scopes: list[str]) -> None:
    api = api_of(me, scopes=scopes)
    assert api.token
    path = f"tokens/{api.token.pk}/"
    answers = (api.get("tokens/"), api.get(path), api.post("tokens/", body(scopes=scopes)), api.delete(path))
    assert {answer.status_code for answer in answers} == {403}
    assert ApiToken.objects.filter(revoked_at__isnull=True).count() == 1


def test_support_makes_none(account: Account) -> None:
    api = api_of(make_operator(account, role=Role.SUPPORT))
    assert api.post("tokens/", body()).status_code == 403
    assert api.get("tokens/").status_code == 200
    assert ApiToken.objects.count() == 1


def test_tokens_are_not_changed(me: User) -> None:
    api = api_of(me, scopes=["write", "operators"])
    assert api.token
    assert api.patch(f"tokens/{api.token.pk}/", {"scopes": ["read"]}).status_code == 405
    assert ApiToken.objects.get().scopes == ["write", "operators"]


@pytest.mark.parametrize("is_of_chosen", [True, False])
def test_list_costs_the_same_however_long(me: User, account: Account, is_of_chosen: bool) -> None:
    chosen = (account, Account.objects.get(name="Second"))
    api = api_of(me, *(chosen if is_of_chosen else ()))
    counts = []
    for number in (0, 2, 27):
        for _ in range(number):
            api_of(me, *chosen)
        api.get("tokens/")  # the first use of a token is written down
        with CaptureQueriesContext(connection) as seen:
            rows = api.get("tokens/").json()["results"]
        counts.append((len(rows), len(seen)))
    assert [count for count, _queries in counts] == [1, 3, 30]
    assert counts[0][1] == counts[1][1] == counts[2][1] <= 8, counts


def test_a_chain_of_any_length_ends_with_its_first(me: User, account: Account) -> None:
    first = ApiToken.objects.create(user=me, name="first", token_digest="d0", last4="aaaa", scopes=["read"])
    made_by = first
    for number in range(1200):
        made_by = ApiToken.objects.create(
            user=me, name="next", token_digest=f"d{number + 1}", last4="aaaa", scopes=["read"], made_by=made_by
        )
    assert revoke_token(first)
    assert not ApiToken.objects.filter(revoked_at__isnull=True).exists()
    assert not revoke_token(made_by)
