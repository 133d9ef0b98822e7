"""Accounts found by typing come page by page, and are not counted."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_account
from tests.support.admin import make_operator, signed_in

pytestmark = pytest.mark.django_db

TYPING = "/admin/autocomplete/?app_label=tenants&model_name=dashboardapp&field_name=account&term=Needle"


def found(client: Client, page: int | str) -> tuple[list[str], bool]:
    answer: Any = client.get(f"{TYPING}&page={page}")
    assert answer.status_code == 200
    return [one["text"] for one in answer.json()["results"]], answer.json()["pagination"]["more"]


@pytest.mark.parametrize("number", [19, 20, 21, 40, 41])
def test_every_account_is_on_one_page(number: int) -> None:
    names = [f"Needle {position:02}" for position in range(number)]
    client = signed_in(make_operator(*(make_account(name=name) for name in names)))
    make_account(name="Needle of others")
    first, second, third = (found(client, page) for page in (1, 2, 3))
    assert first == (names[:20], number > 20)
    assert second == (names[20:40], number > 40)
    assert third == (names[40:], False)
    assert found(client, "last")[0] == names[(number - 1) // 20 * 20 :]


@pytest.mark.parametrize("page", ["0", "-1", "x"])
def test_pages_that_there_are_not(page: str, admin_client: Client) -> None:
    assert admin_client.get(f"{TYPING}&page={page}").status_code == 404


def test_what_is_found_is_not_counted(admin_client: Client) -> None:
    make_account(name="Needle")
    with CaptureQueriesContext(connection) as queries:
        assert found(admin_client, 1) == (["Needle"], False)
    assert not [query["sql"] for query in queries if "COUNT(" in query["sql"]]
