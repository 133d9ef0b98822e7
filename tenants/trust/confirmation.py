"""Confirmation: from a context as posted, which anybody can forge, to one that may be shown."""

from django.utils.translation import gettext_noop
from msgspec import Struct

from tenants.models import Account, DashboardApp, Trust
from tenants.trust.identity import Identity
from voxysapps.context.structs import AppContext
from voxysapps.context.token import InvalidToken, read_token, sign_token

# Website visitors type their own e-mail; the other channels are addressed by theirs.
_WEB_WIDGET = "Channel::WebWidget"


class NotConfirmed(Exception):
    """The context may not be shown. `detail` is a plain sentence for the agent."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class _Claims(Struct, frozen=True, kw_only=True, array_like=True):
    """What of a confirmed context its token carries."""

    account_id: int
    app_id: int
    trust: str
    agent_id: int | None
    role: str | None
    conversation_id: int | None
    identity: Identity
    # What a visitor typed into the website's widget, without the host vouching for the visitor.
    identity_verified: bool | None


class ConfirmedContext(_Claims, frozen=True, kw_only=True):
    """Agent, conversation and customer that may be shown: the only kind that rendering accepts.

    Made by `confirm` and `resume` alone. `posted` is the context it was confirmed from, for panels that
    read messages or definitions, which stay unconfirmed; a follow-up request has none.
    """

    posted: AppContext | None = None


def confirm(posted: AppContext, *, account: Account, app: DashboardApp) -> ConfirmedContext:
    """Return the confirmed context, or raise `NotConfirmed`.

    At trust `link` a context is believed as posted, which is for demonstrations only.
    """
    if account.trust != Trust.LINK:
        raise NotConfirmed(gettext_noop("Voxys has not confirmed this conversation, so no customer data is shown."))
    conversation = posted.conversation
    verified = conversation.meta.hmac_verified if conversation else None
    channel = (conversation.meta.channel or conversation.channel) if conversation else None
    contact = posted.contact
    return ConfirmedContext(
        account_id=account.pk,
        app_id=app.pk,
        trust=account.trust,
        agent_id=posted.agent.id if posted.agent else None,
        # The host's API knows roles; what is posted here would be the viewer's own word.
        role=None,
        conversation_id=conversation.id if conversation else None,
        identity=Identity(
            contact_id=contact.id,
            name=contact.name or None,
            identifier=contact.identifier or None,
            emails=(contact.email,) if contact.email else (),
            phones=(contact.phone_number,) if contact.phone_number else (),
            identifier_verified=verified,
        ),
        identity_verified=bool(verified) if channel == _WEB_WIDGET else verified or None,
        posted=posted,
    )


def issue_token(context: ConfirmedContext) -> str:
    """Return the context token for the page's follow-up requests."""
    return sign_token(_Claims(**{name: getattr(context, name) for name in _Claims.__struct_fields__}))


def resume(token: str, *, account: Account, app: DashboardApp) -> ConfirmedContext:
    """Return the context that `token` was issued for.

    Raises `NotConfirmed` for a token that is old, forged, of another app or of a trust level the account
    has left; the bridge then posts its context again, which renews it.
    """
    try:
        claims = read_token(token, _Claims)
    except InvalidToken:
        claims = None
    if claims is None or (claims.account_id, claims.app_id, claims.trust) != (account.pk, app.pk, account.trust):
        raise NotConfirmed(gettext_noop("The page's pass has run out. It is renewed by posting the context again."))
    return ConfirmedContext(**{name: getattr(claims, name) for name in _Claims.__struct_fields__})
