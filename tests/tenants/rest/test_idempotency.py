"""What is sent twice happens once."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from tenants.models import Account, AuditEntry, DashboardApp, IdempotencyKey
from tenants.rest import idempotency
from tenants.rest.idempotency import purge_keys
from tests.factories import make_app
from tests.support.api import operators_api
from tests.support.connectors import WithSecret, connector_with_secret  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def test_creation_sent_twice_happens_once(account: Account) -> None:
    api = operators_api(account)
    body = {"account": account.pk, "title": "Orders"}
    first, second = (api.post("dashboard-apps/", body, key="one") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert DashboardApp.objects.count() == 1
    assert AuditEntry.objects.filter(via="api").count() == 1


def test_key_of_another_request_is_refused(account: Account) -> None:
    api = operators_api(account)
    api.post("dashboard-apps/", {"account": account.pk, "title": "Orders"}, key="one")
    other = api.post("dashboard-apps/", {"account": account.pk, "title": "Payments"}, key="one")
    assert other.status_code == 422
    assert DashboardApp.objects.get().title == "Orders"


def test_refused_request_may_be_mended_under_its_key(account: Account) -> None:
    api = operators_api(account)
    assert api.post("dashboard-apps/", {"account": account.pk, "title": ""}, key="one").status_code == 400
    assert api.post("dashboard-apps/", {"account": account.pk, "title": "Orders"}, key="one").status_code == 201


@pytest.mark.parametrize("method", ["save_dashboard_app", "audit"])
def test_killed_half_way_leaves_nothing_and_the_key_works_again(account: Account, method: str) -> None:
    api, body = operators_api(account), {"account": account.pk, "title": "Orders"}
    # Before and after the row is written; what kills a process is no `Exception`.
    place = {"save_dashboard_app": "tenants.rest.apps.save_dashboard_app", "audit": "tenants.services.audit.record"}
    with patch(place[method], side_effect=SystemExit), pytest.raises(SystemExit):
        api.post("dashboard-apps/", body, key="one")
    assert not DashboardApp.objects.exists()
    assert not IdempotencyKey.objects.exists()
    again = api.post("dashboard-apps/", body, key="one")
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again
    assert DashboardApp.objects.count() == 1


def test_killed_before_its_answer_is_kept_leaves_nothing(account: Account) -> None:
    api, body = operators_api(account), {"account": account.pk, "title": "Orders"}
    with patch.object(IdempotencyKey, "save", side_effect=[None, SystemExit]), pytest.raises(SystemExit):
        api.post("dashboard-apps/", body, key="one")
    assert not DashboardApp.objects.exists()
    assert api.post("dashboard-apps/", body, key="one").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_killed_rotation_is_done_by_the_same_key(account: Account) -> None:
    api, app = operators_api(account), make_app(account)
    path = f"dashboard-apps/{app.pk}/rotate-key/"
    with patch("tenants.services.audit.record", side_effect=SystemExit), pytest.raises(SystemExit):
        api.post(path, {"keep_old_for_hours": 24}, key="one")
    assert DashboardApp.objects.get().key == app.key
    assert api.post(path, {"keep_old_for_hours": 24}, key="one").status_code == 200
    assert DashboardApp.objects.get().previous_key == app.key


@pytest.mark.django_db(transaction=True)
def test_the_same_request_waits_for_the_first_or_is_told_to(account: Account) -> None:
    """The first is held up in its transaction, while the second comes over another connection."""
    api, body = operators_api(account), {"account": account.pk, "title": "Orders"}
    api.get("accounts/")  # the first use of a token is written down
    is_inside, may_go_on = Event(), Event()

    def hold(*args: Any, **options: Any) -> None:
        is_inside.set()
        assert may_go_on.wait(30)

    def send() -> Any:
        try:
            return api.post("dashboard-apps/", body, key="one")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        with patch("tenants.services.audit.record", side_effect=hold):
            first = pool.submit(send)
            assert is_inside.wait(30)
            second = pool.submit(send)
            try:
                if connection.vendor == "sqlite":  # which lets nobody else write, and does not wait for ever
                    assert second.result(30).status_code == 409
                else:
                    _until_somebody_waits()
            finally:
                may_go_on.set()
            assert first.result(30).status_code == 201
        if connection.vendor != "sqlite":
            assert second.result(30)["Idempotency-Replayed"] == "true"
    assert api.post("dashboard-apps/", body, key="one")["Idempotency-Replayed"] == "true"
    assert DashboardApp.objects.count() == 1


def _until_somebody_waits() -> None:
    """Return once a connection waits for another's transaction."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("path", ["dashboard-apps/", "dashboard-apps/{app}/rotate-key/"])
