"""Support looks at its accounts: whatever it posts is refused, and no page offers it what would be."""

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.http import QueryDict
from django.test import Client
from django.urls import get_resolver

from panels.models import Connection
from tenants.models import Account, ApiToken, AuditEntry, Operator, Preflight, Role
from tenants.secrets import set_host_token, set_secret
from tests.factories import make_account, make_connection
from tests.security.canary import everything, told
from tests.security.urls import routes_of
from tests.support.admin import MODELS, OF_ACCOUNTS, address_of, make_operator, make_row, signed_in
from tests.support.api import ROOT, Api, api_of

pytestmark = pytest.mark.django_db

# What is everybody's own, and what only finds.
OWN = (
    "admin/login/",
    "admin/logout/",
    "admin/password_change/",
    "admin/second-factor/",
    "admin/jsi18n/",
    "admin/search/",
)
ROUTES = sorted(
    route
    for route in routes_of(get_resolver().url_patterns)
    if re.match(r"admin/\w+/\w+/.", route) and not route.startswith((*OWN, "admin/r/"))
)
READS = {"export_csv", "export_yaml", "export"}
# They show the same whatever the method.
SHOWS_ONLY = ("/history/", "/host-health/", "/preflight/lights/")


@pytest.fixture
def account() -> Account:
    account = make_account(name="Ours")
    set_host_token(account, "canary-of-a-token")
    for model in OF_ACCOUNTS:
        make_row(model, account)
    Preflight.objects.filter(account=account).delete()
    return account


@pytest.fixture
def support(account: Account) -> Client:
    return signed_in(make_operator(account, role=Role.SUPPORT))


def address(route: str, account: Account) -> str:
    """Return the address of the route, with a row of the account's."""
    model: Any = apps.get_model(".".join(route.split("/")[1:3]))
    of = {"pk": account.pk} if model is Account else {"account": account}
    row = model._default_manager.filter(**of).first() if model in OF_ACCOUNTS else make_row(model, account)
    return "/" + re.sub(r"<(?:\w+:)?\w+>", str(row.pk), route).rstrip("$")


@pytest.mark.parametrize("route", ROUTES)
def test_whatever_support_posts_is_refused(route: str, support: Client, account: Account) -> None:
    body = {
        "name": "Taken",
        "title": "Taken",
        "post": "yes",
        "hours": "1",
        "panels": ["orders"],
        "deed": "pause",
        "here": "1",
        "is_resolved": "on",
        "sample-email": "ada@example.com",
        "sealed": "x",
        "_edited": "1",
    }
    before, where = everything(account), address(route, account)
    entries = AuditEntry.objects.count()
    answer = support.post(where, body)
    if answer.status_code == 302 and not route.endswith(
        SHOWS_ONLY
    ):  # Django's old addresses without /change/ lead to it
        assert answer["Location"] == f"{where}change/"
        answer = support.post(answer["Location"], body)
    assert answer.status_code in (403, 404, 405) or route.endswith(SHOWS_ONLY), f"{route} {answer.status_code}"
    assert everything(account) == before
    assert AuditEntry.objects.count() == entries
    assert not Preflight.objects.filter(account=account).exists()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_lists_offer_support_nothing_but_exports(model: Any, support: Client, account: Account) -> None:
    page = support.get(address_of(model))
    shown = page.context["cl"].model_admin
    offered = {name for name, _text in shown.get_action_choices(page.wsgi_request) if name}
    assert offered <= READS
    assert f'href="{address_of(model)}add/' not in told(page)
    before = everything(account)
    names = [action if isinstance(action, str) else action.__name__ for action in shown.actions or ()]
    for name in {"delete_selected", *names} - READS:
        for across in ("0", "1"):
            row = model._default_manager.first()
            body = {"action": name, "_selected_action": [row.pk if row else 1], "select_across": across, "post": "yes"}
            support.post(address_of(model), body, follow=True)
    assert everything(account) == before


def test_support_sees_that_secrets_are_stored_and_no_empty_fields_for_them(support: Client, account: Account) -> None:
    """An empty field reads as if nothing were stored."""
    shop = make_connection(account, connector="woocommerce", settings={"address": "https://shop.example"})
    set_secret(shop, "consumer_key", "a-consumer-key-of-tests")
    for row, last4, labels in (
        (account, "oken", ("host token", "hook secret", "keep old hours")),
        (shop, "ests", ("Consumer key<", "Consumer secret<", "keep old hours")),
    ):
        page = told(support.get(address_of(type(row), f"{row.pk}/change/")))
        assert f"…{last4}" in page
        assert not [label for label in labels if label.lower() in page.lower()]


def walk(client: Client, start: str = "/admin/") -> dict[str, Any]:
    """Follow all links of the admin from page to page; return the answers by path."""
    seen: dict[str, Any] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop()
        parts = urlsplit(path)
        if parts.path in seen or parts.path.startswith(("/admin/logout/", "/admin/jsi18n/")):
            continue
        answer = client.get(parts.path, QueryDict(parts.query).dict(), follow=True)
        seen[parts.path] = answer
        if "html" in answer["Content-Type"]:
            links = (unescape(link) for link in re.findall(r'href="([^"#]+)', told(answer)))
            waiting += [found for link in links if (found := urljoin(parts.path, link)).startswith("/admin/")]
    return seen


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.OPERATOR])
def test_every_link_leads_somewhere(role: str, account: Account) -> None:
    Account.objects.update(host_proved_at=None)  # so that publishing asks no host for its difference
    seen = walk(signed_in(make_operator(account, role=role)))
    assert {path for path, answer in seen.items() if answer.status_code != 200} == set()
    expected = {
        *(address_of(model) for model in MODELS if model._meta.model_name != "placement"),
        address_of(Account, f"{account.pk}/change/"),
        address_of(Account, f"{account.pk}/preflight/"),
        address_of(Connection, f"{account.connections.get().pk}/health/"),
    }
    assert expected <= set(seen)
    if role == Role.SUPPORT:
        for path, answer in seen.items():
            buttons = re.findall(r'name="(_save|_addanother|_continue|_saveasnew|deed|here)"', told(answer))
            assert buttons == [], path
            assert "/delete/" not in told(answer), path


