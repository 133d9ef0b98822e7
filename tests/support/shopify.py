"""A shop with invented data that answers Shopify's Admin GraphQL API as Shopify does.

What it is asked is executed against Shopify's own schema, reduced to what our queries reach
(scripts/shopify_schema.py): selections, aliases, variables and `null` where none may be are the real thing.
It also holds back what the app has no right to, charges points, and forgets old orders for apps that may not
see them.
"""

import gzip
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_client_schema,
    execute,
    get_nullable_type,
    is_list_type,
    parse,
    validate,
)

from panels.connectors.shopify.connector import ShopifyConnector
from panels.connectors.shopify.queries import API_VERSION
from tests.support.outside import Asked, OutsideSystem, Reply
from tests.support.shopify_cost import requested_cost
from voxysapps.embedded.files import BASE_DIR

SCHEMA = BASE_DIR / "tests" / "fixtures" / "shopify" / f"admin_{API_VERSION}.json.gz"
TOKEN = "shpat_0123456789abcdef0123456789abcdef"
EVERYTHING = frozenset(
    {
        "read_customers",
        "read_orders",
        "read_all_orders",
        "read_returns",
        "read_users",
        "read_shopify_payments_disputes",
        "read_store_credit_accounts",
    }
)
# What an app must be allowed to, by type and field, for what our queries ask.
_RIGHTS = {
    ("QueryRoot", "orders"): "read_orders",
    ("QueryRoot", "order"): "read_orders",
    ("QueryRoot", "ordersCount"): "read_orders",
    ("QueryRoot", "customerByIdentifier"): "read_customers",
    ("Order", "customer"): "read_customers",
    ("Order", "returns"): "read_returns",
    ("Order", "disputes"): "read_shopify_payments_disputes",
    ("Refund", "staffMember"): "read_users",
    ("Customer", "storeCreditAccounts"): "read_store_credit_accounts",
}
_TERM = re.compile(r'\s*(?:(?P<name>\w+):)?(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"()]+))')


@lru_cache(maxsize=1)
def schema() -> GraphQLSchema:
    return build_client_schema(json.loads(gzip.decompress(SCHEMA.read_bytes())))


