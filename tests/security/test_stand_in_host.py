"""Every URL of the stand-in host: not there in production, and blind to accounts that are no demonstration."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from pytest_django.fixtures import Settings

from tests.security.urls import routes_of
from tests.security.world import Tenant

ROUTES = sorted(route for route in routes_of(get_resolver().url_patterns) if route.startswith("simulator/"))
CANARY = "Canary Sons"


def address_of(route: str, one: Tenant, account_id: int) -> str:
    path = re.sub(r"\^?\(\?P<account_id>[^)]*\)|<int:account_id>|\^accounts", str(account_id), route)
    path = path.replace("<str:app_key>", one.app.key).replace(".*$", "x").replace("^", "")
    path = path.replace("<slug:component>", "badge")
    path = re.sub(r"<int:conversation_id>", "7", path)
    path = re.sub(r"<int:\w+>", "7", path)
    assert not re.search(r"[<>()^$]", path), f"how is {route} filled?"
    return f"/{path}"


def _answers(address: str, **headers: str) -> Iterator[Any]:
    client = Client(headers={"host": "localhost", **headers})
    for method in ("get", "post", "patch", "put", "delete"):
        yield getattr(client, method)(address, "{}" if method != "get" else None, content_type="application/json")


def test_not_there_in_production(mine: Tenant, settings: Settings) -> None:
    settings.SIMULATOR = False
    assert len(ROUTES) > 20
    for route in ROUTES:
        for answer in _answers(address_of(route, mine, mine.account.pk)):
            assert answer.status_code == 404, route


@pytest.mark.parametrize("by", ["own id", "host's id"])
def test_real_accounts_are_not_shown(mine: Tenant, settings: Settings, by: str) -> None:
    settings.SIMULATOR = True
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    mine.account.name = mine.app.title = CANARY
    mine.account.save()
    mine.app.save()
    account_id = mine.account.pk if by == "own id" else mine.account.host_account_id
    for route in ROUTES:
        if "app_key" in route:
            continue  # a frame document, the same as anybody gets under /a/
        for answer in _answers(address_of(route, mine, account_id), **mine.session()):
            text = b"".join(answer).decode() if answer.streaming else answer.content.decode()
            for secret in (CANARY, mine.app.key, mine.account.hook_key, mine.email):
                assert secret not in text, f"{route} shows {secret}"
