"""Makes the demonstration accounts exist in the database, and tells what they hold."""

import base64
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from panels.models import Connection, Placement
from tenants.host.client import EVENTS
from tenants.models import APP_KEY_BYTES, Account, DashboardApp
from tenants.secrets import get_hook_secret, get_host_token, set_hook_secret, set_host_token
from voxysapps.sealing import SealBroken
from voxysapps.simulator.addresses import HOST_PATH
from voxysapps.simulator.demonstration import DEMONSTRATION_ACCOUNTS
from voxysapps.simulator.demonstration.records import conversation_uuid
from voxysapps.simulator.demonstration.shapes import AppSeed, DemonstrationAccount
from voxysapps.simulator.host.tokens import administrator_token
from voxysapps.simulator.models import Webhook
from voxysapps.simulator.registration import keep_registered, register


@transaction.atomic
def seed_demonstration(*, host_origins: list[str], server: str | None = None) -> None:
    """Create what is missing of the demonstration accounts, and point them to `host_origins`.

    Their host's API is the stand-in's at `server`: this server, as its own processes reach it.
    What exists already stays as an operator left it: titles, placements, connections, trust, and the tabs in the host.
    """
    server = server or own_address(host_origins[0])
    for seed in DEMONSTRATION_ACCOUNTS:
        account = _account(seed, host_origins, server)
        _connect(account, seed, server)
        for position, app in enumerate(seed.apps):
            if not _exists(account, app):
                register(_create_app(account, seed, app, position))
        keep_registered(account)


def demonstration_state() -> list[dict[str, Any]]:
    """Return the demonstration accounts with their agents, conversations and apps, JSON-able."""
    seeds = {seed.host_account_id: seed for seed in DEMONSTRATION_ACCOUNTS}
    accounts = Account.objects.filter(is_demonstration=True, host_account_id__in=seeds).order_by("id")
    return [_state(account, seeds[account.host_account_id]) for account in accounts]


def demonstration_apps(account: Account) -> list[dict[str, Any]]:
    """Return the account's enabled apps in the order of its tabs."""
    apps = DashboardApp.objects.for_account(account).filter(is_enabled=True).prefetch_related("placements")
    return [
        {
            "id": app.pk,
            "title": app.title,
            "key": app.key,
            "placements": [{"id": placement.pk, "panel": placement.panel} for placement in app.placements.all()],
        }
        for app in apps
    ]


def own_address(base_url: str) -> str:
    """Return how processes on this machine reach the server of `base_url`, past what a browser makes of its name."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://127.0.0.1:{parts.port or 80}" if parts.hostname == "localhost" else base_url


def _account(seed: DemonstrationAccount, host_origins: list[str], server: str) -> Account:
    addresses = {
        "host_origin": host_origins[0],
        "extra_host_origins": host_origins[1:],
        "host_api": f"{server}{HOST_PATH}",
    }
    account, _created = Account.objects.get_or_create(
        host_account_id=seed.host_account_id,
        is_demonstration=True,
        defaults={
            "name": seed.name,
            "trust": seed.trust,
            "sign_in_method": seed.sign_in_method,
            "time_zone": seed.time_zone,
            **addresses,
        },
    )
    if any(getattr(account, name) != value for name, value in addresses.items()):
        for name, value in addresses.items():
            setattr(account, name, value)
        # Another destination: this clears the secrets.
        account.save(update_fields=list(addresses))
    return account


def _connect(account: Account, seed: DemonstrationAccount, server: str) -> None:
    """Give the account what an operator would enter, and the host what the platform would register there."""
    token = administrator_token(seed)
    if _stored(get_host_token, account) != token:
        set_host_token(account, token)
    webhook = _webhook(account, f"{server}/hooks/{account.hook_key}/")
    if _stored(get_hook_secret, account) != webhook.secret:
        set_hook_secret(account, webhook.secret)
    if not account.is_proved:
        # The stand-in host is ours: nothing to prove.
        account.host_proved_at = timezone.now()
        account.save(update_fields=["host_proved_at"])


def _webhook(account: Account, url: str) -> Webhook:
    """Return the host's webhook that leads to the platform, whoever registered it there."""
    rows = Webhook.objects.filter(host_account_id=account.host_account_id)
    webhook = rows.filter(url=url).first() or rows.filter(is_seeded=True).first()
    if webhook is None:
        return rows.create(
            host_account_id=account.host_account_id,
            is_seeded=True,
            name="Dashboard apps",
            url=url,
            subscriptions=list(EVENTS),
            secret=secrets.token_urlsafe(24),
        )
    rows.filter(is_seeded=True).exclude(pk=webhook.pk).delete()
    if (webhook.url, webhook.is_seeded) != (url, True):
        webhook.url, webhook.is_seeded = url, True
        webhook.save(update_fields=["url", "is_seeded"])
    return webhook


def _stored(read: Callable[[Account], str | None], account: Account) -> str | None:
    try:
        return read(account)
    except SealBroken:
        # Sealed with keys of before.
        return None


def _exists(account: Account, app: AppSeed) -> bool:
    # By key, because an operator may rename it; by title, because another secret makes another key.
    apps = DashboardApp.objects.for_account(account)
    return apps.filter(key=_key(account, app)).exists() or apps.filter(title=app.title).exists()


def _create_app(account: Account, seed: DemonstrationAccount, app: AppSeed, position: int) -> DashboardApp:
    row = DashboardApp.objects.create(account=account, title=app.title, key=_key(account, app), position=position)
    for place, placement in enumerate(app.placements):
        placed = Placement.objects.create(
            account=account, dashboard_app=row, panel=placement.panel, title=placement.title, position=place
        )
        for name in placement.connections:
            placed.connections.add(_connection(account, seed, name))
    return row


def _connection(account: Account, seed: DemonstrationAccount, name: str) -> Connection:
    settings = next(connection.settings for connection in seed.connections if connection.name == name)
    connection, _ = Connection.objects.for_account(account).get_or_create(
        account=account, name=name, defaults={"connector": "demo", "settings": settings}
    )
    return connection


def _key(account: Account, app: AppSeed) -> str:
    # The same key in every run of this installation, so that bookmarks and the host's list stay valid.
    digest = salted_hmac("voxysapps.simulator.seed", f"{account.host_account_id}/{app.slug}", algorithm="sha256")
    return base64.urlsafe_b64encode(digest.digest()[:APP_KEY_BYTES]).decode().rstrip("=")


def _state(account: Account, seed: DemonstrationAccount) -> dict[str, Any]:
    channels = {inbox.id: f"Channel::{inbox.channel}" for inbox in seed.inboxes}
    return {
        "id": account.pk,
        "name": account.name,
        "trust": account.trust,
        "host_account_id": account.host_account_id,
        "agents": [{"id": agent.id, "name": agent.name, "email": agent.email} for agent in seed.agents],
        "conversations": [
            {
                "id": talk.id,
                "uuid": None if talk.shape in ("old", "oldest") else conversation_uuid(seed, talk),
                "contact": {
                    "id": talk.person.id,
                    "name": talk.person.name,
                    "email": talk.person.email,
                    "phone_number": talk.person.phone_number,
                    "identifier": talk.person.identifier,
                },
                "channel": channels[talk.inbox],
                "inbox_id": talk.inbox,
            }
            for talk in seed.talks
        ],
        "apps": demonstration_apps(account),
    }