def test_what_is_in_the_way_is_what_the_same_request_has_done(account: Account, path: str) -> None:
    """The other one is faster by all of it, after we have looked for the key."""
    api, app = operators_api(account), make_app(account)
    body = {"keep_old_for_hours": 24} if "rotate" in path else {"account": account.pk, "title": "Orders"}
    real = idempotency._answer
    answers: list[Any] = []

    def late(*args: Any) -> Any:
        if not answers:
            answers.append(None)
            answers.append(api.post(path.format(app=app.pk), body, key="one"))
        return real(*args)

    with patch.object(idempotency, "_answer", late):
        response = api.post(path.format(app=app.pk), body, key="one")
    assert response["Idempotency-Replayed"] == "true"
    assert response.json() == answers[1].json()
    assert DashboardApp.objects.filter(title="Orders").count() == ("rotate" not in path)
    app.refresh_from_db()
    assert AuditEntry.objects.filter(via="api").count() == 1


@pytest.mark.django_db(transaction=True)
def test_hosts_are_asked_outside_of_transactions(account: Account) -> None:
    """SQLite would keep everybody else from writing until the host has answered."""
    inside: list[bool] = []

    def prove(*args: Any) -> None:
        inside.append(connection.in_atomic_block)

    body = {"name": "New", "host_origin": "https://new.example", "host_account_id": 4, "host_token": "t" * 20}
    api = operators_api(account)
    with patch("tenants.services.prove", prove):
        assert api.post("accounts/", body, key="one").status_code == 201
        assert api.post("accounts/", body, key="one")["Idempotency-Replayed"] == "true"
        assert api.patch(f"accounts/{account.pk}/", {"host_token": "t" * 20}).status_code == 200
    assert inside == [False, False]


def test_keys_are_each_tokens_own(account: Account) -> None:
    body = {"account": account.pk, "title": "Orders"}
    assert operators_api(account).post("dashboard-apps/", body, key="one").status_code == 201
    # Done again, and refused for what it is.
    assert operators_api(account).post("dashboard-apps/", body, key="one").status_code == 400


@pytest.mark.parametrize("key", ["x" * 256, " " * 300])
def test_odd_keys(key: str, account: Account) -> None:
    assert operators_api(account).post("dashboard-apps/", {"account": 1}, key=key).status_code == 400


def test_keys_are_forgotten_after_a_day(account: Account, clock: object) -> None:
    api = operators_api(account)
    api.post("dashboard-apps/", {"account": account.pk, "title": "Orders"}, key="one")
    assert purge_keys() == 0
    clock.shift(25 * 3600)  # type: ignore[attr-defined]  # time_machine's
    assert purge_keys() == 1


def test_answers_that_are_kept_hold_no_secret(
    account: Account,
    connector_with_secret: type[WithSecret],  # noqa: F811 - the fixture
) -> None:
    api = operators_api(account)
    body = {
        "account": account.pk, "name": "Shop", "connector": "with-secret",
        "settings": {"address": "https://shop.example"}, "secrets": {"token": "canary-secret"},
    }  # fmt: skip
    assert api.post("connections/", body, key="one").status_code == 201
    assert "canary-secret" not in str(list(IdempotencyKey.objects.values()))


def test_key_is_rotated_once(account: Account) -> None:
    api, app = operators_api(account), make_app(account)
    before = (app.key, account.hook_key)
    for path in (f"dashboard-apps/{app.pk}/rotate-key/", f"accounts/{account.pk}/rotate-hook-key/"):
        answers = [api.post(path, {"keep_old_for_hours": 24}, key=path) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[1]["Idempotency-Replayed"] == "true"
    app.refresh_from_db()
    account.refresh_from_db()
    # A second rotation would have put the first's key there.
    assert (app.previous_key, account.previous_hook_key) == before
