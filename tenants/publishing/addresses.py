"""Our own addresses as the host's browsers and servers need them, and how to recognise them again."""

import re
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from tenants.models import Account, DashboardApp

_FRAME = re.compile(r"^/a/([A-Za-z0-9_-]{22,64})/?$")
_HOOK = re.compile(r"^/hooks/([A-Za-z0-9_-]{22,64})/?$")
_PORTS = {"https": 443, "http": 80}


def public_url() -> str:
    """Return the address under which agents' browsers reach us, without a slash at the end. Raises ValidationError."""
    url: str = settings.PUBLIC_URL.rstrip("/")
    parts = _parts(url)
    if not url:
        raise ValidationError(
            _("Set PUBLIC_URL to the address under which agents reach this server, such as https://apps.example.com.")
        )
    if parts is None or not parts.hostname or parts.path or parts.query or parts.scheme not in _PORTS:
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
    parts = _parts(url)
    return parts is not None and _place(parts) == _place(urlsplit(public_url()))


def is_same(url: str, other: str) -> bool:
    """Return whether two addresses lead to the same, however scheme, name and port are written.

    The rest counts to the letter: without the slash at its end an address of ours answers 404.
    """
    one, two = _parts(url), _parts(other)
    return one is not None and two is not None and (_place(one), one[2:]) == (_place(two), two[2:])


def server_of(url: str) -> str:
    """Return scheme and name of an address."""
    parts = _parts(url)
    return f"{parts.scheme}://{parts.netloc}" if parts is not None else url


def _place(parts: SplitResult) -> tuple[str, str, str | None, int | None]:
    user, _at, _name = parts.netloc.rpartition("@")
    return parts.scheme, user, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _place(parts)
    except ValueError:
        return None
    return parts


def _key(shape: re.Pattern[str], url: str) -> str | None:
    parts = _parts(url)
    found = shape.match(parts.path) if parts is not None else None
    return found[1] if found else None
