"""From a right answer to a session."""

import logging
import time

from django.utils.translation import gettext_noop

from tenants.host.client import HostClient
from tenants.host.errors import HostError
from tenants.host.records import HostAgent, HostMessage
from tenants.models import Account, DashboardApp
from tenants.notices import raise_notice
from tenants.trust.confirmation import may_see
from tenants.trust.records import Evidence
from tenants.trust.sign_in import addresses, challenges
from tenants.trust.sign_in.challenges import Challenge, Code
from tenants.webhooks import echoes
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

# The host's clock and ours may differ by so much.
_DRIFT_SECONDS = 120


def find_agent(agents: list[HostAgent], agent_id: int | None, email: str | None = None) -> HostAgent | None:
    """Return the agent who was named, by id or else by address, if there is one who has accepted the invitation."""
    for agent in agents:
        is_named = agent.id == agent_id if agent_id is not None else _same(agent.email, email)
        if is_named and agent.confirmed and agent.email:
            return agent
    return None


def require_registered(account: Account, app: DashboardApp, client: HostClient) -> bool:
    """Return whether the host opens the app's tab at our address; tell the operator if it does not."""
    if addresses.is_registered(app, client.dashboard_apps()):
        return True
    raise_notice(
        account,
        "app-address-drifted",
        gettext_noop("A tab in Voxys does not open at our address. Nobody can sign in to it until that is put right.")
        + f" ({app.title})",
    )
    return False


def find_note(
    account: Account, challenge: Challenge, code: Code | None, client: HostClient
) -> tuple[HostAgent, HostMessage] | None:
    """Return who wrote the code as a private note into the challenge's conversation, or None while nobody has.

    Read through the API, never from a webhook. The note counts if it is the claimed agent's, newer than the
    challenge, says nothing else, and is of an agent who may see the conversation.
    """
    if challenge.conversation_id is None:
        return None
    for message in client.messages(challenge.conversation_id):
        if not (message.private and message.sender_type == "user" and message.sender_id):
            continue
        if challenge.agent_id is not None and message.sender_id != challenge.agent_id:
            continue
        if message.conversation_id not in {None, challenge.conversation_id}:
            continue
        if (message.created_at or 0) < challenge.begun_at - _DRIFT_SECONDS:
            continue
        if not challenges.is_note(account.pk, challenge, code, message.content):
            continue
        agent = find_agent(client.agents(), message.sender_id)
        if agent is None or not _may_see(account, agent.id, challenge.conversation_id):
            return None
        return agent, message
    return None


def delete_note(account: Account, challenge: Challenge, message: HostMessage, client: HostClient) -> None:
    """Delete the note that has done its work. It is worth nothing any longer, so a failure is only noted."""
    echoes.remember(account.pk, message.id)
    try:
        client.delete_message(challenge.conversation_id or 0, message.id)
    except HostError as error:
        logger.warning("sign-in note not deleted: account=%s: %s", account.pk, place_of(error))
        raise_notice(
            account, "note-not-deleted", gettext_noop("A sign-in note could not be deleted; agents may see it.")
        )


def browser_family(user_agent: str) -> str:
    """Return the browser's and the system's usual names, for the agent to recognise."""
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in user_agent), "")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return ", ".join(filter(None, (browser, system)))


def _may_see(account: Account, agent_id: int, conversation_id: int) -> bool:
    evidence = Evidence(account)
    agent, conversation = evidence.agent(agent_id), evidence.conversation(conversation_id)
    return agent.role is not None and conversation.known and may_see(agent, conversation, evidence)


def _same(one: str, other: str | None) -> bool:
    return bool(other) and one.strip().casefold() == (other or "").strip().casefold()


def expires_in(challenge: Challenge) -> int:
    """Return the seconds left to the challenge."""
    return max(0, int(challenge.begun_at + challenges.LIFE_SECONDS - time.time()))
