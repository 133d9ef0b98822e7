from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.api import CurrencyMismatchError, Money, currency_exponent

CURRENCIES = ("EUR", "USD", "JPY", "KWD", "RSD", "CLF", "ISK")
moneys = st.builds(Money, st.integers(-(10**12), 10**12), st.sampled_from(CURRENCIES))


@pytest.mark.parametrize(
    ("currency", "exponent"),
    [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("ISK", 0), ("UGX", 0), ("RSD", 2), ("IQD", 3), ("XYZ", 2)],
)
def test_exponent_is_the_currencys_own(currency: str, exponent: int) -> None:
    assert currency_exponent(currency) == exponent


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "eur", 1250),
        (Decimal("0.005"), "EUR", 1),
        (Decimal("-0.005"), "EUR", -1),
        (Decimal("0.0049"), "EUR", 0),
        (1234, "JPY", 1234),
        ("1.2345", "KWD", 1235),
        ("120.50", "RSD", 12050),
        ("1e3", "USD", 100_000),
    ],
)
def test_money_of_a_decimal_is_exact_or_rounded_half_up(amount: Decimal | str | int, currency: str, minor: int) -> None:
    assert Money.of(amount, currency) == Money(minor, currency.upper())


def test_money_of_a_float_is_refused() -> None:
    amount: Any = 12.5
    with pytest.raises(TypeError, match="floats"):
        Money.of(amount, "EUR")


@pytest.mark.parametrize("code", ["eur", "EURO", "", "E1R", "ÉUR"])
def test_what_is_no_currency_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, code)


def test_what_is_no_currency_code_is_refused_when_read() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(msgspec.msgpack.encode({"minor": 1, "currency": "euro"}), type=Money)


@given(moneys)
def test_amount_and_money_are_the_same(money: Money) -> None:
    assert Money.of(money.amount, money.currency) == money


@given(moneys)
def test_msgpack_keeps_money(money: Money) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(money), type=Money) == money


@given(st.lists(moneys))
def test_sum_has_one_exact_total_per_currency(amounts: list[Money]) -> None:
    totals = Money.sum(amounts)
    assert {total.currency: total.minor for total in totals} == {
        code: sum(money.minor for money in amounts if money.currency == code)
        for code in {money.currency for money in amounts}
    }
    assert len(totals) == len({money.currency for money in amounts})


@given(st.lists(moneys))
def test_sum_does_not_depend_on_the_order(amounts: list[Money]) -> None:
    assert Money.sum(amounts) == Money.sum(amounts[::-1])


def test_sum_names_the_commonest_currency_first() -> None:
    amounts = [Money(100, "USD"), Money(5, "EUR"), Money(5, "EUR"), Money(1, "CHF")]
    assert Money.sum(amounts) == (Money(10, "EUR"), Money(1, "CHF"), Money(100, "USD"))


@given(moneys, moneys)
def test_arithmetic_is_exact_in_one_currency_and_refused_between_two(one: Money, other: Money) -> None:
    if one.currency == other.currency:
        assert (one + other - other) == one
        assert (one < other) == (one.minor < other.minor)
    else:
        for operation in (Money.__add__, Money.__sub__, Money.__lt__):
            with pytest.raises(CurrencyMismatchError):
                operation(one, other)


@given(moneys, st.integers(-50, 50))
def test_times_is_adding_up(money: Money, times: int) -> None:
    assert (money * times).minor == money.minor * times
    assert -money == money * -1


def test_only_nothing_is_false() -> None:
    assert not Money.zero("eur")
    assert Money(-1, "EUR")
