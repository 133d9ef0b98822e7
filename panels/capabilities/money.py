"""Amounts of money, exact and never mixed."""

from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Self

import msgspec
from babel.numbers import get_currency_precision

# CLDR, which Babel carries, tells how many decimals people write; these have more in ISO 4217, and
# systems do send them, so rounding to CLDR's figure would lose money.
_ISO_EXPONENTS = {
    "AFN": 2,
    "ALL": 2,
    "IQD": 3,
    "IRR": 2,
    "KPW": 2,
    "LAK": 2,
    "LBP": 2,
    "MGA": 2,
    "MMK": 2,
    "RSD": 2,
    "SOS": 2,
    "SYP": 2,
    "YER": 2,
}
_CODE_LENGTH = 3


class CurrencyMismatchError(ValueError):
    """Two currencies met in one sum."""


@lru_cache(maxsize=512)
def currency_exponent(currency: str) -> int:
    """Return how many decimals the currency's smallest unit has: EUR 2, JPY 0, KWD 3; unknown codes 2."""
    return _ISO_EXPONENTS.get(currency, get_currency_precision(currency))


class Money(msgspec.Struct, frozen=True):
    """An amount in one currency: `minor` of its smallest units; `currency` is ISO 4217, upper case.

    Truth is "not zero", for templates. Amounts of several currencies are added up by `sum`, side by side.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        code = self.currency
        if len(code) != _CODE_LENGTH or not code.isascii() or not code.isalpha() or not code.isupper():
            raise ValueError(f"{code!r} is no ISO 4217 code in upper case.")

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> Self:
        """Return the money of a decimal amount such as "12.50"; half a smallest unit is rounded away from zero.

        The currency may be in any case. Floats are refused: what they round is gone before we see it.
        """
        if isinstance(amount, float):
            raise TypeError("Money is not made of floats.")
        code = currency.upper()
        minor = Decimal(amount).scaleb(currency_exponent(code)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return cls(int(minor), code)

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency.upper())

    @property
    def amount(self) -> Decimal:
        """The amount in the currency's main unit, with all its decimals."""
        return Decimal(self.minor).scaleb(-currency_exponent(self.currency))

    def __bool__(self) -> bool:
        return self.minor != 0

    def __neg__(self) -> Self:
        return msgspec.structs.replace(self, minor=-self.minor)

    def __add__(self, other: Self) -> Self:
        return msgspec.structs.replace(self, minor=self.minor + self._same(other))

    def __sub__(self, other: Self) -> Self:
        return msgspec.structs.replace(self, minor=self.minor - self._same(other))

    def __mul__(self, times: int) -> Self:
        return msgspec.structs.replace(self, minor=self.minor * times)

    def __lt__(self, other: Self) -> bool:
        return self.minor < self._same(other)

    def _same(self, other: Self) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency} do not add up.")
        return other.minor

    @staticmethod
    def sum(amounts: "Iterable[Money]") -> "tuple[Money, ...]":
        """Return one total per currency, the currency of most amounts first; empty for no amounts."""
        totals: dict[str, int] = {}
        count: Counter[str] = Counter()
        for money in amounts:
            totals[money.currency] = totals.get(money.currency, 0) + money.minor
            count[money.currency] += 1
        return tuple(Money(totals[code], code) for code in sorted(totals, key=lambda code: (-count[code], code)))
