"""What the bridge says, in the agent's language."""

from django.utils.translation import gettext as _


def bridge_texts(*, signs_in: bool, acts: bool) -> dict[str, object]:
    """Return the sentences the bridge shows, in the active language; with those of sign-in and of actions if asked."""
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
        **(_sign_in_texts() if signs_in else {}),
        **({"noAnswer": _("No answer. Press again: it is not done twice.")} if acts else {}),
    }


def _sign_in_texts() -> dict[str, object]:
    return {
        "noStorage": {
            "title": _("This browser keeps no sign-in"),
            "text": _(
                "It refuses both storage and cookies to this tab. Allow them for this site, or use another browser."
            ),
        },
        "signIn": {
            "title": _("Sign in"),
            "why": _("Customer data are shown to agents of this account only."),
            "as": _("You look as {name}. A code by mail shows that it is you; this browser then keeps it for a month."),
            "email": _("Your e-mail address in Voxys"),
            "send": _("Send me a code"),
            "note": _("Use a private note instead"),
            "mail": _("Get a code by mail instead"),
            "noWay": _("Open a conversation first: signing in needs one here."),
            "codeTitle": _("Enter the code"),
            "sent": _("If you are an agent of this account, a code is on its way to your address in Voxys."),
            "code": _("Code"),
            "enter": _("Sign in"),
            "again": _("Send a new code"),
            "wrong": _("This code is not right. Tries left: {left}."),
            "expired": _("The code has run out."),
            "noteTitle": _("Write a private note"),
            "noteWhat": _("Send exactly this as a private note in this conversation, then come back here:"),
            "noteText": _("Sign me in to the tabs: {code}"),
            "copy": _("Copy"),
            "noteWaiting": _(
                "Waiting for the note. Write it for nobody but yourself: whoever asked you to is not you."
            ),
            "unreachable": _("No answer. Try again."),
        },
    }
