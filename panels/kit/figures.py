"""Numbers that matter, and small charts of them."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from django.utils.html import format_html

from panels.api import Money, Tone
from panels.kit import charts
from panels.kit.markup import NOTHING, join, language, wrap
from panels.kit.registry import Kit
from panels.sparkline import draw_months, draw_values, monthly

kit = Kit("Figures")

_MARKS = {"": "", "total": "vx-sums__total", "due": "vx-sums__due"}


@kit.block()
def figures(
    content: str,
    chart: Annotated[str, "what stands beside them: `{% sparkline … as chart %}`"] = "",
    grid: Annotated[bool, "whether they stand in two or four columns"] = False,
) -> str:
    """The panel's key figures: a list of `{% figure %}`."""
    if grid:
        return wrap("dl", content, "vx-figures vx-figures--grid")
    return wrap("div", join([wrap("dl", content, "vx-figures"), chart]), "vx-summary")


@kit.block(inside="figures")
def figure(content: str, label: Annotated[str, "what the figure counts"]) -> str:
    """One of the `{% figures %}`; nothing without content."""
    return _pair(content, label, "vx-figure")


@kit.block()
def sums(content: str) -> str:
    """A calculation: `{% sum %}` by `{% sum %}`, amounts below each other."""
    return wrap("dl", content, "vx-sums")


@kit.block(name="sum", inside="sums")
def sum_(
    content: str,
    label: Annotated[str, "what is added"],
    mark: Annotated[str, '"total" for the total, "due" for what is still to be paid'] = "",
) -> str:
    """One line of `{% sums %}`; nothing without content."""
    return _pair(wrap("bdi", content), label, _MARKS[mark])


@kit.tag()
def sparkline(
    points: Annotated[
        Iterable[tuple[datetime, Money] | float | Decimal],
        "pairs of moment and Money, or plain numbers, oldest first",
    ],
    label: Annotated[str, "what the numbers are; needed for plain ones: the chart's text begins with it"] = "",
) -> str:
    """A chart the size of a word, with a text that says the same; nothing for fewer than two points.

    Amounts are added up by months, twelve of them; of several currencies the commonest is drawn. Plain numbers are
    drawn as they come.
    """
    dated: list[tuple[datetime, Money]] = []
    plain: list[float | Decimal] = []
    for point in points:
        if isinstance(point, tuple):
            dated.append(point)
        else:
            plain.append(point)
    return draw_months(monthly(dated), language()) if dated else draw_values(plain, label, language())


@kit.tag()
def bars(
    points: Annotated[Iterable[tuple[str, Money | float | Decimal]], "pairs of label and number or Money"],
    label: Annotated[str, "what the chart shows"],
    tone: Annotated[Tone, "the bars' colour: a tone, as for `{% chip %}`"] = Tone.PROGRESS,
) -> str:
    """A bar for each label, as long as its share of the highest, with the number beside it; nothing for none.

    It is a list to screen readers. Negative numbers have no bar. Amounts must be of one currency.
    """
    given = [(name, amount) for name, amount in points]
    if not given:
        return NOTHING
    rows = charts.draw_bars(given, language())
    return wrap("ul", rows, f"vx-bars vx-bars--{Tone(tone).value}", role="list", aria_label=label)


def _pair(content: str, label: str, mark: str) -> str:
    told = wrap("dd", content)
    return wrap("div", format_html("<dt>{}</dt>{}", label, told), mark) if told else NOTHING
