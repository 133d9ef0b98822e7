"""The platform's own client of the host's API, against the stand-in over HTTP."""

import time
from contextlib import nullcontext

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tenants.host.client import EVENTS, EVENTS_OF_OLD_HOSTS, HostClient
from tenants.host.errors import (
    HostForbidden,
    HostLimited,
    HostNotFound,
    HostRefusedToken,
    HostRejected,
    HostUnreachable,
    HostUnreadable,
)
from tenants.models import Account, DashboardApp
from tenants.publishing.plan import make_plan
from tenants.publishing.services import publish
from tenants.secrets import get_hook_secret, set_host_token
from voxysapps.simulator.host import faults
from voxysapps.simulator.host.changes import set_fault
from voxysapps.simulator.host.faults import Fault
from voxysapps.simulator.host.tokens import agent_token
from voxysapps.simulator.seed import seed_demonstration

pytestmark = pytest.mark.django_db(transaction=True)

LANTERNA = 17
NORDLICHT = 23
AGENT = 52
ELSEWHERE = 53  # not a member of the WhatsApp inbox


@pytest.fixture
def account(live_server: LiveServer) -> Account:
    seed_demonstration(host_origins=[live_server.url], server=live_server.url.replace("localhost", "127.0.0.1"))
    return Account.objects.get(host_account_id=LANTERNA)


@pytest.fixture
def client(account: Account) -> HostClient:
    return HostClient(account)


def client_of(account: Account, agent_id: int) -> HostClient:
    return HostClient(account, token=agent_token(account.host_account_id, agent_id))


def test_seeded_token_is_an_administrators_of_the_account(client: HostClient) -> None:
    assert client.profile().roles == {LANTERNA: "administrator"}


def test_what_is_no_token_is_refused_before_it_is_sent(account: Account) -> None:
    for copied in ("tok\u200ben", "töken", "to\nken"):
        with pytest.raises(HostRefusedToken, match="Copy it once more"):
            HostClient(account, token=copied).profile()


def test_an_address_without_the_api_is_said_to_be_none(account: Account, live_server: LiveServer) -> None:
    account.host_api = f"{live_server.url.replace('localhost', '127.0.0.1')}/simulator"
    with pytest.raises(HostUnreadable, match="not its API"):
        HostClient(account, token="token").profile()


def test_agents_inboxes_and_members(client: HostClient) -> None:
    agents = {agent.id: agent for agent in client.agents()}
    assert agents[AGENT].email == "ruben.okoye@lanterna.example"
    assert (agents[AGENT].role, agents[AGENT].confirmed, agents[51].role) == ("agent", True, "administrator")
    assert {inbox.id: inbox.channel for inbox in client.inboxes()}[61] == "Channel::WebWidget"
    assert client.inbox_members(61) == {51, 52, 53}
    assert client.inbox_members(63) == {51, 52}
    assert {team.id: team.name for team in client.teams()} == {11: "workshop"}


def test_conversations_and_contacts(client: HostClient) -> None:
    conversation = client.conversation(611)
    assert conversation.contact is not None
    assert (conversation.id, conversation.inbox_id, conversation.account_id) == (611, 61, LANTERNA)
    assert (conversation.contact.id, conversation.contact.identifier) == (701, "lf-1007")
    assert (conversation.hmac_verified, conversation.assignee_id) == (True, AGENT)
    assert conversation.uuid
    assert client.conversation(612).hmac_verified is False
    assert client.contact(701).email == "agnes.thorvald@example.com"
    assert [contact.id for contact in client.search_contacts("AGNES.thor")] == [701]
    assert [one.id for one in client.contact_conversations(701)] == [611, 607, 604, 571]


def test_what_is_known_about_a_contact(client: HostClient) -> None:
    newest, older = client.contact_notes(701)
    assert newest.created_at
    assert older.created_at
    assert newest.created_at > older.created_at
    assert newest.author_name
    assert "brass lamp" in newest.content
    assert client.contact_labels(701) == ("regular", "repair")
    assert (client.contact_notes(702), client.contact_labels(702)) == ([], ())
    earlier = client.contact_conversations(701)[2]
    assert (earlier.status, earlier.labels, earlier.assignee_id) == ("snoozed", ("spare part",), AGENT)
    assert earlier.created_at
    assert earlier.last_activity_at
    assert earlier.created_at < earlier.last_activity_at
    with pytest.raises(HostNotFound):
        client.contact_notes(999)


