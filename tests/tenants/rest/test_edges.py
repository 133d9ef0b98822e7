"""Requests at the edges of HTTP and of the lists: each has an answer that says what is wrong, on every database."""

from typing import Any

import pytest
from django.test import Client

from tenants.models import Account, DashboardApp
from tests.factories import make_account, make_app
from tests.support.api import Api

pytestmark = pytest.mark.django_db

LISTS = (
    *("accounts", "dashboard-apps", "connections", "placements", "audit", "tokens"),
    *("notices", "agent-sessions", "view-records"),
)


def ask(api: Api, method: str, path: str, body: Any = "", **headers: str) -> Any:
    content_type = headers.pop("content_type", "application/json")
    sent = {"Authorization": f"Bearer {api.text}", **headers}
    client = Client(raise_request_exception=False)
    return client.generic(method, f"/api/v1/{path}", body, content_type=content_type, headers=sent)


@pytest.mark.parametrize("path", LISTS)
def test_pages(api: Api, path: str) -> None:
    statuses = {
        404: ("page=0", "page=-1", "page=abc", "page=2", f"page={10**30}", "page=" + "1" * 5_000, "page=%00"),
        400: ("0", "abc", "-1", "", str(10**40), "%D9%A3"),
        200: ("page=last", "page=", "page_size=201", "page_size=1"),
    }
    for status, queries in statuses.items():
        for query in queries:
            response = ask(api, "GET", f"{path}/?{query if status != 400 else f'page_size={query}'}")
            assert response.status_code == status, (query, response.content)
            assert response["Content-Type"] == ("application/json" if status == 200 else "application/problem+json")


@pytest.mark.parametrize("path", [path for path in LISTS if path != "view-records"])
def test_searches(api: Api, path: str) -> None:
    for status, searches in {400: ("%00", "a%00b", "a+" * 5_000), 200: ("%ED%A0%80", "%FF", "a+" * 100)}.items():
        for search in searches:
            response = ask(api, "GET", f"{path}/?search={search}")
            assert response.status_code == status, (search, response.content)


@pytest.mark.parametrize(
    "name",
    ["accounts/?host_origin", "accounts/?host_account_id", "audit/?object_id", "audit/?since", "connectors/?account"],
)
def test_filters(api: Api, name: str) -> None:
    for value in ("%00", "%ED%A0%80", "x" * 5_000, "-1", str(10**30), "", "٣"):
        response = ask(api, "GET", f"{name}={value}")
        assert response.status_code == 400 or (response.status_code, response.json()["count"]) == (200, 0), value


@pytest.mark.parametrize("kind", LISTS)
def test_numbers_of_rows(api: Api, kind: str) -> None:
    for number in ("0", "-1", "abc", "1.5", "%00", "%ED%A0%80", "٣", "9" * 5_000, "%201", "1e3"):
        for method, statuses in {"GET": {404}, "HEAD": {404}, "OPTIONS": {200}, "PATCH": {404, 405}}.items():
            response = ask(api, method, f"{kind}/{number}/", "{}" if method == "PATCH" else "")
            assert response.status_code in statuses, (method, number, response.content)


def test_methods(api: Api, account: Account) -> None:
    path = f"accounts/{account.pk}/"
    head = ask(api, "HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert ask(api, "OPTIONS", path).status_code == 200
    for method in ("PUT", "TRACE", "QUERY"):
        refused = ask(api, method, path, "{}")
        assert refused.status_code == 405, refused.content
        assert refused["Content-Type"] == "application/problem+json"
    assert {"GET", "PATCH", "DELETE"} <= set(ask(api, "PUT", path)["Allow"].split(", "))
    assert ask(Api(None), "OPTIONS", path).status_code == 401


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json; charset=utf-8", 201), ("text/plain", 415), ("application/x-www-form-urlencoded", 415),
        ("", 415), ("multipart/form-data; boundary=x", 415), ("application/yaml", 415), ("nonsense", 415),
    ],
)  # fmt: skip
def test_content_types(api: Api, account: Account, content_type: str, status: int) -> None:
    body = f'{{"account": {account.pk}, "title": "Orders"}}'
    response = ask(api, "POST", "dashboard-apps/", body, content_type=content_type)
    assert response.status_code == status, response.content


