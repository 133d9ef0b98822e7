"""What the bridge says, in the agent's language."""

from django.utils.translation import gettext as _


def bridge_texts() -> dict[str, object]:
    """Return the sentences the bridge shows, translated for the active language."""
    return {
        "outside": {
            "title": _("Open this in Voxys Connect"),
            "text": _("This page is a tab of the conversation window. On its own it has no customer to show."),
        },
        "silent": {
            "title": _("Waiting for the conversation"),
            "text": _("Voxys has not sent the conversation to this tab yet."),
        },
        "stranger": {
            "title": _("This page does not belong here"),
            "text": _("The page around this tab is not the address that is registered for this account."),
        },
        "refused": {
            "title": _("Nothing to show"),
            "text": _("The platform refused to show data for this conversation."),
        },
        "unreachable": {
            "title": _("No answer"),
            "text": _("The platform cannot be reached. Trying again by itself."),
        },
        "empty": {
            "title": _("This tab is empty"),
            "text": _("No panel has been placed here yet. Tell an operator."),
        },
        "slow": _("This takes longer than usual."),
        "retry": _("Try again"),
        "ask": _("Ask again"),
        "copied": _("Copied"),
        "mentioned": _("In this chat"),
        "reference": _("Reference"),
    }
