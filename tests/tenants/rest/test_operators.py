"""Operators by program: a platform administrator's token for all accounts does what the admin does."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.models import Account, AuditEntry, Operator, Role
from tests.factories import make_account
from tests.support.admin import make_operator
from tests.support.api import Api, api_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root", "root@example.com", "x")


@pytest.fixture
def api(root: User) -> Api:
    return api_of(root, scopes=["operators"])


def test_operator_is_made_of_a_user_changed_and_deleted(api: Api, account: Account) -> None:
    user = User.objects.create_user("ada", "ada@example.com")
    made = api.post("operators/", {"user": user.pk, "role": "support", "accounts": [account.pk]})
    assert made.status_code == 201, made.content
    row = made.json()
    assert row == {
        "id": row["id"], "user": user.pk, "username": "ada", "email": "ada@example.com", "role": "support",
        "has_all_accounts": False, "accounts": [account.pk],
    }  # fmt: skip
    assert User.objects.get(pk=user.pk).is_staff
    other = make_account()
    changed = api.patch(f"operators/{row['id']}/", {"role": "operator", "accounts": [other.pk]})
    assert (changed.json()["role"], changed.json()["accounts"]) == ("operator", [other.pk])
    # What is not sent stays.
    assert api.patch(f"operators/{row['id']}/", {"role": "support"}).json()["accounts"] == [other.pk]
    their_api = api_of(user)
    assert [found["id"] for found in their_api.get("accounts/").json()["results"]] == [other.pk]
    assert api.delete(f"operators/{row['id']}/").status_code == 204
    assert their_api.get("accounts/").status_code == 401
    assert User.objects.filter(pk=user.pk).exists()
    entries = AuditEntry.objects.filter(object_type="tenants.operator").order_by("pk")
    assert [(entry.action, entry.via, entry.actor) for entry in entries] == [
        (action, "api", "root (Terraform)") for action in ("add", "change", "change", "delete")
    ]


def test_operator_is_made_with_a_new_user_who_cannot_sign_in_yet(api: Api) -> None:
    body = {"new_user": {"username": "grace", "email": "grace@example.com"}, "has_all_accounts": True}
    for _time in range(2):
        made = api.post("operators/", body, key="grace")
        assert made.status_code == 201, made.content
    user = User.objects.get(username="grace")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert AuditEntry.objects.filter(object_type="auth.user", action="add", via="api").count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "user"),
        ({"user": "root", "new_user": {"username": "x"}}, "user"),
        ({"user": 10**12}, "user"),
        ({"user": True}, "user"),
        ({"new_user": {"username": "root"}}, "username"),
        ({"new_user": {"username": "two words"}}, "username"),
        ({"new_user": {"username": "x", "email": "none"}}, "new_user"),
        ({"new_user": {"username": "x"}, "role": "root"}, "role"),
        ({"new_user": {"username": "x"}, "accounts": [10**12]}, "accounts"),
        ({"new_user": {"username": "x"}, "accounts": ["one"]}, "accounts"),
    ],
)
def test_what_cannot_be_is_told_by_field(api: Api, root: User, body: dict[str, Any], field: str) -> None:
    if body.get("user") == "root":
        body = {**body, "user": root.pk}
    response = api.post("operators/", body)
    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert not Operator.objects.exists()
    assert User.objects.count() == 1


def test_user_stays_the_same_and_is_an_operator_once(api: Api) -> None:
    first, second = make_operator(), make_operator()
    assert api.post("operators/", {"user": first.pk}).status_code == 400
    assert api.patch(f"operators/{first.operator.pk}/", {"user": second.pk}).status_code == 400
    assert api.patch(f"operators/{first.operator.pk}/", {"new_user": {"username": "x"}}).status_code == 400
    assert not User.objects.filter(username="x").exists()


def test_no_password_or_superuser_is_made_by_program(api: Api) -> None:
    eve = {"username": "eve"}
    for more in ({"password": "let-me-in-please"}, {"is_superuser": True}, {"is_staff": True}):
        for sent in ({"new_user": {**eve, **more}}, {"new_user": eve, **more}):
            assert api.post("operators/", sent).status_code == 400
    assert not User.objects.filter(username="eve").exists()
    assert api.post("operators/", {"new_user": eve}).status_code == 201
    user = User.objects.get(username="eve")
    assert not user.is_superuser
    assert not user.has_usable_password()


@pytest.mark.parametrize("who", ["operator of all", "chosen accounts", "without the scope", "support"])
def test_nobody_else_gets_in(who: str, account: Account, root: User) -> None:
    me = make_operator(account)
    api = {
        "operator of all": lambda: api_of(make_operator(has_all_accounts=True)),
        "chosen accounts": lambda: api_of(root, account),
        "without the scope": lambda: api_of(root, scopes=["read", "write", "secrets", "publish"]),
        "support": lambda: api_of(make_operator(account, role=Role.SUPPORT)),
    }[who]()
    before = list(Operator.objects.values())
    row = f"operators/{me.operator.pk}/"
    for response in (
        *(api.get("operators/"), api.get(row)),
        api.post("operators/", {"new_user": {"username": "eve"}, "has_all_accounts": True}),
        api.patch(row, {"has_all_accounts": True, "role": "operator"}),
        api.delete(row),
    ):
        assert response.status_code == 403, response.content
        assert me.username not in response.content.decode()
    assert list(Operator.objects.values()) == before
    assert not User.objects.filter(username="eve").exists()


def test_operators_widen_nothing_of_their_own(account: Account) -> None:
    me = make_operator(account)
    response = api_of(me).patch(f"operators/{me.operator.pk}/", {"has_all_accounts": True})
    assert response.status_code == 403
    assert not Operator.objects.get().has_all_accounts


def test_list_is_filtered_and_costs_the_same_however_long(api: Api) -> None:
    counts = []
    for number in (1, 2, 27):
        for _ in range(number):
            make_operator(make_account(), make_account())
        api.get("operators/")  # the first use of a token is written down
        with CaptureQueriesContext(connection) as seen:
            rows = api.get("operators/").json()["results"]
        assert all(len(row["accounts"]) == 2 for row in rows)
        counts.append((len(rows), len(seen)))
    assert [count for count, _queries in counts] == [1, 3, 30]
    assert counts[0][1] == counts[1][1] == counts[2][1] <= 8, counts
    support = make_operator(role=Role.SUPPORT)
    assert [row["username"] for row in api.get("operators/", role="support").json()["results"]] == [support.username]
    assert len(api.get("operators/", search=support.username).json()["results"]) == 1
