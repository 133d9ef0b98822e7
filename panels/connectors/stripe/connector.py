"""The Stripe connector: customers, and everything about their money.

The SDK is imported when a customer is asked for, so by workers: neither this module nor `check`, which
the web process calls, imports it.
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from msgspec import structs

from panels.api import Caveat, Connector, Customers, Identity, MatchWord, Payments, SystemClient
from panels.connectors.stripe.customers import make_candidate, make_customer
from panels.connectors.stripe.finding import find_customers
from panels.connectors.stripe.rights import RIGHTS, lacking_rights, missing_right, refusal
from panels.connectors.stripe.settings import StripeSettingsForm
from panels.connectors.stripe.stories import tell_customer, tell_payments

if TYPE_CHECKING:
    from panels.connectors.stripe.reader import StripeReader

# Figures take two requests and more for each customer.
_MOST_WITH_FIGURES = 5
_GUESTS = Caveat(text=gettext_noop("Payments as a guest may be missing: Stripe lists them with no customer."))


class StripeConnector(Connector):
    """Reads with a secret or restricted key of one Stripe account, in live or test mode as the key is."""

    slug = "stripe"
    title = "Stripe"
    capabilities = ("customer", "payments")
    SettingsForm = StripeSettingsForm
    recognises_by = ("identifier", "email", "phone", "attribute")
    timeout = 20.0
    # Stripe takes 25 a second in test mode and 100 in live mode, from all who ask together.
    max_rate = (20, 1)
    # Where Stripe is: no setting, since whoever changed it would be sent the key. Tests have another one.
    address: ClassVar[str] = "https://api.stripe.com"

    def customer(self, who: Identity) -> Customers:
        reader, now = self._reader(), datetime.now(UTC)
        hits = find_customers(reader, who)
        customers = [tell_customer(reader, hit, now=now) for hit in hits[:_MOST_WITH_FIGURES]]
        customers += [make_customer(hit.customer, hit.match) for hit in hits[_MOST_WITH_FIGURES:]]
        return reader.gaps.told(Customers.merge([("", Customers(customers=tuple(customers)))]))

    def payments(self, who: Identity) -> Payments:
        reader, now = self._reader(), datetime.now(UTC)
        hits = find_customers(reader, who)
        if len(hits) > 1 and hits[0].match.by is not MatchWord.LINK:
            return Payments(candidates=tuple(make_candidate(hit.customer) for hit in hits))
        told = Payments.merge([("", tell_payments(reader, hit, now=now)) for hit in hits])
        return reader.gaps.told(structs.replace(told, caveats=(_GUESTS,)))

    def check(self) -> str:
        """Return in which mode Stripe answers. Every right is tried, so that all that lack are told at once."""
        system = self._system({"Authorization": f"Bearer {self.settings['key']}"})
        missing = [right for path in RIGHTS if (right := _try(system, path))]
        if missing:
            raise lacking_rights(self.name, missing)
        if "_test_" in str(self.settings["key"]):
            return _("Stripe answers, in test mode: customers and payments there are not real.")
        return _("Stripe answers, in live mode.")

    def _reader(self) -> "StripeReader":
        from panels.connectors.stripe.reader import StripeReader  # noqa: PLC0415 - imports the SDK

        return StripeReader(self._system({}), str(self.settings["key"]), base=self.address)

    def _system(self, headers: dict[str, str]) -> SystemClient:
        return SystemClient(self.address, name=self.name, headers=headers)


def _try(system: SystemClient, path: str) -> str | None:
    """Return the right that lacks for reading under the path. Raises a `ConnectorError` for any other refusal."""
    # Whether this is all that has to be asked is decided after the right: a 400 comes from who has it.
    response = system.ask("GET", path, params={"limit": 1}, accept=(HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN))
    if response.status != HTTPStatus.FORBIDDEN:
        return None
    right = missing_right(system, path, response)
    if right is None:
        raise refusal(system, path, response)
    return right