def test_note_is_written_read_back_and_deleted(client: HostClient) -> None:
    note = client.create_note(611, "K7Q2-9XBM")

    (read,) = [message for message in client.messages(611) if message.id == note.id]
    assert (read.content, read.private, read.sender_type, read.sender_id) == ("K7Q2-9XBM", True, "user", 51)
    assert read.created_at is not None
    assert abs(read.created_at - time.time()) < 5
    assert client.messages(611)[-1].id == note.id

    client.delete_message(611, note.id)
    assert "K7Q2-9XBM" not in [message.content for message in client.messages(611)]


def test_dashboard_apps_are_those_registered(client: HostClient, account: Account) -> None:
    own = client.dashboard_apps()
    keys = [app.key for app in account.dashboard_apps.all()]
    assert [app.urls[0].split("/a/")[1] for app in own] == [f"{key}/" for key in keys]
    assert [app.id for app in own] == [app.host_id for app in account.dashboard_apps.all()]

    created = client.create_dashboard_app("More", "https://app.example.com/a/x/")
    client.update_dashboard_app(created.id, "Less", "https://app.example.com/a/y/")
    assert next(one for one in client.dashboard_apps() if one.id == created.id).title == "Less"
    client.update_dashboard_app(own[0].id, "Drifted", "https://elsewhere.example.com/a/x/")
    client.delete_dashboard_app(own[1].id)
    assert [(app.title, app.urls) for app in client.dashboard_apps()] == [
        ("Drifted", ("https://elsewhere.example.com/a/x/",)),
        ("History", own[2].urls),
        ("Less", ("https://app.example.com/a/y/",)),
    ]


def test_demonstration_is_published_already(account: Account, settings: Settings, live_server: LiveServer) -> None:
    settings.DEBUG = True  # frames without TLS
    settings.PUBLIC_URL = live_server.url.replace("localhost", "127.0.0.1")
    assert make_plan(account).is_empty


def test_webhooks_have_secrets(client: HostClient, account: Account) -> None:
    (seeded,) = client.webhooks()
    assert seeded.url.endswith(f"/hooks/{account.hook_key}/")
    created = client.create_webhook("http://127.0.0.1:9/hooks/x/")
    assert created.secret
    assert set(created.subscriptions) == set(EVENTS)
    with pytest.raises(HostRejected, match="Url has already been taken"):
        client.create_webhook("http://127.0.0.1:9/hooks/x/")
    client.delete_webhook(created.id)
    assert client.webhooks() == [seeded]


def test_what_is_not_there_is_not_found(client: HostClient) -> None:
    for ask in (client.conversation, client.contact, client.inbox_members, client.delete_webhook):
        with pytest.raises(HostNotFound):
            ask(4_711)
    with pytest.raises(HostNotFound):
        client.delete_message(611, 1)
    with pytest.raises(HostNotFound):
        client.conversation(1421)  # Fernweh's


def test_agents_may_less_than_administrators(account: Account) -> None:
    client = client_of(account, ELSEWHERE)
    assert client.profile().roles == {LANTERNA: "agent"}
    assert client.dashboard_apps()
    assert [inbox.id for inbox in client.inboxes()] == [61, 62]
    for ask in (
        client.webhooks,
        lambda: client.create_dashboard_app("Mine", "https://app.example.com/a/x/"),
        lambda: client.conversation(614),
        lambda: client.create_note(614, "Hello"),
        lambda: client.inbox_members(63),
    ):
        with pytest.raises(HostForbidden):
            ask()
    assert client_of(account, AGENT).conversation(614).id == 614


def test_token_of_another_account_is_no_help(account: Account) -> None:
    fernweh = agent_token(4, 11)
    with pytest.raises(HostForbidden):
        HostClient(account, token=fernweh).agents()
    with pytest.raises(HostRefusedToken):
        HostClient(account, token="made up").agents()


@pytest.fixture
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "SLOW_SECONDS", 0.6)


@pytest.mark.usefixtures("_no_patience")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.DOWN, HostUnreachable),
        (Fault.SLOW, HostUnreachable),
        (Fault.BAD_TOKEN, HostRefusedToken),
        (Fault.LIMITED, HostLimited),
    ],
)
def test_faults_are_what_the_client_calls_them(account: Account, fault: Fault, error: type[Exception]) -> None:
    set_fault(LANTERNA, fault)
    client = HostClient(account, timeout=0.3)
    with pytest.raises(error):
        client.agents()
    with pytest.raises(error):
        client.profile()


