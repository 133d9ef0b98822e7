"""What the host says: whether it answers, to whom, and what it has of us."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from tenants.host.errors import (
    AWAY,
    HostError,
    HostForbidden,
    HostInTrouble,
    HostLimited,
    HostRefusedToken,
    HostUnreadable,
)
from tenants.models import Trust
from tenants.preflight.registry import Flight, Result, amber, green, red, register
from tenants.publishing.services import drift
from tenants.secrets import HOST_TOKEN, get_live_secrets
from tenants.services import check_host

_LATER = gettext_noop("Run this again in a few minutes.")
_ENTER_TOKEN = gettext_lazy(
    "Enter an administrator's token in “Administrator's API token” on the account's page, and save."
)


@register(gettext_lazy("Host"), order=10)
def host_is_reachable(flight: Flight) -> Iterator[Result]:
    """Any answer of the API will do, a refusal included. Its generation it says itself, or its webhooks tell."""
    address = {"address": flight.account.api_address}
    try:
        (flight.client if _has_token(flight) else flight.nobody).profile()
    except (HostRefusedToken, HostForbidden):
        pass
    except HostLimited as error:
        yield amber(_(error.detail), _(_LATER))
        return
    except HostInTrouble as error:
        yield red(_(error.detail), _("Run this again in a few minutes. If it stays so, ask whoever runs the host."))
        return
    except HostUnreadable:
        yield red(_("Something answers at %(address)s, but it is not Voxys.") % address, _look_at(address))
        return
    except HostError as error:
        yield red(_(error.detail), _look_at(address))
        return
    flight.host_answers = True
    yield green(" ".join(_generation(flight)))


@register(gettext_lazy("API token"), order=20)
def token_is_good(flight: Flight) -> Iterator[Result]:
    """The stored token is an administrator's of this very account."""
    if not flight.host_answers:
        return
    if not _has_token(flight):
        yield red(_("No token is stored."), str(_ENTER_TOKEN))
        return
    try:
        check_host(flight.account)
    except ValidationError as error:
        sentence = " ".join(error.messages)
        if error.code == AWAY:
            yield amber(sentence, _(_LATER))
        else:
            yield red(sentence, _wrong_account(flight) or str(_ENTER_TOKEN))
        return
    yield green(_("It is an administrator's of account %(id)s.") % {"id": flight.account.host_account_id})


@register(gettext_lazy("Agents and inboxes"), order=30)
def agents_are_there(flight: Flight) -> Iterator[Result]:
    """Somebody can look, at conversations of some inbox."""
    if not flight.host_answers or not _has_token(flight):
        return
    try:
        agents = [agent for agent in flight.client.agents() if agent.confirmed]
        inboxes = flight.client.inboxes()
    except HostError as error:
        yield (
            amber(_(error.detail), _(_LATER)) if error.temporary else red(_(error.detail), _("See “API token” above."))
        )
        return
    told = ngettext("%(number)d agent", "%(number)d agents", len(agents)) % {"number": len(agents)}
    inbox_told = ngettext("%(number)d inbox", "%(number)d inboxes", len(inboxes)) % {"number": len(inboxes)}
    sentence = f"{told}, {inbox_told}."
    if agents and inboxes:
        yield green(sentence)
    else:
        yield amber(sentence, _("Invite agents, and add an inbox, in Voxys: until then nobody sees anything."))


@register(gettext_lazy("Tabs in the host"), order=60)
def tabs_are_published(flight: Flight) -> Iterator[Result]:
    """The host has what is set up here, and nobody has changed it since."""
    account = flight.account
    if not flight.host_answers or not account.is_proved:
        return
    if account.published_at is None:
        yield amber(_("Nothing was published yet."), _("Press “Publish” on the account's page."))
        return
    try:
        differences = drift(account)
    except ValidationError as error:
        sentence = " ".join(error.messages)
        is_away = getattr(error, "code", None) == AWAY
        yield amber(sentence, _(_LATER)) if is_away else red(sentence, _("Mend this, and run the pre-flight again."))
        return
    if differences:
        yield red(
            _("The host differs from what is set up here: %(differences)s") % {"differences": "; ".join(differences)},
            _("Press “Publish” on the account's page."),
        )
    else:
        yield green(_("The host has what was published."))


@register(gettext_lazy("Trust"), order=90)
def trust_is_safe(flight: Flight) -> Iterator[Result]:
    """Who sees customer data."""
    trust = Trust(flight.account.trust)
    if trust == Trust.SIGNED_IN:
        yield green(_("Customer data are shown to agents who signed in."))
    elif trust == Trust.VERIFIED:
        yield amber(
            _("“Verified” proves that the context is true, not who looks."), _("Choose “Signed in” in “Trust”.")
        )
    elif flight.account.is_demonstration:
        yield amber(_("“Link”: whoever has the address sees the demonstration's data."), _("For demonstrations only."))
    else:
        yield red(
            _("“Link”: whoever has the address sees whichever customer they name."),
            _("Choose “Signed in” in “Trust”."),
        )


def _has_token(flight: Flight) -> bool:
    return bool(get_live_secrets(flight.account, HOST_TOKEN))


def _look_at(address: dict[str, str]) -> str:
    return _("Open %(address)s in a browser. Mend “Host address”, or “Address of the host's API”.") % address


def _generation(flight: Flight) -> Iterator[str]:
    """Yield what tells of the host's age: its word, and whether it signs webhooks, as since 4.13 (host-contract 4)."""
    yield _("It answers.")
    if version := flight.nobody.version():
        yield _("It says that it is version %(version)s.") % {"version": version}
    try:
        webhooks = flight.client.webhooks()
    except HostError:
        return
    if any(webhook.secret for webhook in webhooks):
        yield _("It signs webhooks, so it is 4.13 or later.")
    elif webhooks:
        yield _("It does not sign webhooks, so it is older than 4.13.")
    elif not version:
        yield _("Its version shows once a webhook is published.")


def _wrong_account(flight: Flight) -> str:
    """Return advice where the token is good, for other accounts."""
    try:
        roles = flight.client.profile().roles
    except HostError:
        return ""
    if not roles or flight.account.host_account_id in roles:
        return ""
    known = ", ".join(str(id_) for id_ in sorted(roles))
    return _("The token is for account %(ids)s. Mend “Account id in the host”, or enter another token.") % {
        "ids": known
    }
