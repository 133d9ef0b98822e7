"""The agent's yes is to one question about one thing: asked otherwise, or about something else, it is asked anew."""

from django.http import QueryDict
from django.utils.crypto import salted_hmac

from panels.actions.base import Action
from panels.configuration import PlacementPlan
from tenants.trust.confirmation import ConfirmedContext


def consent_to(
    question: str, context: ConfirmedContext, placement: PlacementPlan, action: Action, key: str, posted: QueryDict
) -> str:
    """Return what comes back with the agent's yes to this very question."""
    about = (
        *(context.account_id, context.session_id, context.agent_id, context.conversation_id),
        *(context.identity.digest(), placement.id, action.name, key, question),
        *sorted((name, tuple(posted.getlist(name))) for name in posted),
    )
    return salted_hmac("panels.actions.consent", repr(about), algorithm="sha256").hexdigest()
