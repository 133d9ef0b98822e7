"""Confirmation: from a context as posted, which anybody can forge, to one that may be shown."""

import time
from typing import Self

from django.utils.translation import gettext_noop
from msgspec import Struct, structs

from tenants.host.errors import HostError
from tenants.models import Account, DashboardApp, Trust
from tenants.trust.audience import Viewing, why_not_for, why_not_for_agent
from tenants.trust.identity import Identity
from tenants.trust.records import ADMINISTRATOR, AgentRecord, ContactRecord, ConversationRecord, Evidence
from tenants.trust.sessions import Session
from tenants.trust.sight import sight_of
from voxysapps.context.structs import AppContext, Contact
from voxysapps.context.token import InvalidToken, read_token, sign_token

# Website visitors type their own e-mail; the other channels are addressed by theirs.
_WEB_WIDGET = "Channel::WebWidget"
_EDITED_SECONDS = 24 * 3600


class NotConfirmed(Exception):
    """The context may not be shown. `detail` is a plain sentence for the agent."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class SignInRequired(Exception):
    """The viewer has to sign in first. `reason`: `no_session`, `ended` or `other_agent`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail

    @classmethod
    def none(cls) -> Self:
        return cls("no_session", gettext_noop("Sign in to see customer data."))

    @classmethod
    def ended(cls) -> Self:
        return cls("ended", gettext_noop("Your sign-in has ended. Sign in again to see customer data."))


class HostAway(Exception):
    """The host could not be asked, so nothing new can be confirmed. `detail` is a plain sentence."""

    def __init__(self, detail: str, error: HostError) -> None:
        super().__init__(detail)
        self.detail = detail
        self.error = error


class _Claims(Struct, frozen=True, kw_only=True, array_like=True):
    """What of a confirmed context its token carries."""

    account_id: int
    app_id: int
    trust: str
    session_id: int | None
    agent_id: int | None
    # As the host has it: administrator or agent; None where nobody was asked.
    role: str | None
    conversation_id: int | None
    identity: Identity
    # False for a website visitor for whom the host does not vouch; None where a channel addresses the customer.
    identity_verified: bool | None
    # E-mail, phone or identifier were changed in the host within the last 24 hours.
    identifiers_edited: bool = False


class ConfirmedContext(_Claims, frozen=True, kw_only=True):
    """Agent, conversation and customer that may be shown: the only kind that rendering accepts.

    Made by `confirm` and `resume` alone. `posted` is the context it was confirmed from, for panels that
    read messages or definitions, which stay unconfirmed; a follow-up request has none.
    """

    posted: AppContext | None = None


class ForeseenContext(_Claims, frozen=True, kw_only=True):
    """What will be confirmed for the next viewer of a customer, as far as the host's records tell.

    Made by `foresee` for a worker that renders ahead. It is no `ConfirmedContext`, so nobody is answered by it.
    """

    posted: None = None


def confirm(
    posted: AppContext, *, account: Account, app: DashboardApp, session: Session | None, evidence: Evidence
) -> ConfirmedContext:
    """Return the confirmed context, or raise `SignInRequired`, `NotConfirmed` or `HostAway`.

    1. `link`: what is posted is believed.
    2. `signed_in`: there is a session, and what is posted names no other agent than the session's.
       `verified`: what is posted names the agent.
    3. The host's list has the agent, who has accepted the invitation.
    4. The host has the conversation, of the contact and with the uuid that were posted. At `verified` the
       uuid must have been posted where the host has one: ids alone are small numbers.
    5. The agent may see the conversation's inbox: as administrator or member; with a custom role only as
       the conversation's assignee, since the API does not tell what else such a role may see.
    6. Without a conversation: the agent is an administrator, and the host has the contact.
    7. The app is for this agent and this conversation's inbox and team (`tenants.trust.audience`).

    The customer's identity is the host's, never what was posted.
    """
    if account.trust == Trust.LINK:
        return _believe(posted, account, app)
    agent_id = _agent_id(posted, account, session)
    try:
        return _confirm(posted, account, app, session, agent_id, evidence)
    except HostError as error:
        if error.temporary:
            detail = gettext_noop("Voxys does not answer, so this conversation cannot be confirmed at the moment.")
        else:
            detail = gettext_noop("Voxys refuses our questions, so nothing can be confirmed. An operator has to look.")
        raise HostAway(detail, error) from None


