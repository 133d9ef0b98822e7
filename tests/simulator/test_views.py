"""The stand-in host's pages."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tenants.models import Account, DashboardApp, Trust
from voxysapps.simulator import urls as simulator_urls
from voxysapps.simulator.host.tokens import agent_token
from voxysapps.simulator.models import RegisteredApp
from voxysapps.simulator.policies import widened_for_webview
from voxysapps.simulator.seed import seed_demonstration

pytestmark = pytest.mark.django_db

LOCAL = "localhost:8000"
FERNWEH = 4


@pytest.fixture
def account() -> Account:
    seed_demonstration(host_origins=[f"http://{LOCAL}"])
    return Account.objects.order_by("id")[0]


@pytest.fixture
def app(account: Account) -> DashboardApp:
    return DashboardApp.objects.for_account(account)[0]


@pytest.fixture
def agent(client: Client) -> Client:
    client.defaults["HTTP_HOST"] = LOCAL
    return client


def page_config(html: str) -> dict[str, Any]:
    found = re.search(r'<script id="simulator-config" type="application/json">(.*?)</script>', html)
    assert found
    config = json.loads(found[1])
    assert isinstance(config, dict)
    return config


def test_page_names_the_accounts_and_another_origin_for_frames(agent: Client, account: Account) -> None:
    response = agent.get("/simulator/")

    config = page_config(response.content.decode())
    assert config["frameOrigin"] == "http://127.0.0.1:8000"
    assert config["framesAreApart"] is True
    assert [(one["name"], one["isConnected"]) for one in config["accounts"]] == [
        ("Fernweh Outdoor", True),
        ("Atelier Brisa", True),
        ("Lanterna & Figli", True),
        ("Nordlicht Radhaus", False),
    ]
    assert config["accounts"][0] == {
        "id": 4,
        "demonstrationId": account.pk,
        "name": account.name,
        "isConnected": True,
        "isDemonstration": True,
        "data": "/simulator/data/4.json",
        "news": "/simulator/data/4/news.json",
        "profile": "/simulator/profile/4/",
    }


def test_page_has_no_inline_code_and_allows_none(agent: Client) -> None:
    response = agent.get("/simulator/")

    html = response.content.decode()
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; frame-src http://127.0.0.1:* http://localhost:*;")
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*(src=|application/json))|<style| style=| on\w+=", html)
    assert "http" not in re.sub(r'<script id="simulator-config".*?</script>', "", html).replace("http-equiv", "")


def test_page_keeps_the_opener_of_its_phone(agent: Client) -> None:
    assert agent.get("/simulator/")["Cross-Origin-Opener-Policy"] == "unsafe-none"


@pytest.mark.parametrize("name", ["127.0.0.1:8000", "[::1]:8000", "voxys.localhost:8000"])
def test_page_moves_to_localhost(client: Client, settings: Settings, name: str) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    response = client.get("/simulator/?a=1", headers={"host": name})
    assert response.status_code == 302
    assert response["Location"] == "http://localhost:8000/simulator/?a=1"


def test_page_of_another_name_says_that_frames_are_not_apart(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["demo.example.com", "localhost", ".example.org"]
    response = client.get("/simulator/", headers={"host": "demo.example.com"})
    config = page_config(response.content.decode())
    assert (config["frameOrigin"], config["framesAreApart"]) == ("http://demo.example.com", False)


def test_page_of_another_name_takes_a_second_allowed_name_for_frames(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "host.example.com", "apps.example.com"]
    response = client.get("/simulator/", headers={"host": "host.example.com"})
    config = page_config(response.content.decode())
    assert (config["frameOrigin"], config["framesAreApart"]) == ("http://apps.example.com", True)


def simulator_paths(patterns: list[Any], route: str = "") -> Iterator[str]:
    """Yield every path of the simulator, with 1 for whatever stands in it."""
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from simulator_paths(pattern.url_patterns, here)
        else:
            yield re.sub(r"<[^>]+>|\(\?P.*?\)/\.\*\$|\^", "1", here)


PATHS = list(simulator_paths(simulator_urls.urlpatterns))


def test_all_paths_are_looked_at() -> None:
    assert {"", "probe/", "mailbox.json", "host/api/v1/profile", "host/api/v1/accounts/1/agents"} <= set(PATHS)
    assert not [path for path in PATHS if set(path) & set("<>()^$*")]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_nothing_is_there_when_switched_off(
    agent: Client, account: Account, settings: Settings, path: str, method: str
) -> None:
    settings.SIMULATOR = False
    response = getattr(agent, method)(f"/simulator/{path}", headers={"api-access-token": agent_token(4, 11)})
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_data_holds_the_account_and_the_addresses_of_its_apps(
    agent: Client, account: Account, app: DashboardApp, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # What changed, was sent and was started in it; the platform's account; the apps.
    with django_assert_num_queries(5):
        response = agent.get(f"/simulator/data/{FERNWEH}.json")

    data = response.json()
    assert data["id"] == account.host_account_id
    first = data["dashboard_apps"][0]
    assert (first["id"], first["title"]) == (app.host_id, app.title)
    assert first["content"] == [{"type": "frame", "url": f"http://127.0.0.1:8000/a/{app.key}/"}]
    assert data["host_origins"] == [f"http://{LOCAL}"]
    assert response["Cache-Control"] == "no-store"


def test_data_of_a_real_account_is_not_there(agent: Client) -> None:
    real = Account.objects.create(
        pk=1_000_001, name="Real", host_origin="https://app.example.com", host_account_id=4, trust=Trust.VERIFIED
    )
    assert agent.get(f"/simulator/data/{real.pk}.json").status_code == 404


def test_account_of_the_start_may_be_named_by_the_platforms_number_too(agent: Client) -> None:
    Account.objects.create(
        pk=1_000_001, name="Brisa", is_demonstration=True, host_origin=f"http://{LOCAL}", host_account_id=9
    )
    assert agent.get("/simulator/data/1000001.json").json()["name"] == "Atelier Brisa"


@pytest.mark.parametrize(
    ("name", "frames"), [(LOCAL, "http://127.0.0.1:8000"), ("demo.example.com", "http://demo.example.com")]
)
def test_apps_of_this_server_are_reached_from_where_the_window_is(
    client: Client, account: Account, settings: Settings, name: str, frames: str
) -> None:
    settings.ALLOWED_HOSTS = ["demo.example.com", "localhost", "127.0.0.1"]
    elsewhere = [{"type": "frame", "url": "https://elsewhere.example.com/x"}]
    RegisteredApp.objects.create(host_account_id=account.host_account_id, title="Elsewhere", content=elsewhere)

    *own, other = client.get("/simulator/data/4.json", headers={"host": name}).json()["dashboard_apps"]

    assert {app["content"][0]["url"].partition("/a/")[0] for app in own} == {frames}
    assert other["content"] == elsewhere


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://apps.example.com/a/x/", " https://apps.example.com"),
        ("https://apps.example.com:8443?a=1", " https://apps.example.com:8443"),
        ("http://localhost:1/x", ""),
        ("https://a.example;script-src", ""),
        ("https://user:1@a.example/", ""),
        ("https://", ""),
    ],
)
def test_window_lets_in_the_frames_that_are_registered(agent: Client, url: str, source: str) -> None:
    RegisteredApp.objects.create(host_account_id=23, title="Odd", content=[{"type": "frame", "url": url}])
    policy = agent.get("/simulator/")["Content-Security-Policy"]
    assert f"frame-src http://127.0.0.1:* http://localhost:*{source}; base-uri" in policy


def test_webview_is_the_frame_with_the_mobile_app_before_everything(agent: Client, app: DashboardApp) -> None:
    response = agent.get(f"/simulator/webview/{app.key}/", headers={"accept-encoding": "gzip"})

    html = response.content.decode()
    head = f'<base href="/a/{app.key}/"><script src="/static/simulator/webview.js" data-host-origin="http://{LOCAL}">'
    assert html.startswith("<!doctype html>")
    assert html.index("<head>") + len("<head>") == html.index(head)
    assert html.index(head) < html.index("<meta")
    frame = agent.get(f"/a/{app.key}/").content.decode()
    assert re.sub(r"<base.*?</script>\n", "", html) == frame
    assert response["Content-Length"] == str(len(response.content))
    assert "'self'" in response["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]


def test_webview_of_no_app_is_not_there(agent: Client) -> None:
    assert agent.get(f"/simulator/webview/{'x' * 22}/").status_code == 404


@pytest.mark.parametrize(
    ("policy", "widened"),
    [
        ("default-src 'none'; script-src 'sha256-x'", "default-src 'none'; script-src 'sha256-x' 'self'"),
        ("default-src 'none'", "default-src 'none'; script-src 'self'"),
        ("script-src 'none'; base-uri 'none'", "script-src 'self'; base-uri 'self'"),
        ("script-src 'self'; img-src data:", "script-src 'self'; img-src data:"),
    ],
)
def test_policy_is_widened_by_own_scripts_and_nothing_else(policy: str, widened: str) -> None:
    assert widened_for_webview(policy) == widened


def test_probe_may_be_framed_by_the_window(agent: Client) -> None:
    response = agent.get("/simulator/probe/?name=A")
    assert f"frame-ancestors http://{LOCAL} http://127.0.0.1:8000" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    assert "webview.js" not in response.content.decode()
    assert "webview.js" in agent.get("/simulator/probe/?phone=1").content.decode()


@pytest.mark.parametrize("slow", ["-1", "soon", "٣x", ""])
def test_slow_image_is_at_once_when_asked_for_nonsense(agent: Client, slow: str) -> None:
    assert agent.get("/simulator/slow.svg", {"slow": slow})["Content-Type"] == "image/svg+xml"


def test_news_tell_of_the_open_conversation(agent: Client, account: Account) -> None:
    news = f"/simulator/data/{FERNWEH}/news.json"
    posted = {"conversation": 1421, "content": "Anybody?"}
    agent.post(f"/simulator/customers/{FERNWEH}", data=posted, content_type="application/json")

    told = agent.get(f"{news}?conversation=1421").json()

    assert told["conversation"]["messages"][-1]["content"] == "Anybody?"
    assert told["conversation"]["meta"]["sender"]["id"] == 301
    assert 1421 in told["conversation_ids"]
    assert told["unread_mails"] == 0
    assert agent.get(f"{news}?conversation=77").json()["conversation"] is None


def test_data_has_what_happened_in_the_host(agent: Client, account: Account) -> None:
    started = {"contact": 301, "inbox": 5, "content": "By mail now"}
    agent.post(f"/simulator/customers/{FERNWEH}", data=started, content_type="application/json")
    data = agent.get(f"/simulator/data/{FERNWEH}.json").json()
    newest = data["conversations"][-1]
    assert (newest["meta"]["sender"]["id"], newest["inbox_id"], newest["unread_count"]) == (301, 5, 1)
    assert [contact["id"] for contact in data["contacts"]].count(301) == 1


def test_old_host_sends_what_it_has(agent: Client, account: Account) -> None:
    def of_nora() -> Any:
        rows = agent.get(f"/simulator/data/{FERNWEH}.json").json()["conversations"]
        return next(row for row in rows if row["id"] == 1421)

    assert "uuid" in of_nora()
    answer = agent.post(f"/simulator/host-faults/{FERNWEH}", {"fault": "old"}, content_type="application/json")
    assert answer.json()["fault"] == "old"
    assert "uuid" not in of_nora()
    assert "hmac_verified" not in of_nora()["meta"]
    agent.post(f"/simulator/start-over/{FERNWEH}", {}, content_type="application/json")
    assert "uuid" in of_nora()


@pytest.mark.parametrize("body", [{}, {"fault": "tired"}, {"fault": None}, {"fault": []}])
def test_unknown_fault_is_refused_with_those_there_are(agent: Client, account: Account, body: dict[str, Any]) -> None:
    answer = agent.post(f"/simulator/host-faults/{FERNWEH}", body, content_type="application/json")
    assert answer.status_code == 400
    assert "bad_token" in answer.json()["detail"]
    assert agent.get(f"/simulator/host-faults/{FERNWEH}").json()["fault"] == "none"


@pytest.mark.parametrize("path", ["host-faults", "customers", "start-over"])
def test_pages_of_other_sites_change_nothing(agent: Client, account: Account, path: str) -> None:
    """Their forms can post, but no JSON."""
    sent = {"fault": "down", "conversation": 1421, "content": "Forged"}
    assert agent.post(f"/simulator/{path}/{FERNWEH}", sent).status_code == 404
    assert agent.post(f"/simulator/{path}/{FERNWEH}", json.dumps(sent), content_type="text/plain").status_code == 404
    assert agent.get(f"/simulator/host-faults/{FERNWEH}").json()["fault"] == "none"


@pytest.mark.parametrize(
    "body", [{"conversation": 77}, {"contact": 77}, {"contact": 301, "inbox": 77}, {"conversation": None}, {}]
)
def test_customer_writes_only_where_there_is_one(agent: Client, account: Account, body: dict[str, Any]) -> None:
    answer = agent.post(f"/simulator/customers/{FERNWEH}", body, content_type="application/json")
    assert answer.status_code == 404