@dataclass
class FakeShop:
    """Answer with it: `outside.answer = shop.answer`."""

    customers: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    disputes: list[dict[str, Any]] = field(default_factory=list)
    scopes: frozenset[str] = EVERYTHING
    token: str = TOKEN
    # The points the app may spend at once, and what is given back by the second.
    available: float = 2000.0
    maximum: float = 2000.0
    restore_rate: float = 100.0
    single_limit: float = 1000.0
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _spent_at: float = field(default_factory=time.monotonic)

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/admin/oauth/access_token":
            return self._grant(dict(parse_qsl(asked.body.decode())))
        if asked.headers.get("x-shopify-access-token") != self.token:
            message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return Reply({"errors": message}, status=401)
        if asked.path != f"/admin/api/{API_VERSION}/graphql.json":
            return Reply({"errors": "Not Found"}, status=404)
        sent = asked.json()
        self.asked.append((sent["operationName"], sent["variables"]))
        return Reply(self.execute(sent["query"], sent["variables"]), headers={"X-Shopify-API-Version": API_VERSION})

    def execute(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        document = parse(query)
        if errors := validate(schema(), document):
            return {"errors": [{"message": error.message} for error in errors]}
        now = time.monotonic()
        self.available = min(self.available + (now - self._spent_at) * self.restore_rate, self.maximum)
        self._spent_at = now
        requested = requested_cost(schema(), document, variables)
        if requested > self.single_limit:
            message = f"Query cost is {requested}, which exceeds the single query max cost limit"
            return {"errors": [{"message": message, "extensions": {"code": "MAX_COST_EXCEEDED"}}]}
        if requested > self.available:
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            return {"errors": [error], "extensions": self._cost(requested, None)}
        result = execute(
            schema(), document, self, variable_values=variables, field_resolver=_resolve, type_resolver=_type_of
        )
        assert isinstance(result, ExecutionResult)
        actual = _objects_in(result.data)
        self.available -= actual
        answer: dict[str, Any] = {"data": result.data, "extensions": self._cost(requested, actual)}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer

    def _cost(self, requested: int, actual: int | None) -> dict[str, Any]:
        status = {
            "maximumAvailable": self.maximum,
            "currentlyAvailable": self.available,
            "restoreRate": self.restore_rate,
        }
        return {"cost": {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}}

    def _grant(self, sent: dict[str, str]) -> Reply:
        if sent != {"grant_type": "client_credentials", "client_id": "app", "client_secret": "shpss_secret"}:
            return Reply({"error": "invalid_client", "error_description": "…"}, status=400)
        return Reply({"access_token": self.token, "scope": ",".join(sorted(self.scopes)), "expires_in": 86399})

    # --- the fields of QueryRoot

    def shop(self) -> dict[str, Any]:
        return {"name": "Fernweh", "myshopifyDomain": "fernweh.myshopify.com"}

    def currentAppInstallation(self) -> dict[str, Any]:  # noqa: N802 - Shopify's name
        return {"accessScopes": [{"handle": scope} for scope in sorted(self.scopes)]}

    def ordersCount(self, **_args: Any) -> dict[str, Any]:  # noqa: N802 - Shopify's name
        return {"count": len(self.visible()), "precision": "EXACT"}

    def customerByIdentifier(self, identifier: dict[str, str]) -> dict[str, Any] | None:  # noqa: N802 - Shopify's name
        ((key, value),) = identifier.items()
        for customer in self.customers:
            email, phone = customer["defaultEmailAddress"], customer["defaultPhoneNumber"]
            if key == "emailAddress" and email and email["emailAddress"].lower() == value.lower():
                return customer
            if key == "phoneNumber" and phone and phone["phoneNumber"] == value:
                return customer
        return None

    def nodes(self, ids: list[str]) -> list[dict[str, Any] | None]:
        everything = {entry["id"]: entry for entry in (*self.customers, *self.orders, *self.disputes)}
        if "read_customers" not in self.scopes:
            everything = {key: entry for key, entry in everything.items() if "/Customer/" not in key}
        return [everything.get(identity) for identity in ids]

    def order(self, id: str) -> dict[str, Any] | None:  # noqa: A002 - Shopify's name
        return next((order for order in self.visible() if order["id"] == id), None)

    def find_orders(self, query: str | None) -> list[dict[str, Any]]:
        return [order for order in self.visible() if query is None or _matches(order, query)]

    def visible(self) -> list[dict[str, Any]]:
        if "read_all_orders" in self.scopes:
            return self.orders
        oldest = datetime.now(UTC) - timedelta(days=60)
        return [order for order in self.orders if datetime.fromisoformat(order["processedAt"]) > oldest]


def _objects_in(value: Any) -> int:
    """Return what a query has really cost."""
    if isinstance(value, dict):
        return 1 + sum(_objects_in(entry) for entry in value.values())
    return sum(_objects_in(entry) for entry in value) if isinstance(value, list) else 0


def _resolve(source: Any, info: GraphQLResolveInfo[Any], **args: Any) -> Any:
    shop: FakeShop = info.root_value
    scope = _RIGHTS.get((info.parent_type.name, info.field_name))
    if scope and scope not in shop.scopes:
        raise GraphQLError(
            f"Access denied for {info.field_name} field. Required access: `{scope}` access scope.",
            extensions={"code": "ACCESS_DENIED", "requiredAccess": f"`{scope}` access scope."},
        )
    if (info.parent_type.name, info.field_name) == ("QueryRoot", "orders"):
        value: Any = shop.find_orders(args.get("query"))
    elif (info.parent_type.name, info.field_name) == ("Customer", "orders"):
        value = [order for order in shop.visible() if order["customer"] is source]
    elif source is shop:
        return getattr(shop, info.field_name)(**args)
    else:
        value = source[info.field_name]
    if not isinstance(value, list) or "first" not in args:
        return value
    if args.get("sortKey") == "PROCESSED_AT":
        value = sorted(value, key=lambda entry: str(entry["processedAt"]))
    if args.get("reverse"):
        value = value[::-1]
    return value[: args["first"]] if is_list_type(get_nullable_type(info.return_type)) else _connection(value, args)


def _connection(entries: Sequence[Any], args: Mapping[str, Any]) -> dict[str, Any]:
    start = int(args.get("after") or 0)
    end = start + args["first"]
    page = {"hasNextPage": end < len(entries), "endCursor": str(min(end, len(entries)))}
    return {"nodes": list(entries[start:end]), "pageInfo": page}


def _type_of(value: Any, *_args: Any) -> str:
    return str(value["__typename"])


# --- searching -------------------------------------------------------------------------------------------


def terms_of(query: str) -> list[tuple[str, str]]:
    """Return what a search looks for, by field: our own reading of shopify.dev's grammar, terms joined by OR."""
    terms: list[tuple[str, str]] = []
    place = 0
    while place < len(query):
        match = _TERM.match(query, place)
        if match is None:
            raise AssertionError(f"not in the grammar: {query[place:]!r}")
        place = match.end()
        quoted = match["quoted"]
        value = re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted is not None else match["bare"]
        if match["name"] is None and value == "OR":
            continue
        terms.append((match["name"] or "default", value))
    return terms


def _matches(order: Mapping[str, Any], query: str) -> bool:
    """Return whether a search finds the order: e-mail addresses are searched by their words."""
    for name, value in terms_of(query):
        if name == "customer_id" and order["customer"] and order["customer"]["id"].endswith(f"/{value}"):
            return True
        if name == "email" and order["email"] and " ".join(_words(value)) in " ".join(_words(order["email"])):
            return True
    return False


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


# --- the connector at the shop


@dataclass(frozen=True)
class Setup:
    """A shop that answers on this machine."""

    shop: FakeShop
    outside: OutsideSystem

    def connector(self, **settings: Any) -> ShopifyConnector:
        """Return the connector, as it is made for each call."""
        url = self.outside.url

        class Local(ShopifyConnector):
            base = url

        return Local({"shop": "fernweh.myshopify.com", "client_id": "", "token": TOKEN, **settings}, name="Fernweh")

    @property
    def asked(self) -> list[str]:
        """The names of the queries that were asked."""
        return [name for name, _variables in self.shop.asked]
