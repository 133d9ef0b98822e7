"""Connections tried by program: while saving, and with a sample customer."""

from typing import Any
from unittest.mock import patch

import pytest

from panels.models import Connection
from panels.services import Answer
from tenants.models import AuditEntry, Role
from tests.support.admin import make_operator
from tests.support.api import Api, api_of, operators_api

pytestmark = pytest.mark.django_db


def test_sample_customer_is_told_and_nothing_is_kept(api: Api, shop: Connection) -> None:
    sample = {"email": "nora.lindqvist@example.com"}
    response = api.post(f"connections/{shop.pk}/try/", sample)
    trials = {trial["capability"]: trial for trial in response.json()}
    assert trials.keys() == {"customer", "orders", "payments"}
    assert all(trial["records"].startswith("{") and not trial["sentence"] for trial in trials.values())
    assert "<" in trials["orders"]["shown"][0]["html"]
    assert not AuditEntry.objects.filter(via="api").exists()


@pytest.mark.parametrize(
    ("sample", "field"),
    [
        ({}, "non_field_errors"),
        ({"email": "nobody"}, "email"),
        ({"phone": "0815"}, "phone"),
        ({"mail": "nora@example.com"}, "mail"),
        ({"attributes": ["x"]}, "attributes"),
        ({"attributes": {}}, "non_field_errors"),
    ],
)
def test_what_is_no_sample(api: Api, shop: Connection, sample: dict[str, Any], field: str) -> None:
    assert list(api.post(f"connections/{shop.pk}/try/", sample).json()["errors"]) == [field]


def test_whoever_may_only_look_tries_nothing(shop: Connection) -> None:
    support = make_operator(shop.account, role=Role.SUPPORT)
    for api in (api_of(support), operators_api(shop.account, scopes=["read"])):
        assert api.post(f"connections/{shop.pk}/try/", {"phone": "+4930123456"}).status_code == 403


@pytest.mark.parametrize(
    ("answer", "enabled", "status"),
    [
        (Answer(True, "Hello."), True, 201),
        (Answer(False, "The key is wrong."), True, 400),
        (Answer(False, "It is away.", temporary=True), True, 201),
        (Answer(False, "The key is wrong."), False, 201),
    ],
    ids=["answers", "refuses", "away", "switched off"],
)
def test_system_is_tried_while_saving_as_in_the_admin(
    api: Api, shop: Connection, answer: Answer, enabled: bool, status: int
) -> None:
    body = {"account": shop.account_id, "name": "Second", "connector": "demo", "is_enabled": enabled}
    with patch("panels.services.try_connection", return_value=answer) as tried:
        response = api.post("connections/", body, key="one")
        assert response.status_code == status
        assert tried.called is enabled
        changed = api.patch(f"connections/{shop.pk}/", {"is_enabled": enabled})
        assert changed.status_code == (400 if status == 400 else 200)
    if status == 400:
        assert response.json()["errors"] == {"non_field_errors": ["The key is wrong."]}
    assert Connection.objects.filter(name="Second").exists() is (status == 201)
