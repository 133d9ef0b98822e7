"""For whom an app is: drafts for chosen agents, an app with inboxes or teams for their conversations."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from tenants.models import DashboardApp


@dataclass(frozen=True, slots=True)
class Viewing:
    """Who looks, at a conversation of which inbox and team. None: not known, or none."""

    agent_id: int | None
    inbox_id: int | None = None
    team_id: int | None = None


def why_not_for_agent(app: DashboardApp, agent_id: int | None) -> str | None:
    """Return the sentence for an agent who may not see the draft, or None."""
    if app.is_draft and agent_id not in app.draft_agents:
        return gettext_noop("This tab is a draft. The agents who try it out see it already.")
    return None


def why_not_for(app: DashboardApp, viewing: Viewing) -> str | None:
    """Return the sentence for an agent for whom, or for whose conversation, the app is not; else None."""
    if sentence := why_not_for_agent(app, viewing.agent_id):
        return sentence
    if app.inboxes and viewing.inbox_id not in app.inboxes:
        return gettext_noop("This tab is not used for conversations of this inbox.")
    if app.teams and viewing.team_id not in app.teams:
        return gettext_noop("This tab is used for conversations of other teams.")
    return None
