"""Celery tasks of sign-in. A code is made here: it is in no task's arguments and in no request."""

import logging
import smtplib
from collections.abc import Callable

from celery import shared_task
from django.utils.translation import gettext_noop

from tenants.host.client import HostClient
from tenants.host.errors import HostError
from tenants.models import Account, AgentSession, DashboardApp
from tenants.notices import raise_notice, resolve_notice
from tenants.trust.sign_in import challenges, completion, limits, mail
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)


@shared_task(name="tenants.send_sign_in_code")
def send_sign_in_code(account_id: int, challenge_id: str) -> None:
    """Mail a code to the agent the challenge names, if there is such an agent."""
    challenge = challenges.get(account_id, challenge_id)
    account = Account.objects.filter(pk=account_id, is_active=True, host_proved_at__isnull=False).first()
    if challenge is None or account is None:
        return
    app = DashboardApp.objects.for_account(account_id).filter(pk=challenge.app_id).first()
    if app is None:
        return
    client = HostClient(account)
    try:
        agent = completion.find_agent(client.agents(), challenge.agent_id, challenge.email)
        if agent is None or not completion.require_registered(account, app, client):
            return
    except HostError as error:
        logger.warning("no code sent: account=%s: %s", account_id, place_of(error))
        if not error.temporary:
            raise_notice(account, "host-refuses", error.detail)
        return
    if not limits.take_mail(account_id, agent.id):
        raise_notice(
            account, "too-many-mails", gettext_noop("An agent, or the account, has had too many codes mailed.")
        )
        return
    code = challenges.new_code(account_id, challenge, agent_id=agent.id)
    _deliver(
        account, lambda: mail.send_code(account, app, to=agent.email, code=code, minutes=challenges.LIFE_SECONDS // 60)
    )


@shared_task(name="tenants.tell_new_session")
def tell_new_session(account_id: int, session_id: int, app_key: str, origin: str) -> None:
    """Mail the agent that a session has begun, with a link that ends it."""
    session = AgentSession.objects.for_account(account_id).filter(pk=session_id).select_related("account").first()
    if session is not None and session.agent_email:
        _deliver(
            session.account, lambda: mail.send_new_session(session.account, session, origin=origin, app_key=app_key)
        )


def _deliver(account: Account, send: Callable[[], None]) -> None:
    try:
        send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        logger.error("mail not sent: account=%s: %s", account.pk, place_of(error))  # noqa: TRY400 - its text may name a person
        raise_notice(
            account, "mail-failing", gettext_noop("Mail cannot leave, so agents get no codes. Check EMAIL_URL.")
        )
    else:
        resolve_notice(account, "mail-failing")
