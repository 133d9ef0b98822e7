"""Whatever a visitor typed, a query to Stripe's search asks for exactly that text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.connectors.stripe.queries import by_email, by_phone, quoted

# A string of Stripe's query language, and what stands in it for itself.
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def read(text: str) -> str:
    """Return what one string of a query means; fails where it is not exactly one."""
    match = _STRING.fullmatch(text)
    assert match, text
    return _ESCAPED.sub(r"\1", match[1])


@given(st.text())
def test_a_value_is_one_string_and_itself(value: str) -> None:
    assert read(quoted(value)) == value


@given(st.text(alphabet='"\\: OR-~<>ab', max_size=12))
def test_no_value_becomes_part_of_the_query(value: str) -> None:
    field, _colon, rest = by_email(value).partition(":")
    assert (field, read(rest)) == ("email", value)


def test_a_hostile_address() -> None:
    assert by_email('a" OR created>0 OR email:"b') == r'email:"a\" OR created>0 OR email:\"b"'


@pytest.mark.parametrize(
    ("number", "query"),
    [
        ("+4930123456", 'phone:"+4930123456" OR phone:"+49 30 123456"'),
        ("no number", 'phone:"no number"'),
        ('+49" OR created>0', r'phone:"+49\" OR created>0"'),
    ],
)
def test_numbers_are_looked_for_as_they_are_mostly_written(number: str, query: str) -> None:
    assert by_phone(number) == query
