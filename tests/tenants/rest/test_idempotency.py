"""What is sent twice happens once."""

import pytest

from tenants.models import Account, AuditEntry, DashboardApp, IdempotencyKey
from tenants.rest.idempotency import purge_keys
from tests.factories import make_account, make_app
from tests.support.api import operators_api
from tests.support.connectors import WithSecret, connector_with_secret  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return make_account()


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


def test_request_at_work_is_not_begun_again(account: Account) -> None:
    api = operators_api(account)
    api.post("dashboard-apps/", {"account": account.pk, "title": "Orders"}, key="one")
    IdempotencyKey.objects.update(status=None, body=None)
    again = api.post("dashboard-apps/", {"account": account.pk, "title": "Orders"}, key="one")
    assert again.status_code == 409


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
