"""Makes the demonstration accounts exist in the database, and tells what they hold."""

import base64
import secrets
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.text import slugify
from msgspec import structs

from panels.declarations.applying import apply_plan, plan
from panels.declarations.shapes import AccountShape, AppShape, Declarations, Declared
from panels.models import Connection
from tenants import audit
from tenants.host.client import EVENTS
from tenants.models import APP_KEY_BYTES, Account, DashboardApp
from voxysapps.simulator.addresses import HOST_PATH
from voxysapps.simulator.declared import (
    connections_of,
    declared_accounts,
    declared_apps,
    declared_connections,
    secret_values,
)
from voxysapps.simulator.demonstration import DEMONSTRATION_ACCOUNTS
from voxysapps.simulator.demonstration.records import conversation_uuid
from voxysapps.simulator.demonstration.shapes import DemonstrationAccount
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
    addresses = {
        "host_origin": host_origins[0],
        "extra_host_origins": host_origins[1:],
        "host_api": f"{server}{HOST_PATH}",
    }
    with audit.acting(None, "system", name="demonstration"):
        for seed in DEMONSTRATION_ACCOUNTS:
            if not _is_operators(seed, host_origins[0]):
                _seed(seed, addresses, server)


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


def _is_operators(seed: DemonstrationAccount, host_origin: str) -> bool:
    """Return whether an operator has connected this account of the host by hand."""
    theirs = Account.objects.filter(is_demonstration=False, host_proved_at__isnull=False)
    return theirs.filter(host_origin=host_origin, host_account_id=seed.host_account_id).exists()


def _seed(seed: DemonstrationAccount, addresses: dict[str, Any], server: str) -> None:
    account = _moved_here(seed, addresses)
    webhook = _webhook(seed, account, server)
    shape = structs.replace(declared_accounts()[seed.host_account_id], **addresses)
    missing = _missing(shape, account) if account else shape
    # The stand-in host is ours, and not there yet: it is not asked whether the token is good.
    values = secret_values(shape, host_token=administrator_token(seed), hook_secret=webhook.secret)
    _apply(missing, account, values)
    account = Account.objects.get(
        host_origin=shape.host_origin, host_account_id=seed.host_account_id, host_proved_at__isnull=False
    )
    if not account.is_demonstration:
        account.is_demonstration = True
        account.save(update_fields=["is_demonstration"])
    _lead(webhook, _hook_address(account, server))
    for position, app in enumerate(declared_apps(shape)):
        if app in declared_apps(missing):
            _address(account, app, position)
    keep_registered(account)


def _moved_here(seed: DemonstrationAccount, addresses: dict[str, Any]) -> Account | None:
    """Return the account, with the addresses of this run, where there is one already."""
    account = Account.objects.filter(is_demonstration=True, host_account_id=seed.host_account_id).first()
    if account and any(getattr(account, name) != value for name, value in addresses.items()):
        for name, value in addresses.items():
            setattr(account, name, value)
        # Another destination: this clears the secrets.
        account.save(update_fields=list(addresses))
    return account


def _missing(shape: AccountShape, account: Account) -> AccountShape:
    """Return what has to be done to an account that is there: its secrets, and apps that it does not have."""
    apps = [app for app in declared_apps(shape) if not _exists(account, app)]
    stored = set(Connection.objects.for_account(account).values_list("name", flat=True))
    needed = connections_of(apps) - stored
    return AccountShape(
        name=account.name,
        host_origin=shape.host_origin,
        host_account_id=shape.host_account_id,
        host_token=shape.host_token,
        hook_secret=shape.hook_secret,
        connections=[one for one in declared_connections(shape) if one.name in needed],
        apps=apps,
    )


def _apply(shape: AccountShape, account: Account | None, values: dict[str, str]) -> None:
    """Make it so. `account` None: there is none yet, whatever others may be called."""
    declarations = Declarations((Declared("accounts.yaml", shape),))
    visible = Account.objects.filter(pk=account.pk) if account else Account.objects.none()
    # Without a rehearsal: the accounts keep small numbers of their own, 1, 2 and 3.
    for chosen in plan(declarations, visible=visible, rehearses=False, secrets=values):
        if problems := apply_plan(chosen, asks_host=False).problems:
            raise ValueError("\n".join(map(str, problems)))


def _webhook(seed: DemonstrationAccount, account: Account | None, server: str) -> Webhook:
    """Return the host's webhook that leads to the platform, whoever registered it there; or a new one."""
    rows = Webhook.objects.filter(host_account_id=seed.host_account_id)
    registered = rows.filter(url=_hook_address(account, server)).first() if account else None
    return (
        registered
        or rows.filter(is_seeded=True).first()
        or Webhook(
            host_account_id=seed.host_account_id,
            name="Dashboard apps",
            subscriptions=list(EVENTS),
            secret=secrets.token_urlsafe(24),
        )
    )


def _lead(webhook: Webhook, url: str) -> None:
    """Let the webhook lead to the platform, and no other that was seeded."""
    if (webhook.url, webhook.is_seeded) != (url, True):
        webhook.url, webhook.is_seeded = url, True
        webhook.save()
    seeded = Webhook.objects.filter(host_account_id=webhook.host_account_id, is_seeded=True)
    seeded.exclude(pk=webhook.pk).delete()


def _hook_address(account: Account, server: str) -> str:
    return f"{server}/hooks/{account.hook_key}/"


def _exists(account: Account, app: AppShape) -> bool:
    # By key, because an operator may rename it; by title, because another secret makes another key.
    apps = DashboardApp.objects.for_account(account)
    return apps.filter(key=_key(account, app)).exists() or apps.filter(title=app.title).exists()


def _address(account: Account, app: AppShape, position: int) -> None:
    """Give an app that was just made its place and its key, and make it a tab of the host."""
    row = DashboardApp.objects.for_account(account).get(title=app.title)
    row.account, row.key, row.position = account, _key(account, app), position
    row.save(update_fields=["key", "position"])
    register(row)


def _key(account: Account, app: AppShape) -> str:
    # The same key in every run of this installation, so that bookmarks and the host's list stay valid.
    name = f"{account.host_account_id}/{slugify(app.title)}"
    digest = salted_hmac("voxysapps.simulator.seed", name, algorithm="sha256")
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
