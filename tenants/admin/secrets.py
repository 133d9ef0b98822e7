"""What the admin tells of secrets: their last characters, their age and when they were last used."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from tenants.secrets import SecretInfo, describe_secrets


def secrets_table(owner: Any, labels: Mapping[str, str | Promise]) -> SafeString | str:
    """Return the live secrets of an account, connection or placement, one a line, called by their labels."""
    secrets = describe_secrets(owner)
    if not secrets:
        return "-"
    return format_html(
        "<ul>{}</ul>",
        format_html_join("", "<li>{}</li>", ((_sentence(one, labels.get(one.name, one.name)),) for one in secrets)),
    )


def _sentence(secret: SecretInfo, label: str | Promise) -> str:
    parts = [
        f"{label} …{secret.last4}",
        _("entered %(time)s ago") % {"time": timesince(secret.created_at)},
        _("last used %(time)s ago") % {"time": timesince(secret.last_used_at)}
        if secret.last_used_at
        else _("not used yet"),
    ]
    if not secret.is_readable:
        parts.append(_("cannot be opened any longer: enter it again"))
    if secret.ends_at:
        parts.append(_("good until %(time)s") % {"time": date_format(secret.ends_at, "SHORT_DATETIME_FORMAT")})
    return ", ".join(parts)
