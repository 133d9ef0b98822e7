"""The whole API by its own schema: whatever is sent, the answer is one that the schema tells of.

Every operation is asked about rows that there are, by a platform administrator and by an operator, and has to succeed
at least once; each example is undone, so that the next one meets the same rows.
"""

import copy
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.contrib.staticfiles.finders import find
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from pytest_django.fixtures import Settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance

from panels.models import Placement, PluginOffer
from tenants.models import Account, AuditEntry, Notice, Preflight
from tenants.rest.schema import EnglishGenerator
from tenants.secrets import set_host_token
from tenants.trust.sessions import issue_session
from tests.factories import make_account, make_app, make_connection, make_placement, make_view_record
from tests.support.admin import make_operator
from tests.support.api import api_of

pytestmark = pytest.mark.django_db

_generate: Any = EnglishGenerator
SCHEMA: dict[str, Any] = json.loads(json.dumps(_generate().get_schema(public=True), default=str))
schema = schemathesis.openapi.from_dict(SCHEMA)
schema.app = get_wsgi_application()
_found: Any = schema.get_all_operations()
OPERATIONS: dict[str, Any] = {operation.label: operation for operation in (one.ok() for one in _found)}

EXAMPLES = 10
# Of panels that fetch by themselves, of which the product has none.
OF_OTHERS_PANELS = "/api/v1/placements/{id}/health/"
OF_THE_PLATFORM = ("/api/v1/operators/", "/api/v1/plugin-offers/", "/api/v1/plugins/")
# What a schema cannot say, the services refuse. Which fields of what is right by the schema may be refused all the
# same, and by which rule; of any other field it would be a mistake of the schema.
_SETTINGS = {"settings", "secrets", "non_field_errors"}  # the plugin's own form, and what its system says
_ONE_OF_A_KIND = {"non_field_errors", "title", "name"}  # there is such a one already
_IDS = {"account", "accounts", "connections", "dashboard_app", "user"}  # of rows that there are not
_ORIGINS = {"host_origin", "host_api", "extra_host_origins"}  # scheme and name of a server
BEYOND_THE_SCHEMA: dict[str, set[str]] = {
    "accounts": {*_ORIGINS, "host_account_id", "host_token", "locale", "time_zone"},
    "apply": {"accounts", "secrets"},  # texts that every database can keep, and numbers that it has room for
    "connections": {*_SETTINGS, *_IDS, *_ONE_OF_A_KIND, "connector", "match_by"},
    "connections/try": {"phone", "email", "non_field_errors"},
    "dashboard-apps": {*_IDS, *_ONE_OF_A_KIND, "draft_agents", "inboxes", "teams"},
    "notices": {"is_resolved"},  # a resolved one stays so
    "operators": {*_IDS, "new_user", "email", "username"},
    "placements": {*_SETTINGS, *_IDS, "panel"},
    "plugin-offers": {*_IDS, "slug", "kind", "non_field_errors"},
    "tokens": {*_IDS, "expires_at", "has_all_accounts"},
    "view-records": {"customer"},  # with `account` only
}
# Whatever is sent is a text, and what is wrong in it is told line by line, by an answer with 200.
OF_TEXT = "POST /api/v1/accounts/import/"
# What PostgreSQL keeps in no text; the schema would need a pattern for every text.
NUL = "Null characters are not allowed."


@dataclass(frozen=True)
class Caller:
    """Who asks, and rows to ask about, by what they are called in addresses and bodies."""

    text: str | None
    rows: dict[str, int]
    is_administrator: bool


def host(self: Any, method: str, path: str, **_options: Any) -> Any:
    """A host that takes every token for an administrator's, and everything that is put there."""
    if path == "/api/v1/profile":
        account: Account = self._account
        return {"id": 6, "accounts": [{"id": account.host_account_id, "role": "administrator"}]}
    return [] if method == "GET" else {"id": 9, "url": "", "subscriptions": []}


@pytest.fixture(params=["administrator", "operator"])
def caller(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Caller]:
    settings.RATE_LIMIT_FACTOR = 1_000.0
    settings.PUBLIC_URL = "https://127.0.0.1:9"
    account = make_account()
    set_host_token(account, "a-token-of-the-host")
    app, shop = make_app(account), make_connection(account, connector="demo")
    offer = PluginOffer.objects.create(kind="panel", slug="orders")
    Preflight.objects.create(account=account, worst="green", lights=[])
    user = make_operator(account)
    asks = User.objects.create_superuser("root", "root@example.com", "x") if request.param == "administrator" else user
    other = api_of(asks)  # is ended in place of the one that asks
    assert other.token
    session, _text = issue_session(
        account, agent_id=5, agent_name="Tom", agent_email="tom@voxys.example", method="mail", browser=""
    )
    entry = AuditEntry.objects.create(account=account, actor="x", via="admin", action="add", object_name="x")
    rows = {
        "accounts": account.pk,
        "dashboard-apps": app.pk,
        "connections": shop.pk,
        # Of two, so that one can be deleted.
        "placements": make_placement(app, shop, make_connection(account, connector="demo")).pk,
        "audit": entry.pk,
        "notices": Notice.objects.create(account=account, kind="x", text="x").pk,
        "agent-sessions": session.pk,
        "view-records": make_view_record(account).pk,
        "operators": user.operator.pk,
        "tokens": other.token.pk,
        "plugin-offers": offer.pk,
    }
    with patch("tenants.host.client.HostClient._ask", host):
        # As Django's own test client does it: the test's connection outlives the requests.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        yield Caller(api_of(asks).text, rows, request.param == "administrator")
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def test_schema_is_valid_complete_and_told_without_a_token() -> None:
    validate: Any = validate_schema
    validate(SCHEMA)
    response = Client().get("/api/v1/schema/", headers={"Accept-Language": "de"})
    assert response.status_code == 200
    assert b"/api/v1/accounts/" in response.content
    # One language, whoever asks.
    assert b"Host address" in response.content
    ids = [operation["operationId"] for operation in operations()]
    assert len(set(ids)) == len(ids) == len(OPERATIONS)
    for operation in operations():
        assert operation["summary"], operation["operationId"]
        assert operation["description"], operation["operationId"]
        assert operation["tags"], operation["operationId"]
        assert operation["security"] == [{"token": []}], operation["operationId"]
        refused = operation["responses"]["403"]["content"]
        assert refused == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_schema_is_made_without_warnings() -> None:
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        _generate().get_schema(public=True)
        told = (*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache)
    assert not told