def unsafe() -> list[tuple[str, str]]:
    """Every address of the API with every method that changes something."""
    from tests.voxysapps.test_rest_schema import SCHEMA  # noqa: PLC0415 - made only where it is needed

    return sorted(
        (method, path.removeprefix(ROOT))
        for path, methods in SCHEMA["paths"].items()
        for method in methods
        if method in {"post", "put", "patch", "delete"}
    )


def test_supports_token_changes_nothing_by_the_api(account: Account) -> None:
    user = make_operator(account, role=Role.SUPPORT)
    api, before = api_of(user), everything(account)
    addresses = unsafe()
    assert len(addresses) > 25
    for method, path in addresses:
        for id_ in (account.pk, 10**6):
            body = {"name": "Taken", "account": account.pk, "title": "Taken", "accounts": []}
            where = path.format(id=id_)
            answer = api.delete(where) if method == "delete" else getattr(api, method)(where, body)
            assert answer.status_code == 403, f"{method} {path}"
    assert everything(account) == before
    assert list(ApiToken.objects.values_list("user", flat=True)) == [user.pk]


# --- who is not what they were --------------------------------------------------------------------------


def test_whoever_may_not_sign_in_any_longer_has_no_token_either(account: Account) -> None:
    """Without staff status the admin is closed; so is the API."""
    user = make_operator(account)
    api = api_of(user)
    assert api.get("accounts/").status_code == 200
    user.is_staff = False
    user.save()
    assert api.get("accounts/").status_code == 401
    assert signed_in(user).get("/admin/tenants/account/").status_code == 302


def test_a_superuser_who_is_one_no_longer_is_out_at_the_next_request(account: Account, django_user_model: Any) -> None:
    user = django_user_model.objects.create_superuser("root")
    client, api = signed_in(user), api_of(user)
    assert client.get("/admin/auth/user/").status_code == 200
    assert api.get("operators/").status_code == 200
    django_user_model.objects.filter(pk=user.pk).update(is_superuser=False)
    assert client.get("/admin/auth/user/").status_code == 403
    assert client.get("/admin/tenants/account/").status_code == 403
    assert api.get("operators/").status_code == 401


@pytest.mark.parametrize("change", ["emptied", "inactive", "support", "gone"])
def test_an_operator_who_is_one_no_longer_is_out_at_the_next_request(change: str, account: Account) -> None:
    user = make_operator(account)
    client, api = signed_in(user), api_of(user)
    page = address_of(Account, f"{account.pk}/change/")
    assert client.get(page).status_code == 200
    if change == "emptied":
        user.operator.accounts.clear()
    elif change == "inactive":
        type(user).objects.update(is_active=False)
    elif change == "support":
        Operator.objects.update(role=Role.SUPPORT)
    else:
        user.operator.delete()
    expected = {"emptied": (404, 200), "inactive": (302, 401), "support": (200, 200), "gone": (404, 401)}
    assert (client.get(page).status_code, api.get("accounts/").status_code) == expected[change]
    assert "Ours" not in told(client.get(page)) or change == "support"
    assert api.patch(f"accounts/{account.pk}/", {"name": "Taken"}).status_code in (401, 403, 404)


def test_operators_give_themselves_nothing(account: Account) -> None:
    other, user = make_account(name="Canary"), make_operator(account)
    client, api = signed_in(user), api_of(user)
    number = user.operator.pk
    for where, body in (
        (f"/admin/tenants/operator/{number}/change/", {"user": user.pk, "role": "operator", "has_all_accounts": "on"}),
        ("/admin/tenants/operator/add/", {"user": user.pk, "role": "operator", "accounts": [other.pk]}),
        (f"/admin/auth/user/{user.pk}/change/", {"username": "me", "is_superuser": "on", "is_staff": "on"}),
        (f"/admin/auth/user/{user.pk}/password/", {"password1": "x", "password2": "x"}),
        ("/admin/auth/user/add/", {"username": "me", "usable_password": "true"}),
        ("/admin/auth/group/add/", {"name": "all"}),
        ("/admin/panels/pluginoffer/add/?kind=panel&slug=orders", {"audience": "all"}),
    ):
        assert client.post(where, body).status_code == 403, where
    for answer in (
        api.post("operators/", {"user": user.pk, "role": "operator", "has_all_accounts": True}),
        api.patch(f"operators/{number}/", {"has_all_accounts": True}),
    ):
        assert answer.status_code == 403
    wide = api_of(user)
    assert [row["name"] for row in wide.get("accounts/").json()["results"]] == ["Ours"]
    assert not AuditEntry.objects.filter(via__in=("admin", "api")).exists()


def test_a_token_gives_itself_nothing(account: Account) -> None:
    user = make_operator(account)
    narrow: Api = api_of(user, account, scopes=["read", "operators"])
    for scopes, accounts in ((["read", "write"], {"accounts": [account.pk]}), (["read"], {"has_all_accounts": True})):
        answer = narrow.post("tokens/", {"name": "x", "scopes": scopes, **accounts})
        assert answer.status_code == 400
    assert ApiToken.objects.count() == 1
