"""The API speaks the language that is asked for, in its own sentences, Django's and DRF's."""

import io
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from django.conf import settings as of_project
from django.test import Client
from pytest_django.fixtures import Settings

from tenants.models import Account, Role
from tests.factories import make_account
from tests.support.admin import make_operator
from tests.support.api import Api, api_of, operators_api

pytestmark = pytest.mark.django_db

FOLDERS = [of_project.BASE_DIR / name for name in ("tenants", "panels")]


@pytest.fixture
def marked(settings: Settings, tmp_path: Path) -> None:
    """German is, for this test, the English sentence in these marks: »…«."""
    catalog = Catalog(locale="de", charset="utf-8")
    for path in (path for folder in FOLDERS for path in folder.rglob("*.py")):
        with path.open("rb") as file:
            for _line, message, _comments, context in extract("python", file, {"_": None, "gettext_lazy": None}):
                if isinstance(message, str):
                    catalog.add(message, f"»{message}«", context=context)
    made = tmp_path / "de" / "LC_MESSAGES" / "django.mo"
    made.parent.mkdir(parents=True)
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    made.write_bytes(buffer.getvalue())
    settings.LOCALE_PATHS = [tmp_path]


def german(api: Api) -> Api:
    api.language = "de"
    return api


@pytest.mark.parametrize(
    ("language", "words"), [("de", "bereits"), ("ar", "بالفعل"), ("en", "already"), ("xx", "already")]
)
def test_services_answer_in_the_language(account: Account, language: str, words: str) -> None:
    api = operators_api(account)
    api.language = language
    api.post("dashboard-apps/", {"account": account.pk, "title": "Orders"})
    response = api.post("dashboard-apps/", {"account": account.pk, "title": "Orders"})
    assert words in str(response.json()["errors"])
    assert response["Content-Language"] == (language if language != "xx" else "en")
    assert "Accept-Language" in response["Vary"]


def test_errors_of_drf_are_in_the_language(account: Account) -> None:
    response = german(operators_api(account)).post("dashboard-apps/", {"account": account.pk})
    assert response.json()["errors"]["title"] == ["Dieses Feld ist zwingend erforderlich."]


@pytest.mark.usefixtures("marked")
def test_every_sentence_of_ours_can_be_translated(account: Account) -> None:
    me = make_operator(account)
    api, chosen = german(api_of(me)), german(api_of(me, account))
    support = german(operators_api(account, role=Role.SUPPORT))
    app = api.post("dashboard-apps/", {"account": account.pk, "title": "Orders"}, key="one").json()
    other = make_account()
    me.operator.accounts.add(other)
    details = [
        german(Api("vxt_unknown")).get("accounts/"),
        german(Api("two words")).get("accounts/"),
        german(api_of(me, scopes=["write"])).get("accounts/"),
        support.delete(f"accounts/{account.pk}/"),
        chosen.post("accounts/", {"name": "x"}),
        api.get("operators/"),
        api.get("nothing/"),
        api.get(f"accounts/{account.pk}/preflight/"),
        api.post("dashboard-apps/", {"account": account.pk, "title": "Other"}, key="one"),
        api.post("dashboard-apps/", {}),
        api.send("apply/", "a: *b", "application/yaml"),
    ]
    for response in details:
        assert response.status_code >= 400
        assert response.json()["detail"].startswith("»"), response.json()
        assert response["Content-Language"] == "de"
        assert "Accept-Language" in response["Vary"]
    errors = [
        api.get("accounts/", page_size=0),
        api.get("accounts/", page_size="x"),
        api.get("accounts/", is_active="x"),
        api.get("accounts/export/", **{"as": "x"}),
        api.post("apply/", {"accounts": [], "dryrun": True}),
        api.post("connections/", {"account": account.pk, "name": "x", "connector": "demo", "settings": []}),
        api.post("connections/", {"account": account.pk, "name": "x", "connector": "demo", "settings": {"a": "\0"}}),
        api.patch(f"dashboard-apps/{app['id']}/", {"account": other.pk}),
        api.post("dashboard-apps/", {"account": account.pk, "title": "x"}, key="x" * 256),
        api.post("tokens/", {"name": "x", "scopes": ["read"], "accounts": []}),
        chosen.post("tokens/", {"name": "x", "scopes": ["read"], "accounts": [], "has_all_accounts": True}),
    ]
    for response in errors:
        assert response.status_code == 400
        assert all(_sentence(found).startswith("»") for found in response.json()["errors"].values()), response.json()


def test_documents_and_docs_are_told_apart_by_caches() -> None:
    for path in ("/api/v1/accounts/", "/api/v1/schema/", "/api/v1/nothing"):
        assert "Accept-Language" in Client().get(path)["Vary"]


def _sentence(found: Any) -> str:
    while not isinstance(found, str):
        found = next(iter(found.values() if isinstance(found, dict) else found))
    return found
