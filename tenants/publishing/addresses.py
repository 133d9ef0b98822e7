"""Our own addresses as the host's browsers and servers need them, and how to recognise them again."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from tenants.models import Account, DashboardApp

_FRAME = re.compile(r"^/a/([A-Za-z0-9_-]{22,64})/?$")
_HOOK = re.compile(r"^/hooks/([A-Za-z0-9_-]{22,64})/?$")


def public_url() -> str:
    """Return the address under which agents' browsers reach us, without a slash at the end. Raises ValidationError."""
    url: str = settings.PUBLIC_URL.rstrip("/")
    parts = urlsplit(url)
    if not url:
        raise ValidationError(
            _("Set PUBLIC_URL to the address under which agents reach this server, such as https://apps.example.com.")
        )
    if not parts.hostname or parts.path or parts.query or parts.scheme not in {"https", "http"}:
        raise ValidationError(
            _("PUBLIC_URL is “%(url)s”. Set it to scheme and name only, such as https://apps.example.com.")
            % {"url": url}
        )
    if parts.scheme == "http" and not settings.DEBUG:
        raise ValidationError(_("PUBLIC_URL begins with http://. Browsers load frames in Voxys over https only."))
    return url


def frame_url(app: DashboardApp) -> str:
    """Return the address that the app's tab opens."""
    return public_url() + reverse("frame", args=[app.key])


def hook_url(account: Account) -> str:
    """Return the address that the account's webhook is sent to."""
    return public_url() + reverse("hook", args=[account.hook_key])


def frame_key(url: str) -> str | None:
    """Return the app's key in the address of a frame, whosever server it is on, or None."""
    return _key(_FRAME, url)


def hook_key(url: str) -> str | None:
    """Return the account's key in the address of a webhook, whosever server it is on, or None."""
    return _key(_HOOK, url)


def is_here(url: str) -> bool:
    """Return whether the address is on this server."""
    ours = urlsplit(public_url())
    try:
        theirs = urlsplit(url)
        place = (theirs.scheme, theirs.hostname, theirs.port)
    except ValueError:
        return False
    return place == (ours.scheme, ours.hostname, ours.port)


def _key(shape: re.Pattern[str], url: str) -> str | None:
    try:
        found = shape.match(urlsplit(url).path)
    except ValueError:
        return None
    return found[1] if found else None
