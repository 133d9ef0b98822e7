"""The HubSpot connector: one account of the CRM, asked through its API."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from panels.api import (
    Connector,
    Customers,
    Identity,
    MatchWord,
    OperatorError,
    Order,
    Orders,
    Payments,
    Window,
)
from panels.connectors.hubspot import customers, orders, payments
from panels.connectors.hubspot.client import HubSpotClient, MissingScopesError
from panels.connectors.hubspot.contacts import CONTACTS, Contact, find_contacts
from panels.connectors.hubspot.orders import OrderContext
from panels.connectors.hubspot.reading import Owned, read_owned
from panels.connectors.hubspot.row import Row, as_text
from panels.connectors.hubspot.settings_form import HubSpotSettingsForm

# Of the newest orders the items are read, and of those no more than this.
_ORDERS_WITH_ITEMS = 50
_MOST_ITEMS = 500


class HubSpotConnector(Connector):
    """Answers with a contact, its orders, payments, invoices and subscriptions, open deals and tickets."""

    slug = "hubspot"
    title = "HubSpot"
    capabilities = ("customer", "orders", "payments")
    SettingsForm = HubSpotSettingsForm
    recognises_by = ("identifier", "attribute", "email", "phone")
    # Ids are plain numbers: an operator has to say that the host's identifiers are this system's.
    looks_for = ("email", "phone")
    # HubSpot answers five searches a second for all apps of an account, and ten other questions for each.
    # Every question keeps to the smaller of both, and leaves room for others.
    max_rate = (4, 1)

    # All accounts, wherever HubSpot keeps their data, are asked here.
    address = "https://api.hubapi.com"

    def customer(self, who: Identity) -> Customers:
        contacts = self._find(who)
        ids = [contact.id for contact in contacts]
        owned = self._read(ids, orders.ORDERS, orders.PROPERTIES)
        deals = self._read(ids, customers.DEALS, customers.DEAL_PROPERTIES, if_set="deals")
        tickets = self._read(ids, customers.TICKETS, customers.TICKET_PROPERTIES, if_set="tickets")
        context = self._order_context(owned)
        theirs = {contact.id: orders.make_orders(owned.of(contact.id), {}, context) for contact in contacts}
        found = Customers(
            customers=tuple(
                customers.make_customer(
                    contact,
                    theirs[contact.id],
                    deals.of(contact.id),
                    tickets.of(contact.id),
                    account_id=self._account_id,
                    figures_since=None if owned.is_complete else _oldest(theirs[contact.id]),
                )
                for contact in contacts
            ),
            matched_by=_matched_by(contacts),
        )
        return self._client.gaps.told(found)

    def orders(self, who: Identity) -> Orders:
        contacts = self._find(who)
        if is_ambiguous(contacts):
            return Orders(candidates=tuple(contact.as_candidate() for contact in contacts))
        owned = self._read([contact.id for contact in contacts], orders.ORDERS, orders.PROPERTIES)
        context = self._order_context(owned)
        # Once without their items, which tells what the newest are.
        newest = orders.make_orders(owned.all(), {}, context)[:_ORDERS_WITH_ITEMS]
        items = read_owned(
            self._client,
            orders.ORDERS,
            [order.external_id for order in newest],
            orders.LINE_ITEMS,
            orders.LINE_ITEM_PROPERTIES,
            _MOST_ITEMS,
        )
        found = orders.make_orders(owned.all(), items.by_owner, context)
        windows = _window(owned, _oldest(found))
        return self._client.gaps.told(Orders(orders=found, windows=windows, matched_by=_matched_by(contacts)))

    def payments(self, who: Identity) -> Payments:
        if not self.settings.get("payments"):
            raise OperatorError(
                gettext_noop("%(system)s is set up without payments. Tell an admin."), values={"system": self.name}
            )
        contacts = self._find(who)
        if is_ambiguous(contacts):
            return Payments(candidates=tuple(contact.as_candidate() for contact in contacts))
        ids = [contact.id for contact in contacts]
        account = payments.Account(currency=self._currency, id=self._account_id, gaps=self._client.gaps)
        paid = self._read(ids, payments.PAYMENTS, payments.PAYMENT_PROPERTIES)
        invoices = self._read(ids, payments.INVOICES, payments.INVOICE_PROPERTIES)
        plans = self._read(ids, payments.SUBSCRIPTIONS, payments.SUBSCRIPTION_PROPERTIES)
        found, disputes = payments.make_payments(paid.all(), account)
        theirs = Payments(
            payments=found,
            subscriptions=payments.make_subscriptions(plans.all(), account),
            invoices=payments.make_invoices(invoices.all(), account),
            disputes=disputes,
            windows=_window(paid, found[-1].at if found else None),
            matched_by=_matched_by(contacts),
        )
        return self._client.gaps.told(theirs)

    def check(self) -> str:
        details = self._client.get("/account-info/v3/details")
        details = details if isinstance(details, dict) else {}
        self._require_same_currency(details.get("companyCurrency"))
        self._require_rights()
        count = self._client.count(CONTACTS)
        account = as_text(details.get("portalId")) or "?"
        return _("HubSpot account %(account)s answers, with %(count)s contacts.") % {
            "account": account,
            "count": "?" if count is None else count,
        }

    def _require_same_currency(self, theirs: object) -> None:
        if isinstance(theirs, str) and theirs != self._currency:
            raise OperatorError(
                gettext_noop("The currency of %(system)s is %(theirs)s, not %(ours)s. Change the setting."),
                values={"system": self.name, "theirs": theirs, "ours": self._currency},
            )

    def _require_rights(self) -> None:
        """Ask for one record of each type, and raise with all the rights that are missing."""
        missing: dict[str, None] = {}
        for object_type in self._types():
            try:
                self._client.get("/crm/v3/objects/{type}", {"type": object_type}, params={"limit": 1})
            except MissingScopesError as error:
                missing.update(dict.fromkeys(error.scopes))
        if missing:
            raise MissingScopesError(self.name, tuple(missing))

    def _types(self) -> tuple[str, ...]:
        """Return the types of records that are read with these settings."""
        types = [CONTACTS, orders.ORDERS, orders.LINE_ITEMS]
        types += [customers.DEALS] if self.settings.get("deals") else []
        types += [customers.TICKETS] if self.settings.get("tickets") else []
        if self.settings.get("payments"):
            types += [payments.PAYMENTS, payments.INVOICES, payments.SUBSCRIPTIONS]
        return tuple(types)

    @cached_property
    def _client(self) -> HubSpotClient:
        token = self.settings.get("token") or ""
        return HubSpotClient(self.address, name=self.name, headers={"Authorization": f"Bearer {token}"})

    @property
    def _currency(self) -> str:
        return str(self.settings["currency"])

    @property
    def _account_id(self) -> str | None:
        return self.settings.get("account_id") or None

    def _find(self, who: Identity) -> tuple[Contact, ...]:
        return find_contacts(self._client, who, country=self.settings.get("country") or None)

    def _read(
        self, owners: Sequence[str], object_type: str, properties: Sequence[str], *, if_set: str | None = None
    ) -> Owned:
        """Return what belongs to contacts; nothing where a setting says not to."""
        if if_set is not None and not self.settings.get(if_set):
            return Owned({})
        return read_owned(self._client, CONTACTS, owners, object_type, properties)

    def _order_context(self, owned: Owned) -> OrderContext:
        words = str(self.settings.get("cancelled") or "").split(",")
        return OrderContext(
            currency=self._currency,
            account_id=self._account_id,
            stages=self._stages(owned.all()),
            cancelled=frozenset(word.strip().casefold() for word in words if word.strip()),
        )

    def _stages(self, rows: Sequence[Row]) -> Mapping[str, str]:
        """Return the names of the orders' stages; none if the token may not read them, which orders can do without."""
        if not any(row.text("hs_pipeline_stage") for row in rows):
            return {}
        try:
            return self._client.stages(orders.ORDERS)
        except MissingScopesError:
            return {}


def is_ambiguous(contacts: Sequence[Contact]) -> bool:
    """Whether an agent has to choose. Who were chosen are several on purpose."""
    return len(contacts) > 1 and contacts[0].by is not MatchWord.LINK


def _window(owned: Owned, oldest: datetime | None) -> tuple[Window, ...]:
    """Return since when everything is there, if that is not since the beginning."""
    return () if owned.is_complete or oldest is None else (Window(since=oldest),)


def _oldest(found: Sequence[Order]) -> datetime | None:
    return found[-1].placed_at if found else None


def _matched_by(contacts: Sequence[Contact]) -> MatchWord | None:
    return contacts[0].by if contacts else None
