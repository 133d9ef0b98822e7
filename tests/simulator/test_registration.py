"""The demonstration accounts' tabs: in the host because they were registered there, and only so."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tenants.models import Account, DashboardApp
from voxysapps.simulator.demonstration.fernweh import FERNWEH
from voxysapps.simulator.host.tokens import administrator_token
from voxysapps.simulator.models import RegisteredApp
from voxysapps.simulator.seed import seed_demonstration

pytestmark = pytest.mark.django_db

HERE = ["http://localhost:8000", "http://127.0.0.1:8000"]
API = "/simulator/host/api/v1/accounts/4/dashboard_apps"
TITLES = ["Customer 360", "Orders", "Payments", "Broken shop"]


@pytest.fixture(autouse=True)
def _demonstration() -> None:
    seed_demonstration(host_origins=HERE)


@pytest.fixture
def account() -> Account:
    return Account.objects.get(host_account_id=4)


def ask(method: str, path: str = "", title: str = "", url: str = "") -> Any:
    sent = {"title": title, "content": [{"type": "frame", "url": url}]}
    body = {"dashboard_app": {name: value for name, value in sent.items() if name == "title" or url}}
    headers = {"api-access-token": administrator_token(FERNWEH)}
    response = getattr(Client(), method)(f"{API}{path}", body, content_type="application/json", headers=headers)
    return response.json() if response.content else None


def tabs() -> list[dict[str, Any]]:
    """Return what the window shows after a reload, which is what the host's API lists."""
    data: list[dict[str, Any]] = (
        Client(headers={"host": "localhost:8000"}).get("/simulator/data/4.json").json()["dashboard_apps"]
    )
    assert data == ask("get")
    return data


def urls() -> list[str]:
    return [tab["content"][0]["url"] for tab in tabs()]


def test_demonstration_accounts_are_published(account: Account) -> None:
    apps = list(DashboardApp.objects.for_account(account))
    assert [tab["title"] for tab in tabs()] == [app.title for app in apps] == TITLES
    assert [tab["id"] for tab in tabs()] == [app.host_id for app in apps]
    assert urls() == [f"http://127.0.0.1:8000/a/{app.key}/" for app in apps]
    assert account.published_at is not None


def test_what_is_not_registered_is_no_tab(account: Account) -> None:
    DashboardApp.objects.create(account=account, title="New here", position=9)
    DashboardApp.objects.filter(title="Orders").update(title="Purchases", is_enabled=False)
    assert [tab["title"] for tab in tabs()] == TITLES


def test_tabs_are_created_changed_and_deleted() -> None:
    created = ask("post", title="More", url="https://app.example.com/any/frame?of=it")
    assert tabs()[-1] == created
    changed = ask("patch", f"/{tabs()[1]['id']}", title="Renamed")
    assert (changed, changed["title"]) == (tabs()[1], "Renamed")
    ask("delete", f"/{tabs()[0]['id']}")
    assert [tab["title"] for tab in tabs()] == ["Renamed", "Payments", "Broken shop", "More"]


def test_tabs_follow_the_server_and_keep_their_numbers(account: Account) -> None:
    before = [tab["id"] for tab in tabs()]
    ask("patch", f"/{before[1]}", title="Renamed")
    elsewhere = ask("patch", f"/{before[2]}", title="Drifted", url="https://elsewhere.example.com/x")

    for _time in range(2):
        seed_demonstration(host_origins=["http://localhost:9000"])

    assert [tab["id"] for tab in ask("get")] == before
    keys = [app.key for app in DashboardApp.objects.for_account(account)]
    first, renamed, drifted, _last = ask("get")
    assert first["content"][0]["url"] == f"http://127.0.0.1:9000/a/{keys[0]}/"
    assert (renamed["title"], renamed["content"][0]["url"]) == ("Renamed", f"http://127.0.0.1:9000/a/{keys[1]}/")
    assert drifted == elsewhere
    # Another address of the host had the platform forget what it calls them.
    known = [app.host_id for app in DashboardApp.objects.for_account(account)]
    assert known == [before[0], before[1], None, before[3]]
    account.refresh_from_db()
    assert account.published_at is not None


@pytest.mark.parametrize("origin", ["http://localhost:8000", "https://apps.example.com"])
def test_what_an_operator_published_at_another_name_of_this_server_stays(
    account: Account, settings: Settings, origin: str
) -> None:
    settings.PUBLIC_URL = "https://apps.example.com"
    key = DashboardApp.objects.for_account(account)[0].key
    url = f"{origin}/a/{key}/"
    ask("patch", f"/{tabs()[0]['id']}", title="Customer", url=url)
    seed_demonstration(host_origins=HERE)
    assert urls()[0] == url


def test_deleted_tab_stays_away(account: Account) -> None:
    ask("delete", f"/{tabs()[0]['id']}")
    seed_demonstration(host_origins=HERE)
    seed_demonstration(host_origins=["http://localhost:9000"])
    assert [tab["title"] for tab in ask("get")] == TITLES[1:]


def test_app_that_is_made_again_is_no_second_tab(account: Account) -> None:
    DashboardApp.objects.filter(title="Payments").delete()
    seed_demonstration(host_origins=HERE)
    assert [tab["title"] for tab in tabs()] == TITLES


def test_account_that_is_made_again_finds_its_tabs(account: Account) -> None:
    before = tabs()
    account.delete()
    seed_demonstration(host_origins=HERE)
    assert tabs() == before
    assert [app.host_id for app in DashboardApp.objects.filter(account__host_account_id=4)] == [
        tab["id"] for tab in before
    ]


def test_starting_over_brings_the_first_tabs_back(account: Account) -> None:
    ask("delete", f"/{tabs()[0]['id']}")
    ask("patch", f"/{tabs()[0]['id']}", title="Renamed", url="https://elsewhere.example.com/x")
    ask("post", title="More", url="https://app.example.com/")
    others = list(RegisteredApp.objects.exclude(host_account_id=4).values())

    Client().post("/simulator/start-over/4", {}, content_type="application/json")

    assert [tab["title"] for tab in tabs()] == TITLES
    assert [tab["id"] for tab in tabs()] == [app.host_id for app in DashboardApp.objects.for_account(account)]
    assert list(RegisteredApp.objects.exclude(host_account_id=4).values()) == others
