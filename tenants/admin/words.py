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
    "give account": _("account given"),
    "check_host": _("token checked"),
    "pause": _("paused"),
    "resume": _("resumed"),
    "drop_fetched": _("fetched data forgotten"),
    "link": _("customer linked"),
    "unlink": _("customer link undone"),
    "act": _("acted in a panel"),
    "set up second factor": _("second factor set up"),
    "renew recovery codes": _("recovery codes renewed"),
    "remove second factor": _("second factor removed"),
}
# What an entry of the audit tells besides fields of its row.
TOLD: dict[str, str | Promise] = {
    "done": _("done"),
    "failed": _("failed"),
    "old key good until": _("old key good until"),
    "action": _("action"),
    "outcome": _("outcome"),
    "contact": _("contact in the host"),
    "reference": _("reference"),
    "note": _("note"),
}