def issue_token(context: ConfirmedContext) -> str:
    """Return the context token for the page's follow-up requests."""
    return sign_token(_Claims(**{name: getattr(context, name) for name in _Claims.__struct_fields__}))


def resume(token: str, *, account: Account, app: DashboardApp, session: Session | None) -> ConfirmedContext:
    """Return the context that `token` was issued for.

    Raises `NotConfirmed` for a token that is old, forged, of another app, of another session or of a trust
    level the account has left; the bridge then posts its context again, which renews it. Raises
    `SignInRequired` at `signed_in` without a session.
    """
    is_signed_in = account.trust == Trust.SIGNED_IN
    if is_signed_in and session is None:
        raise SignInRequired.none()
    try:
        claims = read_token(token, _Claims)
    except InvalidToken:
        claims = None
    wanted = (account.pk, app.pk, account.trust, session.id if is_signed_in and session else None)
    if claims is None or (claims.account_id, claims.app_id, claims.trust, claims.session_id) != wanted:
        raise NotConfirmed(gettext_noop("The page's pass has run out. It is renewed by posting the context again."))
    if sentence := why_not_for_agent(app, claims.agent_id):
        raise NotConfirmed(sentence)
    return ConfirmedContext(**{name: getattr(claims, name) for name in _Claims.__struct_fields__})


def foresee(
    account: Account, app: DashboardApp, identity: Identity, *, identity_verified: bool | None, role: str | None
) -> ForeseenContext:
    """Return the context in which somebody of this role will look at the customer, whoever it is.

    `identity` is the host's word, as `identity_of` its record says it; so is `identity_verified` (`vouched_for`).
    """
    return ForeseenContext(
        account_id=account.pk,
        app_id=app.pk,
        trust=account.trust,
        session_id=None,
        agent_id=None,
        role=role,
        conversation_id=None,
        identity=identity,
        identity_verified=identity_verified,
    )


def _believe(posted: AppContext, account: Account, app: DashboardApp) -> ConfirmedContext:
    conversation = posted.conversation
    verified = conversation.meta.hmac_verified if conversation else None
    channel = (conversation.meta.channel or conversation.channel) if conversation else None
    contact = posted.contact
    agent_id = posted.agent.id if posted.agent else None
    team = conversation.meta.team if conversation else None
    _require_audience(
        app, Viewing(agent_id, conversation.inbox_id if conversation else None, team.id if team else None)
    )
    return ConfirmedContext(
        account_id=account.pk,
        app_id=app.pk,
        trust=account.trust,
        session_id=None,
        agent_id=agent_id,
        # The host's API knows roles; what is posted here would be the viewer's own word.
        role=None,
        conversation_id=conversation.id if conversation else None,
        identity=identity_of(contact, verified),
        identity_verified=vouched_for(channel, verified),
        posted=posted,
    )


def _agent_id(posted: AppContext, account: Account, session: Session | None) -> int:
    claimed = posted.agent.id if posted.agent else None
    if account.trust == Trust.SIGNED_IN:
        if session is None:
            raise SignInRequired.none()
        # The oldest hosts do not say who looks: there the session alone does.
        if claimed is not None and claimed != session.agent_id:
            raise SignInRequired(
                "other_agent", gettext_noop("Another agent has signed in here. Sign in as the one Voxys shows.")
            )
        return session.agent_id
    if claimed is None:
        raise NotConfirmed(
            gettext_noop("This Voxys does not say which agent looks. An operator can switch the account to sign-in.")
        )
    return claimed


