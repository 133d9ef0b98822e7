"""The demonstration accounts' tabs in the stand-in host: what an operator would have published there."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from tenants.models import Account, DashboardApp
from voxysapps.simulator.addresses import Addresses, addresses_at
from voxysapps.simulator.models import RegisteredApp

_FRAME = re.compile(r"(?P<origin>https?://[^/]+)/a/(?P<key>[^/?#]+)/")


def addresses_of(account: Account) -> Addresses:
    """Return where the account's host and its frames are opened, as the account has it."""
    parts = urlsplit(account.host_origin)
    return addresses_at(parts.scheme, parts.netloc)


def registered_urls() -> list[str]:
    """Return the addresses of all tabs of the stand-in host."""
    return [content[0]["url"] for content in RegisteredApp.objects.values_list("content", flat=True)]


def register(app: DashboardApp) -> None:
    """Make the app a tab of its account in the host, unless it is one."""
    if app.key in _tabs(app.account):
        return
    url = f"{addresses_of(app.account).frames}/a/{app.key}/"
    row = RegisteredApp.objects.create(
        host_account_id=app.account.host_account_id, title=app.title, content=[{"type": "frame", "url": url}]
    )
    DashboardApp.objects.filter(pk=app.pk).update(host_id=row.pk)


def register_all(account: Account) -> None:
    """Make the enabled apps of an account that has no tabs in the host its tabs."""
    apps = DashboardApp.objects.for_account(account)
    apps.update(host_id=None)
    for app in apps.filter(is_enabled=True).select_related("account"):
        register(app)


def keep_registered(account: Account) -> None:
    """Let the account's tabs follow this server to its address; what was taken out of the host stays out."""
    tabs = _tabs(account)
    addresses = addresses_of(account)
    for app in DashboardApp.objects.for_account(account):
        if app.key not in tabs:
            continue
        origin, row = tabs[app.key]
        if origin not in (addresses.page, addresses.frames, settings.PUBLIC_URL):
            row.content = [{"type": "frame", "url": f"{addresses.frames}/a/{app.key}/"}]
            row.save(update_fields=["content"])
        # An account whose host has moved has forgotten what the host calls its apps.
        if app.host_id is None:
            DashboardApp.objects.filter(pk=app.pk).update(host_id=row.pk)
    if account.published_at is None:
        account.published_at = timezone.now()
        account.save(update_fields=["published_at"])


def _tabs(account: Account) -> dict[str, tuple[str, RegisteredApp]]:
    """Return the account's tabs in the host that lead to frames like ours: where to, by the key in their address."""
    rows = RegisteredApp.objects.filter(host_account_id=account.host_account_id)
    found = ((_FRAME.fullmatch(row.content[0]["url"]), row) for row in rows)
    return {match["key"]: (match["origin"], row) for match, row in found if match}
