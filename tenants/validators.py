"""What may be stored for an account. Every message says what to enter instead."""

import re
import zoneinfo
from functools import cache
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

APP_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?|\[[0-9a-f:.]+\]")

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def validate_origin(value: str) -> None:
    """Refuse what a browser would not report as `event.origin`: `https://name[:port]`, lower case.

    Without TLS whoever is on the way can be the host: http is for this machine, and with DEBUG on.
    """
    _validate_shape_of_origin(value)
    parts = urlsplit(value)
    if parts.scheme != "https" and not settings.DEBUG and parts.hostname not in _THIS_MACHINE:
        raise ValidationError(
            _("“%(value)s” can be forged by whoever is on the way to it. Enter an address with https."),
            params={"value": value},
        )


def is_origin(value: object) -> bool:
    """Return whether `validate_origin` would let it pass."""
    try:
        validate_origin(value)  # type: ignore[arg-type]
    except (ValidationError, TypeError, AttributeError):
        return False
    return True


def _validate_shape_of_origin(value: str) -> None:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    origin = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    if default is None or port == default or origin != value or not _HOST.fullmatch(host or ""):
        raise ValidationError(
            _("“%(value)s” is no address of a host. Enter scheme and name only, such as https://app.voxys.example"),
            params={"value": value},
        )


def validate_api_address(value: str) -> None:
    """Refuse what is no http(s) address of an API: `https://name[:port][/path]`."""
    scheme, _separator, rest = value.partition("://")
    name, slash, path = rest.partition("/")
    try:
        _validate_shape_of_origin(f"{scheme}://{name}")
    except ValidationError:
        path = "?"
    if not re.fullmatch(r"[A-Za-z0-9._/-]*", path) or ".." in path or (slash and not path) or path.endswith("/"):
        raise ValidationError(
            _(
                "“%(value)s” is no address of an API. Enter one such as https://voxys.internal or https://voxys.internal/path"
            ),
            params={"value": value},
        )


def validate_origins(value: object) -> None:
    """Refuse anything but a list of origins."""
    if not isinstance(value, list) or not all(isinstance(origin, str) for origin in value):
        raise ValidationError(_('Enter a list of addresses, such as ["https://support.example.com"].'))
    for origin in value:
        validate_origin(origin)


def validate_ids(value: object) -> None:
    """Refuse anything but a list of the host's numbers."""
    if not isinstance(value, list) or not all(type(id_) is int and 0 < id_ < 2**63 for id_ in value):
        raise ValidationError(_("Enter a list of numbers, such as [1, 5]."))


def validate_app_key(value: str) -> None:
    """Refuse a key that could be guessed or would not fit in a URL."""
    if not APP_KEY.fullmatch(value):
        raise ValidationError(_("A key has 22 to 64 letters, digits, “-” or “_”."))


def validate_locale(value: str) -> None:
    """Refuse a language that Babel does not know."""
    try:
        Locale.parse(value, sep="-")
    except (UnknownLocaleError, ValueError):
        raise ValidationError(
            _("“%(value)s” is no language we know. Enter one such as en, de or pt-BR."), params={"value": value}
        ) from None


def validate_time_zone(value: str) -> None:
    """Refuse a zone that is not in the time zone database."""
    if value not in _time_zones():
        raise ValidationError(
            _("“%(value)s” is no time zone we know. Enter one such as Europe/Berlin or UTC."), params={"value": value}
        )


@cache
def _time_zones() -> frozenset[str]:
    # Opens a thousand files to find out.
    return frozenset(zoneinfo.available_timezones())
