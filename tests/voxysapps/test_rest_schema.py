"""The whole API by its own schema: whatever is sent, the answer is one that the schema tells of."""

import json
from typing import Any
from unittest.mock import patch

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, settings
from pytest_django.fixtures import Settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tenants.host.errors import HostUnreachable
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.admin import make_operator
from tests.support.api import api_of

pytestmark = pytest.mark.django_db

_generate: Any = SchemaGenerator
SCHEMA: dict[str, Any] = json.loads(json.dumps(_generate().get_schema(public=True), default=str))
schema = schemathesis.openapi.from_dict(SCHEMA)
schema.app = get_wsgi_application()


@pytest.fixture
def token(settings: Settings) -> Any:
    """A platform administrator's token; its rows have the numbers that the schema's examples begin with."""
    settings.RATE_LIMIT_FACTOR = 1_000.0
    account = make_account()
    connection = make_connection(account, connector="demo")
    make_placement(make_app(account), connection)
    root = User.objects.create_superuser("root", "root@example.com", "x")
    make_operator(account)
    api_of(root)  # has the number that is tried first, and is ended in place of the one that asks
    with patch("tenants.host.client.HostClient._ask", side_effect=HostUnreachable("Not in tests.")):
        # As Django's own test client does it: the test's connection outlives the requests.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        yield api_of(root).text
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def test_schema_is_valid_and_told_without_a_token() -> None:
    validate: Any = validate_schema
    validate(SCHEMA)
    response = Client().get("/api/v1/schema/")
    assert response.status_code == 200
    assert b"/api/v1/accounts/" in response.content


@schema.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_documented(case: Any, token: str) -> None:
    # What a schema cannot say, the services refuse: a host that does not answer, a title that is taken. And what
    # nobody asked for, such as further parameters, is passed over.
    excluded = [positive_data_acceptance, negative_data_rejection]
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=excluded)


def test_addresses_that_are_not_there_are_problems_too(token: str) -> None:
    for path in ("nothing", "accounts/abc/", "accounts/0/", f"accounts/{10**30}/", "accounts/1/nothing/"):
        response = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "not_found"
