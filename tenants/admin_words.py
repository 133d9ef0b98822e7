"""Short words for what lists have no room to explain."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.models import Trust
from tenants.secrets import HOOK_SECRET, HOST_TOKEN

TRUST: dict[str, str | Promise] = {
    Trust.SIGNED_IN: _("Signed in"),
    Trust.VERIFIED: _("Verified"),
    Trust.LINK: _("Link"),
}
SECRETS: dict[str, str | Promise] = {HOST_TOKEN: _("API token"), HOOK_SECRET: _("Webhook secret")}
ACTIONS: dict[str, str | Promise] = {
    "add": _("added"),
    "change": _("changed"),
    "delete": _("deleted"),
    "publish": _("published"),
    "revoke": _("ended"),
    "rotate_app_key": _("address changed"),
    "rotate_hook_key": _("webhook address changed"),
}
