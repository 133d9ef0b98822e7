"""Whether the host still opens our tab at our address.

On old hosts any agent can point a tab at a copy of our sign-in form, which would pass on what is typed
into it. So nobody signs in to an app whose tab the host opens elsewhere.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from tenants.host.records import HostDashboardApp
from tenants.models import DashboardApp

_LOOPBACK = ["localhost", "127.0.0.1", "[::1]", ".localhost"]


def is_registered(app: DashboardApp, in_host: Sequence[HostDashboardApp]) -> bool:
    """Return whether the host has a tab with the app's address, and none of its title or key elsewhere."""
    ours = [one for one in in_host if any(is_ours(url, app) for url in one.urls)]
    astray = [one for one in in_host if one not in ours and _claims_to_be(one, app)]
    return bool(ours) and not astray and all(is_ours(url, app) for one in ours for url in one.urls)


def is_ours(url: str, app: DashboardApp) -> bool:
    """Return whether the address opens the app's frame, here."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    allowed = [*settings.ALLOWED_HOSTS, *(_LOOPBACK if settings.DEBUG else ())]
    return (
        parts.scheme in (("https", "http") if settings.DEBUG else ("https",))
        and not parts.username
        and parts.path == f"/a/{app.key}/"
        and validate_host(parts.hostname or "", [host.partition(":")[0] for host in allowed])
    )


def _claims_to_be(one: HostDashboardApp, app: DashboardApp) -> bool:
    return one.title.strip().casefold() == app.title.strip().casefold() or any(app.key in url for url in one.urls)
