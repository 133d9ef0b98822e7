"""The way into a frame's views, and every code of the HTTP contract that ends it."""

import json
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings

from panels import configuration, selectors
from panels.testing import read_payloads
from tenants.host.errors import HostRefusedToken, HostUnreachable
from tenants.models import DashboardApp, Notice
from tenants.trust.confirmation import ConfirmedContext
from tests.factories import make_account, make_app
from tests.support.contexts import context_body
from tests.support.host import HostInMemory, host_answers
from tests.voxysapps.context.test_parser import mutated_payloads
from voxysapps.context.middleware import ContextMiddleware

pytestmark = pytest.mark.django_db


def post(app: DashboardApp, body: str | bytes, key: str | None = None) -> Any:
    url = f"/a/{key or app.key}/context"
    return Client().post(url, body, content_type="application/json")


def refusal(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    problem = json.loads(response.content)
    assert set(problem) == {"type", "title", "status", "code", "detail", "trace_id"}
    assert problem["detail"].endswith(".")
    return response.status_code, problem["code"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("nonsense", (400, "not_json")),
        ('{"event":"other"}', (400, "wrong_event")),
        ('{"event":"appContext","data":7}', (400, "wrong_type")),
        ('{"event":"appContext","data":{"x":' + "[" * 70 + "]" * 70 + "}}", (400, "too_deep")),
        ('"' + "x" * 5_000_001 + '"', (413, "too_large")),
        (context_body(1), (403, "wrong_account")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_refusals(body: str, expected: tuple[int, str]) -> None:
    assert refusal(post(make_app(), body)) == expected


@pytest.mark.parametrize("key", ["x" * 22, "..", "%00"])
def test_unknown_app(key: str) -> None:
    make_app()
    assert refusal(post(make_app(), "{}", key=key)) == (404, "unknown_app")


def test_account_whose_host_is_not_proved_is_not_served() -> None:
    app = make_app(make_account(host_proved_at=None))
    assert refusal(post(app, context_body(app.account))) == (404, "unknown_app")


@pytest.mark.parametrize("method", ["mail", "note", "any"])
def test_sign_in_required_says_how(method: str) -> None:
    app = make_app(make_account(trust="signed_in", sign_in_method=method))
    response = post(app, "no context at all: it is not even read")
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    problem = json.loads(response.content)
    assert (problem["code"], problem["reason"], problem["account"]) == (
        "sign_in_required",
        "no_session",
        app.account_id,
    )
    assert problem["methods"] == (["mail", "note"] if method == "any" else [method])


def test_the_host_being_away_is_said_plainly() -> None:
    app = make_app(make_account(trust="verified"))
    host = HostInMemory()
    host.failure = HostUnreachable("away")
    with host_answers({app.account_id: host}):
        response = post(app, context_body(app.account, uuid="uuid-of-7"))
    assert refusal(response) == (503, "unavailable")
    assert "Voxys does not answer" in json.loads(response.content)["detail"]
    assert not Notice.objects.exists()


def test_a_refused_token_is_told_to_the_operator_once() -> None:
    app = make_app(make_account(trust="verified"))
    host = HostInMemory()
    host.failure = HostRefusedToken("The token is not valid any longer.")
    with host_answers({app.account_id: host}):
        for _time in range(3):
            assert refusal(post(app, context_body(app.account, uuid="uuid-of-7"))) == (503, "unavailable")
    notice = Notice.objects.for_account(app.account).get()
    assert (notice.kind, notice.text, notice.times) == ("host-refuses", "The token is not valid any longer.", 1)


def test_context_without_account_is_taken_for_the_apps() -> None:
    app = make_app()
    assert post(app, '{"event":"appContext","data":{"contact":{"id":3,"email":"ada@example.com"}}}').status_code == 200


@pytest.mark.parametrize("payload", read_payloads().values(), ids=read_payloads())
def test_every_fixture_is_answered(payload: Any) -> None:
    app = make_app(make_account(host_account_id=payload["data"]["conversation"]["account_id"]))
    assert post(app, json.dumps(payload)).status_code == 200


def test_request_has_account_app_and_confirmed_context(rf: RequestFactory) -> None:
    app = make_app()
    request: Any = rf.post(f"/a/{app.key}/context", context_body(app.account), content_type="application/json")

    def view() -> None: ...

    view.frame_access = "posted"  # type: ignore[attr-defined]
    middleware = ContextMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
    assert middleware.process_view(request, view, (), {"app_key": app.key}) is None
    assert (request.account, request.dashboard_app) == (app.account, app)
    assert isinstance(request.context, ConfirmedContext)
    assert request.context.identity.emails == ("ada@example.com",)
    assert request.context.posted
    assert request.context.posted.contact.name == "Ada Byron"


def test_view_without_a_mark_is_closed(rf: RequestFactory) -> None:
    app = make_app()
    middleware = ContextMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
    request: Any = rf.get(f"/a/{app.key}/something-new")
    response = middleware.process_view(request, lambda: None, (), {"app_key": app.key})
    assert refusal(response) == (403, "not_confirmed")


def test_other_paths_pass_untouched(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


def test_database_gone_serves_known_apps_and_says_so_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    known, unknown = make_app(), make_app()
    assert post(known, context_body(known.account)).status_code == 200

    def gone(*args: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(selectors, "get_account_id", gone)
    monkeypatch.setattr(configuration, "_is_recent", lambda plan: False)
    assert post(known, context_body(known.account)).status_code == 200
    assert refusal(post(unknown, context_body(unknown.account))) == (503, "unavailable")


def test_whatever_the_way_in_raises_is_told_plainly(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ValueError("ada@example.com")

    app = make_app()
    monkeypatch.setattr("voxysapps.context.middleware.enter_posted", broken)
    assert refusal(post(app, context_body(app.account))) == (503, "unavailable")
    assert "ValueError" in caplog.text
    assert "ada@example.com" not in caplog.text


def test_nothing_of_a_context_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    app = make_app()
    post(app, context_body(app.account))
    post(app, context_body(app.account).replace('"id": 70', '"id": "ada@example.com"'))
    assert "ada" not in caplog.text.lower()


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=mutated_payloads())
def test_endpoint_never_fails(raw: bytes) -> None:
    app = DashboardApp.objects.filter(account__host_account_id=4).first()
    response = post(app or make_app(make_account(host_account_id=4)), raw)
    assert response.status_code in {200, 400, 403}
    assert response.status_code == 200 or refusal(response)
