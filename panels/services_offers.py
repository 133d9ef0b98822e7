"""What is done to offers of plugins. Only platform administrators come here."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from panels import registry
from panels.configuration import change_stamp
from panels.models import Connection, Placement, PluginOffer
from panels.offers import placements_filled_by
from tenants import audit
from tenants.models import Account


def save_offer(offer: PluginOffer, accounts: Iterable[Account]) -> None:
    """Decide to whom the plugin is offered. It holds from the next request on. Raises ValidationError."""
    chosen = list(accounts)
    if offer.audience == PluginOffer.Audience.ALL:
        chosen = []
    # That there is one already is told in the same words whenever it is noticed: below.
    offer.full_clean(validate_unique=False, validate_constraints=False)
    had = sorted(offer.accounts.values_list("name", flat=True)) if offer.pk else []
    before = {**audit.stored_values(offer), "accounts": had} if offer.pk else {}
    try:
        with transaction.atomic():
            offer.save()
            offer.accounts.set(chosen)
            after = {**audit.values(offer), "accounts": sorted(account.name for account in chosen)}
            audit.record("change" if before else "add", offer, before=before, after=after)
            _tell(offer)
    except IntegrityError:
        raise ValidationError(_("This was saved by somebody else at the same time. Try again.")) from None


def delete_offer(offer: PluginOffer) -> None:
    """Forget the decision: the plugin is offered as it says itself."""
    before = {**audit.values(offer), "accounts": sorted(offer.accounts.values_list("name", flat=True))}
    with transaction.atomic():
        audit.record("delete", offer, before=before)
        _tell(offer)
        offer.delete()


def _tell(offer: PluginOffer) -> None:
    """Let every process read the accounts anew that use the plugin."""
    for account_id in _users(offer).order_by().values_list("account_id", flat=True).distinct():
        change_stamp(account_id)


def _users(offer: PluginOffer) -> QuerySet[Any]:
    """Return the rows that the plugin is used by."""
    if offer.kind == PluginOffer.Kind.PANEL:
        return Placement.objects.filter(panel=offer.slug)
    if offer.slug in registry.host_connectors():
        return placements_filled_by(offer.slug)
    return Connection.objects.filter(connector=offer.slug)
