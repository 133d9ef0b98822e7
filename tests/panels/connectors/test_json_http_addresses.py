"""A value stays in the place an operator has given it, whatever it holds."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panels.api import ConnectorError, FinalError, Identity
from panels.connectors.json_http.addresses import read_question
from tests.support.json_http import connect
from tests.support.outside import OutsideSystem, Reply

VALUES = st.text(min_size=1, max_size=40).map(lambda text: text.encode("utf-8", "ignore").decode() or "x")
NASTY = (
    *("../../admin", "..", ".", "/", "//evil.example/x", "http://evil.example", "a?x=1&admin=1", "a#b", "a%2F..%2Fb"),
    *(
        "{email}",
        "{value}",
        "%7Bemail%7D",
        "a\r\nX-Evil: 1",
        "a\0b",
        "\\..\\x",
        '"}',
        "') or 1=1 --",
        "@evil.example:80",
    ),
)


def who(value: str) -> Identity:
    return Identity(identifier=value, order=("identifier",))


def ask(outside: OutsideSystem, value: str, **entered: Any) -> None:
    outside.answer = lambda asked: Reply([])
    try:
        connect(outside.url, **entered).orders(who(value))
    except FinalError:
        assert value in {".", "..", ""} or "\0" in value


@pytest.mark.parametrize("value", NASTY)
def test_a_value_is_one_segment_of_the_path(outside: OutsideSystem, value: str) -> None:
    ask(outside, value, orders_addresses="/c/{identifier}.json?limit=5")
    for asked in outside.asked:
        assert asked.path.startswith("/c/")
        assert asked.path.endswith(".json")
        assert asked.path.count("/") == 2
        assert asked.params == {"limit": "5"}
        assert "x-evil" not in asked.headers


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES | st.sampled_from(NASTY))
def test_a_value_is_one_value_of_the_query_or_the_body(outside: OutsideSystem, value: str) -> None:
    outside.asked.clear()
    ask(outside, value, orders_addresses="/orders?a=1&q={identifier}&b=2")
    for asked in outside.asked:
        assert (asked.path, list(asked.params)) == ("/orders", [*(("a", "q", "b") if value else ("a", "b"))])
        assert asked.params["q"] == value
    outside.asked.clear()
    body = {"filter": {"id": "{identifier}", "kind": "all"}, "list": ["{identifier}"], "limit": 5}
    ask(outside, value, orders_addresses="/search", orders_body=json.dumps(body))
    for asked in outside.asked:
        assert asked.method == "POST"
        assert asked.json() == {"filter": {"id": value, "kind": "all"}, "list": [value], "limit": 5}


@pytest.mark.parametrize("value", [*NASTY, "{ orders }"])
def test_a_value_never_becomes_part_of_a_query_in_graphql(outside: OutsideSystem, value: str) -> None:
    query = "query($id: ID!) { customer(id: $id) { orders { id } {identifier} } }"
    ask(outside, value, orders_addresses="/graphql", orders_graphql=query, orders_body='{"id": "{identifier}"}')
    assert outside.asked[0].json() == {"query": query, "variables": {"id": value}}


@pytest.mark.parametrize(
    "line",
    [
        "orders?email={email}", "//evil.example/{email}", "https://evil.example/{email}", "/\\evil.example/{email}",
        "/a/../{email}", "/./{email}", "/a/%2e%2e/{email}", "/{email}#x", "/orders", "/orders?q={colour}",
        "/orders?q=email:{email}", "/orders?{email}=1", "/{email}{phone}", "/{email}/{phone}", "/{email}?p={phone}",
        "/orders?q={email", "/orders?q=email}", "/{attribute:}", "/{attribute:a b}", "/x\x07{email}", "/{{email}}",
    ],
)  # fmt: skip
def test_addresses_that_are_refused(line: str) -> None:
    with pytest.raises(ValidationError):
        read_question(line, "", "")


def test_addresses_are_below_the_systems(outside: OutsideSystem) -> None:
    outside.answer = lambda asked: Reply([])
    connect(f"{outside.url}/api/v1/", orders_addresses="/c/{identifier}?a=x&a=y").orders(who("7"))
    assert outside.asked[0].path == "/api/v1/c/7"


def test_few_addresses_are_enough() -> None:
    with pytest.raises(ValidationError):
        read_question("\n".join(["/{email}"] * 7), "", "")


def test_an_impossible_value_is_nobodys_fault_but_asked_nowhere(outside: OutsideSystem) -> None:
    with pytest.raises(ConnectorError):
        connect(outside.url, orders_addresses="/c/{identifier}").orders(who(".."))
    assert not outside.asked
