"""The connector for shops that run WooCommerce (REST API v3)."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from panels.api import Connector, Customers, Identity, MatchWord, Order, Orders, Payments, Window
from panels.connectors.woocommerce.customers import make_candidate, make_customer
from panels.connectors.woocommerce.forms import WooCommerceSettingsForm
from panels.connectors.woocommerce.orders import Details, lacking_of, make_order
from panels.connectors.woocommerce.payments import make_payment
from panels.connectors.woocommerce.people import Person, find_people, read_orders
from panels.connectors.woocommerce.shop import Listing, Shop
from panels.connectors.woocommerce.states import NO_FULFILMENTS, fulfilment_status
from panels.connectors.woocommerce.values import Row, as_id, as_rows

# Refunds and fulfilments are a request for each order: those of the newest are read.
MAX_DETAILED = 20
_NO_DETAILS = Details()

# Orders, each with the row it was made of.
Pairs = tuple[tuple[Order, Row], ...]


class WooCommerceConnector(Connector):
    """Knows accounts and guests, their orders, and the payment of each order."""

    slug = "woocommerce"
    title = "WooCommerce"
    capabilities = ("customer", "orders", "payments")
    SettingsForm = WooCommerceSettingsForm
    destination = ("address",)
    recognises_by = ("identifier", "attribute", "email", "phone")
    # Ids are plain numbers: an operator has to say that the host's identifiers are this system's.
    looks_for = ("email", "phone")
    # About 100 ms a request, for up to some fifty requests of a customer with many orders.
    timeout = 20.0
    max_concurrency = 3

    def customer(self, who: Identity) -> Customers:
        shop = self._shop()
        people = [(person, read_orders(shop, person)) for person in find_people(shop, who)]
        address = self._address
        customers = tuple(
            make_customer(
                person, listing, [order for order, _row in self._without_details(shop, listing)], shop=address
            )
            for person, listing in people
        )
        return shop.gaps.told(Customers(customers=customers, matched_by=people[0][0].by if people else None))

    def orders(self, who: Identity) -> Orders:
        shop = self._shop()
        people = find_people(shop, who)
        if _is_ambiguous(people):
            return Orders(candidates=tuple(make_candidate(person) for person in people))
        return shop.gaps.told(Orders.merge([("", self._orders_of(shop, person)) for person in people]))

    def payments(self, who: Identity) -> Payments:
        shop = self._shop()
        people = find_people(shop, who)
        if _is_ambiguous(people):
            return Payments(candidates=tuple(make_candidate(person) for person in people))
        return shop.gaps.told(Payments.merge([("", self._payments_of(shop, person)) for person in people]))

    def check(self) -> str:
        shop = self._shop()
        orders, customers = shop.count("/orders"), shop.count("/customers")
        host = urlsplit(self._address).netloc
        if orders is None or customers is None:
            return _("WooCommerce at %(host)s answers.") % {"host": host}
        return _("WooCommerce at %(host)s answers: %(orders)d orders, %(customers)d customer accounts.") % {
            "host": host,
            "orders": orders,
            "customers": customers,
        }

    @property
    def _address(self) -> str:
        return str(self.settings["address"])

    def _shop(self) -> Shop:
        settings = self.settings
        return Shop(self._address, settings["consumer_key"], settings["consumer_secret"], name=self.name)

    def _orders_of(self, shop: Shop, person: Person) -> Orders:
        listing = read_orders(shop, person)
        orders = tuple(order for order, _row in self._with_details(shop, listing))
        return Orders(orders=orders, windows=_windows(listing), matched_by=person.by)

    def _payments_of(self, shop: Shop, person: Person) -> Payments:
        listing = read_orders(shop, person)
        made = (make_payment(order, row) for order, row in self._with_details(shop, listing))
        payments = tuple(payment for payment in made if payment)
        return Payments(payments=payments, windows=_windows(listing), matched_by=person.by)

    def _without_details(self, shop: Shop, listing: Listing) -> Pairs:
        return self._made(shop, [(row, _NO_DETAILS) for row in listing.rows])

    def _with_details(self, shop: Shop, listing: Listing) -> Pairs:
        left = MAX_DETAILED
        detailed: list[tuple[Row, Details]] = []
        for row in listing.rows:
            details = _read_details(shop, row) if left else _NO_DETAILS
            left -= details is not _NO_DETAILS
            detailed.append((row, details))
        return self._made(shop, detailed)

    def _made(self, shop: Shop, rows: list[tuple[Row, Details]]) -> Pairs:
        """Return the orders that can be shown, each with its row. Raises `OperatorError` where not one can."""

        def make(pair: tuple[Row, Details]) -> tuple[Order, Row] | None:
            order = make_order(*pair, shop=self._address, gaps=shop.gaps)
            return (order, pair[0]) if order else None

        return shop.gaps.shown(rows, make, lacking=lambda pair: lacking_of(pair[0]))


def _read_details(shop: Shop, order: Row) -> Details:
    """Return what is read apart; `_NO_DETAILS` where the order says that there is nothing to read."""
    number = as_id(order.get("id"))
    has_refunds = bool(as_rows(order.get("refunds")))
    has_fulfilments = fulfilment_status(order) not in {None, NO_FULFILMENTS}
    if not has_refunds and not has_fulfilments:
        return _NO_DETAILS
    return Details(
        refunds=shop.list_refunds(number) if has_refunds else (),
        fulfilments=shop.list_fulfilments(number) if has_fulfilments else (),
    )


def _is_ambiguous(people: tuple[Person, ...]) -> bool:
    """Return whether an agent has to choose. All whom an agent has linked are the contact."""
    return len(people) > 1 and people[0].by is not MatchWord.LINK


def _windows(listing: Listing) -> tuple[Window, ...]:
    return (Window(since=listing.since),) if listing.since else ()
