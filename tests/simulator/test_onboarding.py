"""An account of the host that nobody has connected yet: what it shows before, and that it works after."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from tenants.models import Account
from voxysapps.simulator.demonstration.nordlicht import NORDLICHT
from voxysapps.simulator.host import deliveries, events
from voxysapps.simulator.host.state import load
from voxysapps.simulator.host.tokens import agent_token
from voxysapps.simulator.models import RegisteredApp, Webhook
from voxysapps.simulator.seed import demonstration_state, seed_demonstration

pytestmark = pytest.mark.django_db

ID = 23
ADMINISTRATOR, AGENT = 71, 72
SERVER = "http://127.0.0.1:8000"


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost:8000"})


def connect(**values: Any) -> Account:
    """Do what an operator does in the admin, and its proof."""
    given = {
        "name": "Nordlicht",
        "host_origin": "http://localhost:8000",
        "host_account_id": ID,
        "host_api": f"{SERVER}/simulator/host",
        "host_proved_at": "2026-11-24T10:00:00Z",
    }
    return Account.objects.create(**{**given, **values})


def shown(client: Client, address: str = f"/simulator/profile/{ID}/") -> dict[str, str]:
    """Return what the page gives to be copied."""
    html = client.get(address).content.decode()
    return dict(re.findall(r'<code class="profile-value" id="([\w-]+)">([^<]*)</code>', html))


def test_host_has_it_and_the_platform_does_not(client: Client) -> None:
    seed_demonstration(host_origins=["http://localhost:8000"])

    assert not Account.objects.filter(host_account_id=ID).exists()
    assert ID not in [account["host_account_id"] for account in demonstration_state()]
    assert not Webhook.objects.filter(host_account_id=ID).exists()
    data = client.get(f"/simulator/data/{ID}.json").json()
    assert (data["name"], data["dashboard_apps"], data["trust"], data["host_origins"]) == (
        NORDLICHT.name,
        [],
        None,
        None,
    )
    assert len(data["conversations"]) == len(NORDLICHT.talks)


def test_profile_settings_have_what_an_operator_copies(client: Client) -> None:
    seed_demonstration(host_origins=["http://localhost:8000"])
    response = client.get(f"/simulator/profile/{ID}/")
    assert shown(client) == {
        "access-token": agent_token(ID, ADMINISTRATOR),
        "host-address": "http://localhost:8000",
        "account-id": "23",
        "api-address": f"{SERVER}/simulator/host",
    }
    assert 'data-connected="false"' in response.content.decode()
    assert response["Cache-Control"] == "no-store"
    assert "frame-src 'none'" in response["Content-Security-Policy"]


def test_profile_settings_name_the_address_that_the_server_was_given(client: Client) -> None:
    seed_demonstration(host_origins=["http://localhost:8000"], server="http://web:8000")
    assert shown(client)["api-address"] == "http://web:8000/simulator/host"


def test_profile_settings_need_no_demonstration_account(client: Client) -> None:
    assert shown(client)["api-address"] == f"{SERVER}/simulator/host"


def test_profile_settings_of_an_agent_say_that_the_token_is_no_use(client: Client) -> None:
    address = f"/simulator/profile/{ID}/?agent={AGENT}"
    assert shown(client, address)["access-token"] == agent_token(ID, AGENT)
    assert "is no administrator" in client.get(address).content.decode()
    assert "is no administrator" not in client.get(f"/simulator/profile/{ID}/").content.decode()
    for nobody in (f"/simulator/profile/{ID}/?agent=11", "/simulator/profile/24/"):
        assert client.get(nobody).status_code == 404


def test_nothing_answers_when_switched_off(client: Client, settings: Settings) -> None:
    settings.SIMULATOR = False
    for path in (f"profile/{ID}/", f"data/{ID}.json", f"host/api/v1/accounts/{ID}/agents"):
        response = client.get(f"/simulator/{path}", headers={"api-access-token": agent_token(ID, ADMINISTRATOR)})
        assert response.status_code == 404


@pytest.mark.parametrize(
    ("values", "is_connected"),
    [
        ({}, True),
        ({"host_api": "http://web:8000/simulator/host"}, True),
        ({"host_proved_at": None}, False),
        ({"host_api": ""}, False),
        ({"host_api": "https://voxys.example"}, False),
        ({"host_account_id": 24}, False),
    ],
)
def test_account_is_connected_once_its_token_was_proved_here(
    client: Client, values: dict[str, Any], is_connected: bool
) -> None:
    connect(**values)
    page = client.get(f"/simulator/profile/{ID}/").content.decode()
    assert f'data-connected="{str(is_connected).lower()}"' in page
    assert client.get(f"/simulator/data/{ID}.json").json()["trust"] == ("signed_in" if is_connected else None)


def test_connected_account_is_no_demonstration(client: Client) -> None:
    connect(extra_host_origins=["http://127.0.0.1:8000"])
    data = client.get(f"/simulator/data/{ID}.json").json()
    assert data["host_origins"] == ["http://localhost:8000", "http://127.0.0.1:8000"]
    assert demonstration_state() == []


def test_customers_write_and_faults_are_switched_and_webhooks_hear(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    connect()
    sent = {"conversation": 811, "content": "Seven o’clock?"}
    client.post(f"/simulator/customers/{ID}", sent, content_type="application/json")
    client.post(f"/simulator/host-faults/{ID}", {"fault": "slow"}, content_type="application/json")
    Webhook.objects.create(host_account_id=ID, url=f"{SERVER}/hooks/x/", subscriptions=["message_created"], secret="s")

    host = load(ID)
    assert host is not None
    talk = host.talk(811)
    assert talk is not None
    assert (host.fault, talk.lines[-1].content) == ("slow", "Seven o’clock?")
    news = client.get(f"/simulator/data/{ID}/news.json?conversation=811").json()
    assert news["conversation"]["messages"][-1]["content"] == "Seven o’clock?"
    (delivery,) = deliveries.deliveries_of(host, events.message(host, talk, 0, "message_created"))
    assert delivery.url == f"{SERVER}/hooks/x/"


def test_starting_over_forgets_what_an_operator_published(client: Client) -> None:
    connect()
    RegisteredApp.objects.create(host_account_id=ID, title="Ours", content=[{"type": "frame", "url": SERVER}])
    Webhook.objects.create(host_account_id=ID, url=f"{SERVER}/hooks/x/", subscriptions=["message_created"], secret="s")
    client.post(f"/simulator/start-over/{ID}", {}, content_type="application/json")
    assert not RegisteredApp.objects.filter(host_account_id=ID).exists()
    assert not Webhook.objects.filter(host_account_id=ID).exists()
