"""Connections by program: how they are doing, pausing, and in which order customers are looked for."""

from typing import Any

import pytest

from panels import statistics
from panels.models import Connection
from tenants.models import AuditEntry
from tests.factories import make_account, make_connection
from tests.support.admin import make_operator
from tests.support.api import Api, api_of, operators_api
from tests.support.connectors import WithSecret, connector_with_secret  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def test_health(api: Api, shop: Connection) -> None:
    statistics.count_call(shop.account_id, shop.pk, seconds=0.25, error=None)
    statistics.count_call(shop.account_id, shop.pk, seconds=2.5, error="temporary")
    statistics.note_success(shop.account_id, shop.pk)
    found: dict[str, Any] = api.get(f"connections/{shop.pk}/health/").json()
    assert found["light"] == "green"
    assert (found["calls"], found["errors"], found["median"], found["slow"]) == (2, {"temporary": 1}, 300, 3000)
    assert found["last_success"] is not None
    assert found["last_failure"] is None


def test_pausing_resuming_and_dropping(api: Api, shop: Connection) -> None:
    assert api.post(f"connections/{shop.pk}/pause/").json()["paused_at"]
    assert api.post(f"connections/{shop.pk}/resume/").json()["paused_at"] is None
    assert api.post(f"connections/{shop.pk}/drop-fetched/").status_code == 200
    shop.refresh_from_db()
    assert shop.generation == 1
    done = AuditEntry.objects.filter(account=shop.account, via="api").order_by("pk")
    assert list(done.values_list("action", flat=True)) == ["pause", "resume", "drop_fetched"]


@pytest.mark.parametrize("deed", ["pause", "resume", "drop-fetched"])
def test_readers_and_support_change_nothing(shop: Connection, deed: str) -> None:
    user = make_operator(shop.account)
    support = make_operator(shop.account, role="support")
    for api in (api_of(user, scopes=["read"]), api_of(support, scopes=["read", "write"])):
        assert api.post(f"connections/{shop.pk}/{deed}/").status_code == 403
        assert api.get(f"connections/{shop.pk}/health/").status_code == 200
    shop.refresh_from_db()
    assert (shop.paused_at, shop.generation) == (None, 0)


@pytest.mark.parametrize(
    ("keys", "status"),
    [
        (["email", "identifier"], 200), ([], 200), (["email", "email"], 400), (["name"], 400),
        (["attribute:shop_id"], 400), ([""], 400), ("email", 400), ([1], 400), (None, 400),
    ],
)  # fmt: skip
def test_order_in_which_customers_are_looked_for(api: Api, shop: Connection, keys: Any, status: int) -> None:
    response = api.patch(f"connections/{shop.pk}/", {"match_by": keys})
    assert response.status_code == status, response.content
    if status == 200:
        assert response.json()["match_by"] == keys
    else:
        assert "match_by" in response.json()["errors"]


def test_a_secret_among_the_settings_is_refused(connector_with_secret: type[WithSecret]) -> None:  # noqa: F811 - a fixture
    """It would be kept as it is, and told in answers, exports and the audit."""
    account = make_account()
    api = operators_api(account)
    settings = {"address": "https://shop.example", "token": "canary-of-a-token"}
    body = {"account": account.pk, "name": "Shop", "connector": "with-secret", "settings": settings}
    answer = api.post("connections/", body)
    assert answer.json()["errors"] == {"settings": ["This is a secret, and is sent in “secrets”: token."]}
    shop = make_connection(account, connector="with-secret", settings={"address": "https://shop.example"})
    assert api.patch(f"connections/{shop.pk}/", {"settings": settings}).status_code == 400
    assert "canary" not in str([*Connection.objects.values(), *AuditEntry.objects.values()])
