"""The connector for Shopify."""

from collections.abc import Iterator
from functools import cached_property

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from panels.api import Connector, Customer, Customers, Identity, Match, OperatorError, Orders, Payments, lacks
from panels.connectors.shopify.client import Shop, has
from panels.connectors.shopify.completing import completed
from panels.connectors.shopify.customers import make_customer, make_guest
from panels.connectors.shopify.disputes import read_disputes
from panels.connectors.shopify.orders import make_orders
from panels.connectors.shopify.paging import DAYS_WITHOUT_ALL, owned, read_orders, windows_of
from panels.connectors.shopify.payments import make_payments
from panels.connectors.shopify.people import Found, find, gid
from panels.connectors.shopify.queries import API_VERSION, CHECK, CUSTOMERS, GUEST_ORDERS, ORDERS, PAYMENTS
from panels.connectors.shopify.reading import Node, is_true, node, nodes, number_of, text, whole
from panels.connectors.shopify.settings import ShopifySettingsForm

# How many orders a page holds, so that Shopify runs the query, and how many are read at most.
ORDERS_PER_PAGE, MOST_ORDERS = 5, 25
PAYMENTS_PER_PAGE, MOST_PAID_ORDERS = 8, 40
_MOST_CUSTOMERS = 8
_MOST_GUEST_ORDERS = 25
NEEDED = ("read_customers", "read_orders")
# What an app can do without, and what is missing then.
USEFUL = (
    "read_all_orders",
    "read_returns",
    "read_users",
    "read_shopify_payments_disputes",
    "read_store_credit_accounts",
)


