"""What the charts of the kit are drawn of. Sizes are SVG attributes: the frame's policy allows no styles in markup."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from panels import formats
from panels.api import CurrencyMismatchError, Money
from panels.kit.markup import join

Amount = Money | float | Decimal


def draw_bars(points: Iterable[tuple[str, Amount]], language: str) -> SafeString:
    """Return a list item for each pair of label and amount.

    Raises `CurrencyMismatchError` for amounts of several currencies, which do not compare.
    """
    given = list(points)
    currencies = {amount.currency for _label, amount in given if isinstance(amount, Money)}
    if len(currencies) > 1:
        raise CurrencyMismatchError(f"{' and '.join(sorted(currencies))} do not compare.")
    top = max((_size(amount) for _label, amount in given), default=Decimal(0))
    return join(
        format_html(
            '<li><bdi>{}</bdi><svg width="100%" height="8" aria-hidden="true">'
            '<rect width="{}%" height="8" rx="2"/></svg><bdi class="vx-amount">{}</bdi></li>',
            label,
            _percent(_size(amount), top),
            formats.format_money(amount, language)
            if isinstance(amount, Money)
            else formats.format_number(amount, language),
        )
        for label, amount in given
    )


def _size(amount: Amount) -> Decimal:
    return amount.amount if isinstance(amount, Money) else Decimal(str(amount))


def _percent(size: Decimal, top: Decimal) -> str:
    """Return the share of the highest with one digit after the point; a little that is not nothing is seen."""
    if size <= 0:
        return "0"
    return str(max(round(size / top * 100, 1), Decimal("0.5")))