def _confirm(
    posted: AppContext,
    account: Account,
    app: DashboardApp,
    session: Session | None,
    agent_id: int,
    evidence: Evidence,
) -> ConfirmedContext:
    agent = evidence.agent(agent_id)
    if agent.role is None or not agent.confirmed:
        raise NotConfirmed(gettext_noop("Voxys knows no such agent in this account."))
    if posted.conversation and posted.conversation.id is not None:
        conversation = _confirm_conversation(posted, account, evidence, posted.conversation.id)
        if not may_see(agent, conversation, evidence):
            raise NotConfirmed(gettext_noop("In Voxys you have no access to this conversation's inbox."))
        contact, verified, channel = conversation.contact, conversation.hmac_verified, conversation.channel
        conversation_id = conversation.id
        _require_audience(app, Viewing(agent.id, conversation.inbox_id, conversation.team_id))
    else:
        if agent.role != ADMINISTRATOR or agent.has_custom_role:
            raise NotConfirmed(gettext_noop("Without a conversation, only administrators see customer data."))
        contact, verified, channel, conversation_id = _confirm_contact(posted, evidence), None, _WEB_WIDGET, None
        _require_audience(app, Viewing(agent.id))
    assert contact is not None  # noqa: S101 - both ways have refused what has none
    return ConfirmedContext(
        account_id=account.pk,
        app_id=app.pk,
        trust=account.trust,
        session_id=session.id if session and account.trust == Trust.SIGNED_IN else None,
        agent_id=agent.id,
        role=agent.role,
        conversation_id=conversation_id,
        identity=identity_of(contact, verified),
        identity_verified=vouched_for(channel, verified),
        identifiers_edited=time.time() - contact.edited_at < _EDITED_SECONDS,
        posted=posted,
    )


def may_see(agent: AgentRecord, conversation: ConversationRecord, evidence: Evidence) -> bool:
    """Return whether the agent may see the conversation: see step 5 of `confirm`."""
    inboxes = () if conversation.inbox_id is None else (conversation.inbox_id,)
    return sight_of(agent, inboxes, evidence).sees(conversation.inbox_id, conversation.assignee_id)


def _require_audience(app: DashboardApp, viewing: Viewing) -> None:
    if sentence := why_not_for(app, viewing):
        raise NotConfirmed(sentence)


def _confirm_conversation(
    posted: AppContext, account: Account, evidence: Evidence, conversation_id: int
) -> ConversationRecord:
    record = evidence.conversation(conversation_id)
    if record.known and not _agrees(posted, record):
        # Edited in the host just now, or forged: only the host can tell.
        record = evidence.conversation_again(record)
    uuid = posted.conversation.uuid if posted.conversation else None
    if not record.known:
        raise NotConfirmed(gettext_noop("Voxys knows no such conversation in this account."))
    if record.uuid and (uuid or account.trust == Trust.VERIFIED) and uuid != record.uuid:
        raise NotConfirmed(gettext_noop("This is not the conversation that Voxys has. Load the page again."))
    if record.contact is None or posted.contact.id not in (None, record.contact.id):
        raise NotConfirmed(gettext_noop("Voxys has another customer in this conversation. Load the page again."))
    return record


def _agrees(posted: AppContext, record: ConversationRecord) -> bool:
    """Return whether the record has what was posted. What was not posted differs from nothing."""
    contact, said = record.contact, posted.contact
    if contact is None:
        return False
    pairs = (
        (said.id, contact.id),
        (said.email, contact.email),
        (said.phone_number, contact.phone_number),
        (said.identifier, contact.identifier),
        (posted.conversation.inbox_id if posted.conversation else None, record.inbox_id),
    )
    return all(value in (None, "", known) for value, known in pairs)


def _confirm_contact(posted: AppContext, evidence: Evidence) -> ContactRecord:
    if posted.contact.id is None:
        raise NotConfirmed(gettext_noop("Voxys has sent neither a conversation nor a customer."))
    contact = evidence.contact(posted.contact.id)
    if not contact.known:
        raise NotConfirmed(gettext_noop("Voxys knows no such customer in this account."))
    return contact


def vouched_for(channel: str | None, verified: bool | None) -> bool | None:
    """Return `identity_verified` for a conversation of this channel, with the host's `hmac_verified`."""
    return bool(verified) if channel == _WEB_WIDGET else verified or None


def identity_of(contact: ContactRecord | Contact, verified: bool | None) -> Identity:
    """Return who the contact is, as the host's record of it or, at trust `link`, the posted one says."""
    return Identity(
        contact_id=contact.id,
        name=contact.name or None,
        identifier=contact.identifier or None,
        emails=(contact.email,) if contact.email else (),
        phones=(contact.phone_number,) if contact.phone_number else (),
        identifier_verified=verified,
        attributes=contact.attributes if isinstance(contact, ContactRecord) else (),
    )


def with_posted(context: ConfirmedContext, posted: AppContext | None) -> ConfirmedContext:
    """Return a context confirmed before, for what is posted now and is confirmed by the same evidence."""
    return structs.replace(context, posted=posted)
