"""What we send is what Shopify's schema knows, and costs little."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse, validate
from graphql.validation import NoDeprecatedCustomRule

from panels.connectors.shopify import connector, queries
from panels.connectors.shopify.queries import Query
from tests.support.shopify import schema
from tests.support.shopify_cost import requested_cost

MOST_POINTS = 1000
# The largest each is asked with.
LARGEST: dict[str, dict[str, Any]] = {
    "People": {"ids": ["id"] * 20},
    "Guests": {"first": 20},
    "Guest": {"ids": ["id"] * 20},
    "Customers": {"ids": ["id"] * 8},
    "GuestOrders": {"first": 25},
    "Orders": {"first": connector.ORDERS_PER_PAGE},
    "Payments": {"first": connector.PAYMENTS_PER_PAGE},
    "Disputes": {"ids": ["id"] * 20},
}
# By Shopify's published rules, every list full: what an operator reads in docs/connectors/shopify.md.
COSTS = {
    "Rights": 2,
    "Check": 4,
    "Find": 3,
    "People": 60,
    "Guests": 82,
    "Guest": 40,
    "Customers": 792,
    "GuestOrders": 502,
    "Orders": 892,
    "Items": 303,
    "Rest": 561,
    "Payments": 810,
    "Disputes": 80,
}


@pytest.mark.parametrize("query", queries.ALL, ids=lambda query: query.name)
def test_every_query_is_one_of_the_schemas(query: Query) -> None:
    assert validate(schema(), parse(query.text)) == []
    assert validate(schema(), parse(query.text), [NoDeprecatedCustomRule]) == [], "it would be gone one day"


def test_a_query_of_removed_fields_is_none_of_the_schemas() -> None:
    for gone in ("totalSpent", "ordersCount"):
        assert validate(schema(), parse(f"{{ customer(id: 1) {{ {gone} }} }}")) != []


@pytest.mark.parametrize("query", queries.ALL, ids=lambda query: query.name)
def test_a_query_has_its_name_and_changes_nothing(query: Query) -> None:
    operations = [one for one in parse(query.text).definitions if isinstance(one, OperationDefinitionNode)]
    assert [(one.operation.value, one.name.value if one.name else "") for one in operations] == [("query", query.name)]


def test_all_queries_are_held_against_the_schema() -> None:
    written = {value.name for value in vars(queries).values() if isinstance(value, Query)}
    assert written == {query.name for query in queries.ALL} == set(COSTS)


@pytest.mark.parametrize("query", queries.ALL, ids=lambda query: query.name)
def test_no_query_costs_more_than_shopify_runs(query: Query) -> None:
    everything = dict.fromkeys(("staff", "disputes", "returns", "credit"), True)
    cost = requested_cost(schema(), parse(query.text), {**everything, **LARGEST.get(query.name, {})})
    assert cost == COSTS[query.name]
    assert cost < MOST_POINTS