@pytest.mark.parametrize(("accept", "status"), [("*/*", 200), ("application/*", 200), ("text/html", 406), ("x", 406)])
def test_accepted_types(api: Api, accept: str, status: int) -> None:
    response = ask(api, "GET", "accounts/", Accept=accept)
    assert response.status_code == status
    assert status == 200 or response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", ["", "null", "[]", "[1]", '"x"', "1", "true", "{", "NaN", '{"title": NaN}', "\0"])
def test_bodies_that_are_no_objects(api: Api, account: Account, body: str) -> None:
    app = make_app(account)
    assert ask(api, "POST", "dashboard-apps/", body).status_code == 400
    assert ask(api, "PATCH", f"dashboard-apps/{app.pk}/", body).status_code in (200, 400)
    assert ask(api, "POST", "apply/", body).status_code == 400
    assert DashboardApp.objects.count() == 1


@pytest.mark.parametrize("value", ["a\\u0000b", "\\u0000"])
def test_nul_in_texts(api: Api, account: Account, value: str) -> None:
    app = make_app(account)
    for path, body in (
        (f"accounts/{account.pk}/", f'{{"name": "{value}"}}'),
        (f"accounts/{account.pk}/", f'{{"host_token": "{value}"}}'),
        (f"accounts/{account.pk}/", f'{{"extra_host_origins": ["{value}"]}}'),
        (f"dashboard-apps/{app.pk}/", f'{{"title": "{value}"}}'),
    ):
        assert ask(api, "PATCH", path, body).status_code == 400
    new = f'"account": {account.pk}, "name": "x", "connector": "demo"'
    for path, body in (
        ("connections/", f'{{{new}, "secrets": {{"a": "{value}"}}}}'),
        ("connections/", f'{{{new}, "secrets": {{"{value}": "a"}}}}'),
        ("connections/", f'{{{new}, "settings": {{"{value}": "a"}}}}'),
        ("tokens/", f'{{"name": "{value}", "scopes": ["read"], "has_all_accounts": true}}'),
    ):  # fmt: skip
        assert ask(api, "POST", path, body).status_code == 400, body


@pytest.mark.parametrize("key", ["", " ", "a\tb", "é", "x" * 256, "\x7f"])
def test_keys_that_are_none(api: Api, account: Account, key: str) -> None:
    body = f'{{"account": {account.pk}, "title": "Orders"}}'
    response = ask(api, "POST", "dashboard-apps/", body, **{"Idempotency-Key": key})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["Idempotency-Key"]
    assert not DashboardApp.objects.exists()


def test_key_means_nothing_where_doing_it_again_does_no_more(api: Api, account: Account) -> None:
    path = f"dashboard-apps/{make_app(account, title='A').pk}/"
    for title in ("B", "C"):
        changed = ask(api, "PATCH", path, f'{{"title": "{title}"}}', **{"Idempotency-Key": "one"})
        assert (changed.status_code, changed.json()["title"]) == (200, title)
    assert ask(api, "DELETE", path, **{"Idempotency-Key": "one"}).status_code == 204
    assert ask(api, "DELETE", path, **{"Idempotency-Key": "one"}).status_code == 404


def test_what_stays_as_it_was_made(api: Api, account: Account) -> None:
    app = make_app(account)
    other = make_account()
    path = f"dashboard-apps/{app.pk}/"
    assert ask(api, "PATCH", path, f'{{"account": {account.pk}}}').status_code == 200
    assert ask(api, "PATCH", path, f'{{"account": {other.pk}}}').status_code == 400
    # Read only: passed over.
    assert ask(api, "PATCH", path, '{"id": 4711, "host_id": 5}').json()["id"] == app.pk
    app.refresh_from_db()
    assert app.host_id is None
