"""By which values a customer is looked for, and when two values are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.api import Identity, MatchWord, is_same_email, is_same_phone, match_values, to_e164

ADA = Identity(
    contact_id=7,
    identifier="c-1",
    emails=("ada@example.com",),
    phones=("+4930123456",),
    attributes=(("shop_id", "77"), ("vip", "yes")),
)


def words(*keys: str) -> list[tuple[MatchWord, str]]:
    return [(value.by, value.value) for value in match_values(ADA.only(keys))]


def test_values_come_in_the_operators_order() -> None:
    assert words("email", "identifier") == [(MatchWord.EMAIL, "ada@example.com"), (MatchWord.IDENTIFIER, "c-1")]
    assert words("attribute:shop_id", "phone") == [(MatchWord.ATTRIBUTE, "77"), (MatchWord.PHONE, "+4930123456")]
    assert words("attribute:nothing") == []


def test_what_is_not_looked_for_is_not_given() -> None:
    given_ = ADA.only(("email", "attribute:shop_id"))
    assert (given_.identifier, given_.phones, given_.attributes) == (None, (), (("shop_id", "77"),))


def test_links_come_alone() -> None:
    linked = Identity(emails=("ada@example.com",), linked=("9", "10"))
    assert [tuple(value) for value in match_values(linked)] == [(MatchWord.LINK, "9"), (MatchWord.LINK, "10")]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada@Example.com", " ada@example.COM ", True), ("ada@example.com", "ada@example.com.evil.example", False),
        ("a@b.c", None, False), (None, None, False), ("", "", False), ("ß@b.c", "ss@b.c", True),
    ],
)  # fmt: skip
def test_emails(one: str | None, other: str | None, same: bool) -> None:
    assert is_same_email(one, other) is same


@pytest.mark.parametrize(
    ("one", "other", "region", "same"),
    [
        ("+49 30 123456", "+4930123456", None, True), ("030 123456", "+4930123456", "DE", True),
        ("030 123456", "+4930123456", None, False), ("+4930123456", "+4930123457", None, False),
        ("0049 30 123456", "+4930123456", "DE", True), ("123", "123", "DE", False), (None, None, None, False),
        ("garbage", "garbage", "DE", False),
    ],
)  # fmt: skip
def test_phones(one: str | None, other: str | None, region: str | None, same: bool) -> None:
    assert is_same_phone(one, other, region=region) is same


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    number = to_e164(text, region="DE")
    assert number is None or number.startswith("+")
    assert is_same_email(text, text) is bool(text and (text.strip() or text))
