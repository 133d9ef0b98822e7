"""A pre-flight names everything that is wrong, and what to do about it."""

import datetime as dt
import smtplib
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from panels.models import Connection
from tenants.host.errors import (
    HostError,
    HostInTrouble,
    HostLimited,
    HostRefusedToken,
    HostUnreachable,
    HostUnreadable,
)
from tenants.host.records import HostAgent, HostInbox, HostProfile
from tenants.models import Account, Light, Notice, Preflight
from tenants.preflight import registry
from tenants.preflight.services import run_preflight
from tenants.publishing.services import publish
from tenants.secrets import set_hook_secret, set_host_token
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.host import make_agent
from tests.support.publishing_host import PublishingHost, publishing_to
from voxysapps.outgoing import OutgoingError, Response

OURS = "https://apps.example"
CANARY = "canary-of-an-exception"


class Host(PublishingHost):
    """A host that also tells who asks, and whom it has."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.roles = {account.host_account_id: "administrator"}
        self.people = [make_agent(5)]
        self.fails_with: HostError | None = None
        # After so many questions about whose token it is.
        self.fails_after = 0
        self.says_version: str | None = None

    def version(self) -> str | None:
        return self.says_version

    def profile(self) -> HostProfile:
        self.fails_after -= 1
        if self.fails_with and self.fails_after < 0:
            raise self.fails_with
        return HostProfile(id=6, roles=self.roles)

    def agents(self) -> list[HostAgent]:
        return self.people

    def inboxes(self) -> list[HostInbox]:
        return [HostInbox(id=1, name="Website")]


@pytest.fixture(autouse=True)
def _settings(settings: Any) -> None:
    settings.PUBLIC_URL = OURS
    settings.EMAIL_URL, settings.SIMULATOR = "", True


@pytest.fixture
def account(db: None) -> Account:
    account = make_account(trust="signed_in", host_origin="https://voxys.example")
    set_host_token(account, "token-of-an-administrator")
    make_connection(account, name="Shop", connector="demo", settings={"shop": "a", "currency": "EUR"})
    make_placement(make_app(account, title="Orders"))
    return account


@pytest.fixture
def host(account: Account) -> Iterator[Host]:
    host = Host(account)
    places = ("tenants.preflight.registry", "tenants.services")
    patches = [patch(f"{place}.HostClient", lambda _account, **_options: host) for place in places]
    for one in patches:
        one.start()
    with publishing_to({account.pk: host}):
        yield host
    for one in patches:
        one.stop()


class OurServer:
    """Our own address, as somebody outside finds it: this very application, behind a proxy that may spoil things."""

    def __init__(self) -> None:
        self.error: OutgoingError | None = None
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        # What the host's own page is answered with; without, it is away.
        self.of_host: dict[str, str] | None = {}

    def __call__(
        self, method: str, url: str, *, headers: Any = None, body: bytes | None = None, **_more: Any
    ) -> Response:
        if self.error:
            raise self.error
        if url == "https://voxys.example/app/login":
            if self.of_host is None:
                raise OutgoingError("timeout")
            return Response(404 if "is-missing" in self.of_host else 200, self.of_host, b"<html>")
        path = url.removeprefix(OURS)
        kind = {"content_type": "application/json"} if body is not None else {}
        answer: Any = Client().generic(method, path, body or b"", headers=headers, **kind)  # type: ignore[arg-type]
        found = {name.lower(): value for name, value in answer.headers.items()} | self.headers
        return Response(self.status or answer.status_code, found, answer.content)


@pytest.fixture
def our_server(settings: Any) -> Iterator[OurServer]:
    server = OurServer()
    with patch("tenants.preflight.address_checks.send", server):
        yield server


def lights(account: Account) -> dict[str, tuple[str, str, str]]:
    account = Account.objects.get(pk=account.pk)
    return {
        light["name"]: (light["light"], light["sentence"], light["advice"]) for light in run_preflight(account).lights
    }


def test_all_is_green(account: Account, host: Host, our_server: OurServer) -> None:
    publish(account)
    found = lights(account)
    assert {name: light for name, (light, _said, _advice) in found.items()} == dict.fromkeys(
        (
            *("Host", "API token", "Agents and inboxes", "Our own address", "Frames", "Tabs in the host"),
            *("Webhooks", "Connection: Shop", "Mail", "Trust"),
        ),
        "green",
    ), found
    assert "4.13 or later" in found["Host"][1]
    assert Preflight.objects.get().worst == Light.GREEN
    assert not Notice.objects.exists()


def spoil_token(account: Account, host: Host, server: OurServer) -> None:
    host.roles = {99: "administrator"}


def spoil_role(account: Account, host: Host, server: OurServer) -> None:
    host.roles = {account.host_account_id: "agent"}


def spoil_host(account: Account, host: Host, server: OurServer) -> None:
    host.fails_with = HostUnreachable("There is no answer from that address.")


def spoil_host_wholly(account: Account, host: Host, server: OurServer) -> None:
    host.fails_with = HostUnreadable("This is another program.")


def spoil_host_itself(account: Account, host: Host, server: OurServer) -> None:
    host.fails_with = HostInTrouble("It has trouble.")


def spoil_stored_token(account: Account, host: Host, server: OurServer) -> None:
    host.fails_with = HostRefusedToken("no")


def spoil_host_in_between(account: Account, host: Host, server: OurServer) -> None:
    host.fails_with, host.fails_after = HostUnreachable("There is no answer from that address."), 1


def spoil_lists(account: Account, host: Host, server: OurServer) -> None:
    host.begin(fails_at=3, failure=HostLimited("The host asks us to slow down."))


def spoil_token_wholly(account: Account, host: Host, server: OurServer) -> None:
    set_host_token(account, "")


def spoil_name(account: Account, host: Host, server: OurServer) -> None:
    server.status = 400


def spoil_arrivals(account: Account, host: Host, server: OurServer) -> None:
    Account.objects.update(published_at=timezone.now() - dt.timedelta(days=8))


def spoil_pace(account: Account, host: Host, server: OurServer) -> None:
    host.fails_with = HostLimited("The host asks us to slow down.", retry_after=None)


def spoil_agents(account: Account, host: Host, server: OurServer) -> None:
    host.people = [make_agent(5, confirmed=False)]


def spoil_address(account: Account, host: Host, server: OurServer) -> None:
    server.error = OutgoingError("unreachable")


def spoil_network(account: Account, host: Host, server: OurServer) -> None:
    server.error = OutgoingError("refused_address")


def spoil_proxy(account: Account, host: Host, server: OurServer) -> None:
    server.status = 502


def spoil_policy(account: Account, host: Host, server: OurServer) -> None:
    server.headers = {"content-security-policy": "frame-ancestors 'self'"}


def spoil_policy_by_another(account: Account, host: Host, server: OurServer) -> None:
    """A browser obeys both: ours, and that of the proxy."""
    server.headers = {
        "content-security-policy": "frame-ancestors https://voxys.example, default-src 'self'; frame-ancestors 'none'"
    }


def spoil_frame_options(account: Account, host: Host, server: OurServer) -> None:
    server.headers = {"x-frame-options": "DENY"}


def spoil_tabs(account: Account, host: Host, server: OurServer) -> None:
    host.apps.clear()


def spoil_secret(account: Account, host: Host, server: OurServer) -> None:
    set_hook_secret(account, "")


def spoil_connection(account: Account, host: Host, server: OurServer) -> None:
    Connection.objects.update(settings={"shop": "a", "currency": "EUR", "fault": "operator"})


def spoil_connection_a_while(account: Account, host: Host, server: OurServer) -> None:
    Connection.objects.update(settings={"shop": "a", "currency": "EUR", "fault": "temporary"})


def spoil_tab(account: Account, host: Host, server: OurServer) -> None:
    account.placements.all().delete()


def spoil_panel(account: Account, host: Host, server: OurServer) -> None:
    account.placements.update(panel="acme-loyalty")


def spoil_capability(account: Account, host: Host, server: OurServer) -> None:
    account.connections.all().delete()


def spoil_trust(account: Account, host: Host, server: OurServer) -> None:
    Account.objects.update(trust="link")


def spoil_trust_a_little(account: Account, host: Host, server: OurServer) -> None:
    Account.objects.update(trust="verified")


@pytest.mark.parametrize(
    ("spoil", "name", "light", "said"),
    [
        (spoil_token, "API token", "red", "for account 99"),
        (spoil_role, "API token", "red", "Enter an administrator's"),
        (spoil_host, "Host", "red", "Host address"),
        (spoil_host_wholly, "Host", "red", "not Voxys"),
        (spoil_host_wholly, "Host", "red", "Address of the host's API"),
        (spoil_host_itself, "Host", "red", "ask whoever runs the host"),
        (spoil_stored_token, "API token", "red", "Administrator's API token"),
        (spoil_host_in_between, "API token", "amber", "again in a few minutes"),
        (spoil_lists, "Tabs in the host", "amber", "again in a few minutes"),
        (spoil_token_wholly, "API token", "red", "No token is stored"),
        (spoil_pace, "Host", "amber", "again in a few minutes"),
        (spoil_agents, "Agents and inboxes", "amber", "Invite agents"),
        (spoil_address, "Our own address", "red", "PUBLIC_URL"),
        (spoil_network, "Our own address", "amber", "OUTGOING_NETWORKS"),
        (spoil_proxy, "Our own address", "red", "502"),
        (spoil_proxy, "Webhooks", "red", "502"),
        (spoil_policy, "Frames", "red", "A proxy changes our headers"),
        (spoil_policy_by_another, "Frames", "red", "A proxy changes our headers"),
        (spoil_frame_options, "Frames", "amber", "X-Frame-Options"),
        (spoil_name, "Our own address", "red", "ALLOWED_HOSTS"),
        (spoil_arrivals, "Webhooks", "amber", "look at the webhook in Voxys"),
        (spoil_tabs, "Tabs in the host", "red", "Press “Publish”"),
        (spoil_secret, "Webhooks", "red", "Publish again"),
        (spoil_connection, "Connection: Shop", "red", "mend its settings"),
        (spoil_connection_a_while, "Connection: Shop", "amber", "mend its settings"),
        (spoil_tab, "Tab: Orders", "red", "Add a panel"),
        (spoil_panel, "Tab: Orders", "red", "acme-loyalty"),
        (spoil_capability, "Tab: Orders", "red", "orders"),
        (spoil_capability, "Connection", "amber", "Add a connection"),
        (spoil_trust, "Trust", "red", "Signed in"),
        (spoil_trust_a_little, "Trust", "amber", "Signed in"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_is_wrong_is_named_with_what_to_do(
    account: Account, host: Host, our_server: OurServer, spoil: Any, name: str, light: str, said: str
) -> None:
    publish(account)
    spoil(account, host, our_server)
    found = lights(account)
    assert found[name][0] == light
    assert said in " ".join(found[name][1:])
    assert found[name][2]
    assert Preflight.objects.get().worst in (light, Light.RED)


def test_a_second_policy_that_says_nothing_of_frames_harms_nothing(
    account: Account, host: Host, our_server: OurServer
) -> None:
    publish(account)
    ours = Client().get(f"/a/{account.dashboard_apps.get().key}/").headers["Content-Security-Policy"]
    our_server.headers = {"content-security-policy": f"{ours}, upgrade-insecure-requests"}
    assert lights(account)["Frames"][0] == "green"


@pytest.mark.parametrize(
    ("headers", "light"),
    [
        (None, "green"),
        ({}, "green"),
        ({"content-security-policy": "frame-src 'self' https://*.example"}, "green"),
        ({"content-security-policy": "frame-src 'self' https://www.youtube.com"}, "amber"),
        ({"content-security-policy": "default-src 'self'", "is-missing": "yes"}, "green"),
    ],
)
def test_what_a_proxy_before_the_host_lets_in(
    account: Account, host: Host, our_server: OurServer, headers: dict[str, str] | None, light: str
) -> None:
    publish(account)
    our_server.of_host = headers
    light_found, _said, advice = lights(account)["Frames"]
    assert light_found == light
    assert (f"add {OURS} to" in advice) == (light == "amber")


@pytest.mark.parametrize(
    ("version", "signs", "said"),
    [
        ("4.10.1", False, ["4.10.1", "older than 4.13"]),
        ("4.13.0", True, ["4.13.0", "signs webhooks"]),
        (None, True, ["4.13 or later"]),
        (None, False, ["older than 4.13"]),
    ],
)
def test_the_hosts_generation_is_guessed(
    account: Account, host: Host, our_server: OurServer, version: str | None, signs: bool, said: list[str]
) -> None:
    host.says_version, host.signs = version, signs
    publish(account)
    light, sentence, _advice = lights(account)["Host"]
    assert light == "green"
    assert all(word in sentence for word in said)


def test_without_a_token_the_host_is_asked_all_the_same(account: Account, host: Host, our_server: OurServer) -> None:
    """An account that was just added: a wrong address is not taken for a good one because nobody asked."""
    set_host_token(account, "")
    Account.objects.update(host_proved_at=None)
    host.fails_with = HostUnreachable("There is no answer from that address.")
    assert lights(account)["Host"][0] == "red"
    host.fails_with = HostRefusedToken("no")
    found = lights(account)
    assert found["Host"][0] == "green"
    assert found["API token"][0] == "red"
    assert "Agents and inboxes" not in found


def test_before_anything_is_done(account: Account, host: Host, our_server: OurServer, settings: Any) -> None:
    settings.PUBLIC_URL = ""
    account.dashboard_apps.all().delete()
    found = lights(account)
    assert found["Our own address"][0] == "red"
    assert (found["Frames"][0], found["Tabs in the host"][0], found["Webhooks"][0]) == ("amber", "amber", "amber")


@pytest.mark.parametrize(
    ("url", "simulator", "failure", "light"),
    [
        ("", False, None, "red"),
        ("smtp://mail.example", False, smtplib.SMTPAuthenticationError(535, b"no"), "red"),
        ("smtp://mail.example", False, TimeoutError(), "red"),
        ("smtp://mail.example", False, None, "green"),
    ],
)
def test_mail(
    account: Account,
    host: Host,
    our_server: OurServer,
    settings: Any,
    url: str,
    simulator: bool,
    failure: Any,
    light: str,
) -> None:
    settings.EMAIL_URL, settings.SIMULATOR = url, simulator
    with patch("tenants.preflight.address_checks.get_connection") as connection:
        connection.return_value.open.side_effect = failure
        assert lights(account)["Mail"][0] == light


def test_a_check_that_fails_itself_is_red_and_stops_no_other(
    account: Account, host: Host, our_server: OurServer, caplog: pytest.LogCaptureFixture
) -> None:
    host.fails_with = HostRefusedToken("no")

    def broken(flight: registry.Flight) -> Any:
        raise KeyError(CANARY)

    broken_one = registry.Registered("Broken", broken, 5)
    with patch.object(registry, "_checks", [broken_one, *registry._checks]):
        found = lights(account)
    assert found["Broken"][0] == "red"
    assert len(found) > 5
    assert CANARY not in f"{found}{caplog.text}"


def test_it_ends_in_time(account: Account, host: Host, our_server: OurServer) -> None:
    with patch("tenants.preflight.services.MAX_SECONDS", -1):
        found = lights(account)
    assert {light for light, _said, _advice in found.values()} == {"amber"}


def test_a_slow_connection_takes_no_time_from_being_told(account: Account, host: Host, our_server: OurServer) -> None:
    make_connection(account, name="Shop 2", connector="demo")
    publish(account)
    asked: list[str] = []

    def slow(connection: Connection) -> registry.Result:
        asked.append(connection.name)
        moment[0] += 3600
        return registry.green("It answers.", about=connection.name)

    moment = [0.0]
    with patch("panels.preflight._try", slow), patch("tenants.preflight.registry.time.monotonic", lambda: moment[0]):
        found = lights(account)
    assert asked == ["Shop"]
    assert found["Connection: Shop"][0] == "green"
    assert "Not checked" in found["Connection: Shop 2"][1]


def test_a_red_light_is_a_notice_until_it_is_mended(account: Account, host: Host, our_server: OurServer) -> None:
    publish(account)
    tabs = dict(host.apps)
    host.apps.clear()
    lights(account)
    assert Notice.objects.get(kind="preflight", is_resolved=False).account == account
    host.apps = tabs
    lights(account)
    assert not Notice.objects.filter(kind="preflight", is_resolved=False).exists()


def test_nothing_of_another_account_is_in_it(account: Account, host: Host, our_server: OurServer) -> None:
    other = make_account(name="Canary")
    make_connection(other, name="Canary shop", connector="demo")
    make_app(other, title="Canary tab")
    assert "Canary" not in str(lights(account))
    assert not Preflight.objects.filter(account=other).exists()


def test_command(account: Account, host: Host, our_server: OurServer, capsys: pytest.CaptureFixture[str]) -> None:
    publish(account)
    call_command("preflight", account.name)
    told = capsys.readouterr().out
    assert "green  Host: It answers." in told
    host.apps.clear()
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("preflight", "--all")
    assert "→ Press “Publish”" in capsys.readouterr().out
