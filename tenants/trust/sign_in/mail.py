"""The two mails of sign-in: fixed sentences, plain text, nothing of any customer."""

import datetime as dt
import zoneinfo

from babel.dates import format_datetime
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tenants.models import Account, AgentSession, DashboardApp

# Longer than a session lives.
_REVOKE_SECONDS = 35 * 24 * 3600
_signer = TimestampSigner(salt="tenants.trust.sign_in.revoke")


def send_code(account: Account, app: DashboardApp, *, to: str, code: str, minutes: int) -> None:
    """Mail the code to the agent's address as the host has it."""
    with translation.override(account.locale or settings.LANGUAGE_CODE):
        subject = _("Your code for the tabs in Voxys Connect")
        text = "\n\n".join(
            (
                _("Enter this code in the tab “%(tab)s”:") % {"tab": app.title},
                f"    {code}",
                _("It is valid for %(minutes)d minutes, once, and only in the tab that asked for it.")
                % {"minutes": minutes},
                _("Account: %(account)s") % {"account": account.name},
                _(
                    "If you have not asked for it, somebody else has. Then do nothing, and give the code to nobody:"
                    " nobody who works on Voxys will ever ask you for it."
                ),
            )
        )
        _send(subject, text, to)


def send_new_session(account: Account, session: AgentSession, *, origin: str, app_key: str) -> None:
    """Tell the agent that somebody signed in as them, with a link that ends it."""
    locale = account.locale or settings.LANGUAGE_CODE
    zone = zoneinfo.ZoneInfo(account.time_zone)
    with translation.override(locale):
        when = format_datetime(
            session.created_at.astimezone(zone), "medium", tzinfo=zone, locale=locale.replace("-", "_")
        )
        link = origin + reverse("sign-in-revoke", args=[app_key, _signer.sign(str(session.pk))])
        text = "\n\n".join(
            (
                _("You have signed in to the tabs in Voxys Connect."),
                _("When: %(when)s") % {"when": when},
                _("Browser: %(browser)s") % {"browser": session.browser or _("unknown")},
                _("Account: %(account)s") % {"account": account.name},
                _("Was it not you? This ends it:"),
                link,
            )
        )
        _send(_("New sign-in to the tabs in Voxys Connect"), text, session.agent_email)


def read_revocation(signed: str) -> int | None:
    """Return the session that the link ends, or None for a link that is old or not ours."""
    try:
        return int(_signer.unsign(signed, max_age=dt.timedelta(seconds=_REVOKE_SECONDS)))
    except (BadSignature, ValueError):
        return None


def _send(subject: str, text: str, to: str) -> None:
    # A line break in a name would be a header of its own; Django refuses it, we leave it out.
    EmailMessage(subject=" ".join(subject.split()), body=text + "\n", to=[to]).send()