@pytest.mark.parametrize(
    ("fault", "apps_error", "webhooks_error"),
    [(Fault.NO_APPS, HostForbidden, None), (Fault.NO_WEBHOOKS, None, HostForbidden)],
)
def test_what_may_not_be_changed_can_be_read(
    client: HostClient, fault: Fault, apps_error: type[Exception] | None, webhooks_error: type[Exception] | None
) -> None:
    set_fault(LANTERNA, fault)
    (first, *_others), (webhook,) = client.dashboard_apps(), client.webhooks()
    for error, asks in (
        (
            apps_error,
            (
                lambda: client.create_dashboard_app("More", "https://app.example.com/a/x/"),
                lambda: client.update_dashboard_app(first.id, "Other", "https://app.example.com/a/x/"),
                lambda: client.delete_dashboard_app(first.id),
            ),
        ),
        (
            webhooks_error,
            (lambda: client.create_webhook("http://127.0.0.1:9/x"), lambda: client.delete_webhook(webhook.id)),
        ),
    ):
        for ask in asks:
            with pytest.raises(error) if error else nullcontext():
                ask()


def test_limited_host_says_how_long_to_wait(account: Account, client: HostClient) -> None:
    set_fault(LANTERNA, Fault.LIMITED)
    with pytest.raises(HostLimited) as limited:
        client.agents()
    assert limited.value.retry_after == faults.RETRY_AFTER_SECONDS


def test_plan_limit_refuses_what_is_new_and_nothing_else(account: Account, client: HostClient) -> None:
    set_fault(LANTERNA, Fault.PLAN_LIMIT)
    assert client.agents()
    with pytest.raises(HostRejected, match="higher plan"):
        client.create_webhook("http://127.0.0.1:9/hooks/x/")


def test_old_host_lacks_what_came_later(account: Account) -> None:
    set_fault(LANTERNA, Fault.OLD)
    client = HostClient(account)
    conversation = client.conversation(611)
    assert (conversation.uuid, conversation.hmac_verified, conversation.account_id) == (None, None, LANTERNA)
    assert client.webhooks()[0].secret is None
    # Any agent may change the tabs there.
    assert client_of(account, AGENT).create_dashboard_app("Mine", "https://app.example.com/a/x/").title == "Mine"
    # Those it does not know spoil the whole call; the client then asks for the old ones.
    created = client.create_webhook("http://127.0.0.1:9/hooks/x/", (*EVENTS, "conversation_typing_on"))
    assert (created.subscriptions, created.secret) == (EVENTS_OF_OLD_HOSTS, None)


def test_account_that_an_operator_connects_is_published_into(live_server: LiveServer, settings: Settings) -> None:
    server = live_server.url.replace("localhost", "127.0.0.1")
    settings.DEBUG = True  # frames without TLS
    settings.PUBLIC_URL = server
    account = Account.objects.create(
        name="Nordlicht",
        host_origin=live_server.url,
        host_account_id=NORDLICHT,
        host_api=f"{server}/simulator/host",
        host_proved_at=timezone.now(),
    )
    set_host_token(account, agent_token(NORDLICHT, 71))
    host = HostClient(account)
    assert host.profile().roles == {NORDLICHT: "administrator"}
    assert {agent.id: agent.role for agent in host.agents()} == {71: "administrator", 72: "agent"}
    assert [team.name for team in host.teams()] == ["verksted"]
    assert (host.dashboard_apps(), host.webhooks()) == ([], [])
    app = DashboardApp.objects.create(account=account, title="Customer")

    assert publish(account).is_complete

    (tab,), (webhook,) = host.dashboard_apps(), host.webhooks()
    app.refresh_from_db()
    assert (tab.id, tab.title, tab.urls) == (app.host_id, "Customer", (f"{server}/a/{app.key}/",))
    assert (webhook.url, webhook.secret) == (f"{server}/hooks/{account.hook_key}/", get_hook_secret(account))
    shown = Client().get(f"/simulator/data/{NORDLICHT}.json").json()["dashboard_apps"]
    assert [(one["id"], one["title"]) for one in shown] == [(tab.id, "Customer")]
    # Another start of the server leaves it alone.
    seed_demonstration(host_origins=["http://localhost:9000"])
    assert (host.dashboard_apps(), host.webhooks()) == ([tab], [webhook])