class ShopifyConnector(Connector):
    """Reads customers, orders and payments of one shop. It never writes."""

    slug = "shopify"
    title = "Shopify"
    capabilities = ("customer", "orders", "payments")
    SettingsForm = ShopifySettingsForm
    destination = ("shop",)
    recognises_by = ("attribute", "identifier", "email", "phone")
    # Ids are plain numbers: an operator has to say that the host's identifiers are this shop's.
    looks_for = ("email", "phone")

    def customer(self, who: Identity) -> Customers:
        found = find(self._shop, who)
        if found is None:
            return Customers()
        customers = self._customers(found) if found.people else self._guests(found)
        windows = windows_of(self._shop)
        return self._shop.gaps.told(Customers(customers=customers, windows=windows, matched_by=found.by))

    def orders(self, who: Identity) -> Orders:
        found = find(self._shop, who)
        if found is None or found.candidates:
            return Orders(candidates=found.candidates if found else ())
        shop = self._shop
        variables = {**self._optional("staff", "disputes"), "returns": shop.may("read_returns")}
        rows = read_orders(shop, found, ORDERS, variables, size=ORDERS_PER_PAGE, most=MOST_ORDERS)
        whole_orders = completed(shop, rows.orders, staff=variables["staff"])
        orders = make_orders(whole_orders, admin=self._admin, gaps=shop.gaps)
        return shop.gaps.told(Orders(orders=orders, windows=rows.windows, matched_by=found.by))

    def payments(self, who: Identity) -> Payments:
        found = find(self._shop, who)
        if found is None or found.candidates:
            return Payments(candidates=found.candidates if found else ())
        shop = self._shop
        variables = self._optional("staff", "disputes")
        rows = read_orders(shop, found, PAYMENTS, variables, size=PAYMENTS_PER_PAGE, most=MOST_PAID_ORDERS)
        theirs = Payments(
            payments=make_payments(rows.orders, admin=self._admin, gaps=shop.gaps),
            disputes=read_disputes(shop, rows.orders),
            windows=rows.windows,
            matched_by=found.by,
        )
        return shop.gaps.told(theirs)

    def check(self) -> str:
        reply = self._shop.ask(CHECK)
        scopes = self._shop.scopes_in(reply)
        missing = [scope for scope in NEEDED if not has(scope, scopes)]
        if missing:
            message = gettext_noop("%(system)s refused (missing %(right)s). Tell an admin.")
            raise OperatorError(message, values={"system": self.name, "right": ", ".join(missing)})
        if not node(reply.data, "shop"):
            raise reply.error or OperatorError(
                gettext_noop("%(system)s does not let us read this. Tell an admin."), values={"system": self.name}
            )
        return " ".join(self._said(reply.data, scopes, reply.version))

    @property
    def base(self) -> str:
        """The address that is asked."""
        shop = self.settings.get("shop")
        if not shop:
            raise OperatorError(
                gettext_noop("The address of %(system)s is missing. Tell an admin."), values={"system": self.name}
            )
        return f"https://{shop}"

    @cached_property
    def _shop(self) -> Shop:
        client_id, secret = self.settings.get("client_id"), self.settings.get("token")
        return Shop(self.base, name=self.name, client_id=str(client_id or ""), secret=str(secret or ""))

    @property
    def _admin(self) -> str:
        handle = str(self.settings.get("shop") or "").partition(".")[0]
        return f"https://admin.shopify.com/store/{handle}"

    def _customers(self, found: Found) -> tuple[Customer, ...]:
        shop = self._shop
        people = {person.number: person for person in found.people[:_MOST_CUSTOMERS]}
        reply = shop.ask(
            CUSTOMERS,
            {
                "ids": [gid("Customer", number) for number in people],
                "credit": shop.may("read_store_credit_accounts"),
                **self._optional("disputes"),
            },
        )
        customers = tuple(
            make_customer(
                customer,
                person,
                Match(by=found.by, value=person.value or None),
                admin=self._admin,
                disputes=read_disputes(shop, nodes(customer, "latest"), open_only=True),
                windows=windows_of(shop),
                gaps=shop.gaps,
            )
            for customer in shop.nodes_of(reply, "nodes")
            if (person := people.get(number_of(customer, "id") or ""))
        )
        if not customers:
            raise reply.error or lacks(self.name, "customer.id")  # they were found a moment ago
        return customers

    def _guests(self, found: Found) -> tuple[Customer, ...]:
        shop = self._shop
        reply = shop.ask(GUEST_ORDERS, {"search": found.search, "first": _MOST_GUEST_ORDERS})
        orders = owned(shop, found, shop.nodes_of(reply, "orders"), reply.error)
        is_whole = not is_true(reply.data, "orders", "pageInfo", "hasNextPage")
        guest = make_guest(orders, found, is_whole=is_whole, windows=windows_of(shop), gaps=shop.gaps)
        return (guest,) if guest else ()

    def _optional(self, *names: str) -> dict[str, bool]:
        """Return which parts of a query the app may read: an answer without a right to a part is none at all."""
        scopes = {"staff": "read_users", "disputes": "read_shopify_payments_disputes"}
        return {name: self._shop.may(scopes[name]) for name in names}

    def _said(self, data: Node, scopes: frozenset[str], version: str | None) -> Iterator[str]:
        """Yield what a check has found, in sentences."""
        count = whole(data, "ordersCount", "count")
        more = "+" if text(data, "ordersCount", "precision") == "AT_LEAST" else ""
        shop = text(data, "shop", "name") or text(data, "shop", "myshopifyDomain") or self.name
        if count is None:
            yield _("Shop “%(shop)s” answers.") % {"shop": shop}
        else:
            orders = number_format(count, force_grouping=True)
            yield _("Shop “%(shop)s” answers, %(count)s orders.") % {"shop": shop, "count": f"{orders}{more}"}
        missing = [scope for scope in USEFUL if not has(scope, scopes)]
        if "read_all_orders" in missing:
            yield _("Orders older than %(days)d days stay hidden: read_all_orders is missing.") % {
                "days": DAYS_WITHOUT_ALL
            }
        if others := [scope for scope in missing if scope != "read_all_orders"]:
            yield _("Also missing, and done without: %(rights)s.") % {"rights": ", ".join(others)}
        if version and version != API_VERSION:
            yield _("Shopify answers as version %(is)s of its API instead of %(asked)s: update this connector.") % {
                "is": version,
                "asked": API_VERSION,
            }
