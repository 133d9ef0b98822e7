"""Accounts and tabs by program, beyond what every row has: what the admin's pages tell and check of them."""

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from tenants.models import Account, Preflight
from tests.factories import make_account, make_app
from tests.support.api import Api, operators_api
from tests.support.host import HostInMemory

pytestmark = pytest.mark.django_db


def test_webhook_address_is_told(api: Api, account: Account, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://apps.example.com"
    path = f"accounts/{account.pk}/"
    assert api.get(path).json()["hook_address"] == f"https://apps.example.com/hooks/{account.hook_key}/"
    rotated = api.post(f"{path}rotate-hook-key/").json()["hook_address"]
    account.refresh_from_db()
    assert rotated == f"https://apps.example.com/hooks/{account.hook_key}/"
    settings.PUBLIC_URL = ""
    assert api.get(path).json()["hook_address"] == ""


def test_accounts_are_found_by_what_the_admins_list_tells(account: Account) -> None:
    Preflight.objects.create(account=account, worst="red", lights=[])
    new = make_account(host_proved_at=None, trust="verified")
    api = operators_api(account, new)

    def found(**query: str) -> list[int]:
        return [row["id"] for row in api.get("accounts/", **query).json()["results"]]

    assert [row["preflight"] for row in api.get("accounts/").json()["results"]] == ["red", None]
    assert found(preflight="red") == found(is_proved="true") == found(trust="link") == [account.pk]
    assert found(is_proved="false") == found(trust="verified") == [new.pk]
    assert found(is_published="true") == found(preflight="green") == []
    assert "preflight" in api.get("accounts/", preflight="blue").json()["errors"]


def test_hosts_agents_inboxes_and_teams_are_told_and_none_else_taken(
    api: Api, account: Account, hosts: dict[int, HostInMemory]
) -> None:
    hosts[account.pk] = HostInMemory()
    told: dict[str, Any] = api.get(f"accounts/{account.pk}/host-choices/").json()
    assert [agent["id"] for agent in told["agents"]] == [5, 6]
    inbox = told["inboxes"][0]["id"]
    app = make_app(account, inboxes=[4711])
    path = f"dashboard-apps/{app.pk}/"
    refused = api.patch(path, {"inboxes": [inbox, 815], "draft_agents": [5]})
    assert refused.json()["errors"] == {"inboxes": ["The host has none of these: 815."]}
    # What it has lost meanwhile may stay.
    assert api.patch(path, {"inboxes": [inbox, 4711], "draft_agents": [5]}).status_code == 200
    assert api.post("dashboard-apps/", {"account": account.pk, "title": "New", "draft_agents": [99]}).status_code == 400


def test_where_the_host_does_not_tell_ids_are_believed(account: Account) -> None:
    new = make_account(host_proved_at=None)
    api = operators_api(new)
    assert api.get(f"accounts/{new.pk}/host-choices/").json() == {"agents": None, "inboxes": None, "teams": None}
    assert api.post("dashboard-apps/", {"account": new.pk, "title": "New", "inboxes": [7]}).status_code == 201


@pytest.mark.parametrize("days", [0, 32_768, 10**15])
def test_days_that_no_calendar_has_are_refused(api: Api, account: Account, days: int) -> None:
    response = api.patch(f"accounts/{account.pk}/", {"view_records_kept_days": days})
    assert "view_records_kept_days" in response.json()["errors"]