def test_pages_to_try_it_have_files_of_ours_only() -> None:
    page = Client().get("/api/v1/docs/").content.decode()
    files = re.findall(r'(?:src|href)="([^"]+)"', page)
    static = [name.removeprefix("/static/") for name in files if name.startswith("/static/")]
    assert "voxysapps/api-docs.js" in static
    assert all(find(name) for name in static)
    # The one that is left is made for the page.
    assert [name for name in files if not name.startswith("/static/")] == ["/api/v1/docs/?script="]
    assert "<script>" not in page


def operations() -> list[dict[str, Any]]:
    return [operation for of_path in SCHEMA["paths"].values() for operation in of_path.values()]


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_documented(label: str, caller: Caller) -> None:
    operation = OPERATIONS[label]
    path = operation.path.removeprefix("/api/v1/")
    place = path.replace("{id}/", "").strip("/")
    given_row = {"id": caller.rows[place.split("/")[0]]} if "{id}" in path else {}
    allowed = BEYOND_THE_SCHEMA.get(place, set())
    answered: list[int] = []

    def ask(case: Any, *, is_right: bool) -> None:
        with undone():
            headers = {"Authorization": f"Bearer {caller.text}"}
            # Proved once an operation: it sends the request twice more.
            is_new = not any(200 <= status < 300 for status in answered)
            excluded = [
                positive_data_acceptance,  # more precisely below
                *([] if is_new else [ignored_auth]),
                *([negative_data_rejection] if label == OF_TEXT else []),
            ]
            response = case.call_and_validate(headers=headers, excluded_checks=excluded)
            answered.append(response.status_code)
            if is_right and response.status_code == 400:
                errors = response.json()["errors"]
                odd = {name: said for name, said in errors.items() if name not in allowed and NUL not in str(said)}
                assert not odd, (odd, case.body, case.query)

    for body in bodies(operation, caller.rows):
        ask(operation.Case(path_parameters=given_row, body=body, media_type="application/json"), is_right=True)
    asked: dict[str, Any] = {"path_parameters": given_row} if given_row else {}
    each(
        operation.as_strategy(GenerationMode.POSITIVE, **asked),
        lambda case: ask(filled(case, caller.rows), is_right=True),
    )
    each(operation.as_strategy(GenerationMode.NEGATIVE), lambda case: ask(case, is_right=False))
    succeeded = any(200 <= status < 300 for status in answered)
    is_open = caller.is_administrator or not operation.path.startswith(OF_THE_PLATFORM)
    assert succeeded is (is_open and operation.path != OF_OTHERS_PANELS), answered


def each(cases: Any, ask: Callable[[Any], None]) -> None:
    """Ask about so many cases; of an operation that takes nothing there are none that are wrong."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def run(case: Any) -> None:
        ask(case)

    try:
        run()
    except (Unsatisfiable, pytest.skip.Exception):
        return


def bodies(operation: Any, rows: dict[str, int]) -> list[Any]:
    """Return the examples that the schema has of the operation's body, about rows that there are."""
    content = operation.definition.raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    return [with_rows(copy.deepcopy(one["value"]), rows) for one in content.get("examples", {}).values()]


def filled(case: Any, rows: dict[str, int]) -> Any:
    """Return the case, about rows that there are."""
    if isinstance(case.body, dict):
        case.body = with_rows(case.body, rows)
    return case


def with_rows(body: dict[str, Any], rows: dict[str, int]) -> dict[str, Any]:
    numbers = {"account": rows["accounts"], "dashboard_app": rows["dashboard-apps"]}
    lists = {"accounts": rows["accounts"], "connections": rows["connections"]}
    return {
        name: numbers[name]
        if name in numbers
        else [lists[name]]
        if name in lists and value and all(isinstance(one, int) for one in value)
        else value
        for name, value in body.items()
    }


@contextmanager
def undone() -> Iterator[None]:
    """Undo what is done inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_connection_that_is_needed_is_a_documented_answer(caller: Caller) -> None:
    placement = Placement.objects.get(pk=caller.rows["placements"])
    placement.connections.set([caller.rows["connections"]])
    operation = OPERATIONS["DELETE /api/v1/connections/{id}/"]
    assert "`needed`" in operation.definition.raw["description"]
    case = operation.Case(path_parameters={"id": caller.rows["connections"]})
    answer = case.call_and_validate(
        headers={"Authorization": f"Bearer {caller.text}"}, excluded_checks=[positive_data_acceptance]
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "needed")
    assert answer.json()["errors"] == {"placements": [placement.pk]}
    assert placement.connections.exists()


def test_addresses_that_are_not_there_are_problems_too(caller: Caller) -> None:
    for path in ("nothing", "accounts/abc/", "accounts/0/", f"accounts/{10**30}/", "accounts/1/nothing/"):
        response = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {caller.text}"})
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "not_found"
