"""Plugins and to whom they are offered, by program: for platform administrators."""

import pytest
from django.contrib.auth.models import User

from panels.models import PluginOffer
from panels.offers import read_offers
from tenants.models import Account, AuditEntry
from tests.factories import make_account
from tests.support.admin import make_operator
from tests.support.api import Api, api_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return make_account()


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root", "root@example.com", "x")


@pytest.fixture
def api(root: User) -> Api:
    return api_of(root)


def test_all_plugins_are_told(api: Api) -> None:
    rows = {(row["kind"], row["slug"]): row for row in api.get("plugins/").json()}
    row = rows["panel", "orders"]
    assert (row["state"], row["light"], row["offer"], row["is_opt_in"]) == ("works", "green", None, False)


def test_plugin_is_offered_to_some_accounts(api: Api, account: Account) -> None:
    other = make_account()
    body = {"kind": "connector", "slug": "demo", "audience": "only", "accounts": [account.pk]}
    made = api.post("plugin-offers/", body)
    assert made.status_code == 201, made.content
    assert [read_offers(one.pk).has_connector("demo") for one in (account, other)] == [True, False]
    path = f"plugin-offers/{made.json()['id']}/"
    rows = {row["slug"]: row["offer"] for row in api.get("plugins/").json() if row["kind"] == "connector"}
    assert rows["demo"] == made.json()["id"]
    assert api.patch(path, {"audience": "except"}).json()["accounts"] == [account.pk]
    assert [read_offers(one.pk).has_connector("demo") for one in (account, other)] == [False, True]
    assert api.patch(path, {"slug": "shopify"}).status_code == 400
    assert api.delete(path).status_code == 204
    assert read_offers(account.pk).has_connector("demo")
    entries = AuditEntry.objects.filter(via="api").order_by("pk")
    assert list(entries.values_list("action", flat=True)) == ["add", "change", "delete"]


def test_what_cannot_be_decided(api: Api, account: Account) -> None:
    assert "slug" in api.post("plugin-offers/", {"kind": "panel", "slug": "nothing"}).json()["errors"]
    api.post("plugin-offers/", {"kind": "panel", "slug": "orders"})
    assert api.post("plugin-offers/", {"kind": "panel", "slug": "orders"}).status_code == 400
    assert PluginOffer.objects.count() == 1


@pytest.mark.parametrize("who", ["operator", "operator of all", "chosen accounts"])
def test_nobody_else_gets_in(who: str, account: Account, root: User) -> None:
    offer = PluginOffer.objects.create(kind="panel", slug="orders", audience="only")
    api = {
        "operator": lambda: api_of(make_operator(account)),
        "operator of all": lambda: api_of(make_operator(has_all_accounts=True)),
        "chosen accounts": lambda: api_of(root, account),
    }[who]()
    for response in (
        *(api.get("plugins/"), api.get("plugin-offers/"), api.get(f"plugin-offers/{offer.pk}/")),
        api.post("plugin-offers/", {"kind": "panel", "slug": "payments"}),
        api.patch(f"plugin-offers/{offer.pk}/", {"audience": "all"}),
        api.delete(f"plugin-offers/{offer.pk}/"),
    ):
        assert response.status_code == 403
    assert PluginOffer.objects.get().audience == "only"
