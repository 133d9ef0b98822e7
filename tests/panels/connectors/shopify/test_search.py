"""No value that is searched for changes what the search means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.connectors.shopify.search import quoted, search
from tests.support.shopify import terms_of

HOSTILE = st.text(st.sampled_from("\"\\'():*-<>=~ \t\n\0 aORNDT@.é😀"), max_size=30) | st.text(max_size=30)


@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_every_value_is_one_term(values: list[str]) -> None:
    found = terms_of(search(emails=values))
    assert [name for name, _value in found] == ["email"] * len(values)
    for (_name, value), original in zip(found, values, strict=True):
        assert value == "".join(char if char.isprintable() else " " for char in original)


@given(HOSTILE)
def test_nothing_ends_a_phrase_but_its_end(value: str) -> None:
    inside = quoted(value)[1:-1].replace("\\\\", "").replace('\\"', "")
    assert '"' not in inside
    assert "\\" not in inside


def test_customers_and_addresses_are_alternatives() -> None:
    assert search(customers=["7", "8"], emails=["a@b.example"]) == (
        'customer_id:7 OR customer_id:8 OR email:"a@b.example"'
    )


def test_only_numbers_are_customers() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        search(customers=["7 OR name:*"])
