"""The components: what they draw, what they leave out, and that they escape what they are given."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.utils import translation

from panels.api import Address, CurrencyMismatchError, Money, PaymentWord
from tests.panels.factories import days, euros
from tests.panels.kit.writing import draw, write

HOSTILE = "<img src=x onerror=alert(1)>\"'"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;"

# Each argument that may be text from outside, and where text from outside stands inside of a block.
GIVEN = [
    "{% row key=x mention=x part='p' id=x %}{% slot 'title' %}{{ x }}{% endslot %}{% details %}{{ x }}{% endrow %}",
    "{% list names=True %}{% row %}{% slot 'facts' %}{{ x }}{% endslot %}{% below %}{{ x }}{% endrow %}{% endlist %}",
    "{% list mentions=x %}{% heading x in_list=True %}{% more 'p' offset=1 remaining=2 q=x %}{% endlist %}",
    "{% heading x %}{% facts %}{% fact %}{{ x }}{% endfact %}{% endfacts %}",
    "{% disclosure x key=x part='p' q=x %}{{ x }}{% enddisclosure %}",
    "{% figures chart=x %}{% figure x %}{{ x }}{% endfigure %}{% endfigures %}",
    "{% sums %}{% sum x 'total' %}{{ x }}{% endsum %}{% endsums %}",
    "{% sparkline numbers label=x %}{% bars points label=x %}",
    "{% chip x %}{% tags texts x %}{% badge word x %}{% chips %}{{ x }}{% endchips %}",
    "{% alerts %}{% alert 'act' %}{{ x }}{% endalert %}{% endalerts %}{% lead %}{{ x }}{% endlead %}",
    "{% note %}{{ x }}{% endnote %}{% empty_state x x %}{% error_state x trace=x %}",
    "{% fields %}{% field x %}{% value x %}{% endfield %}{% endfields %}{% card x %}{{ x }}{% endcard %}",
    "{% columns %}{{ x }}{% column %}{{ x }}{% endcolumns %}{% table texts rows caption=x %}",
    "{% timeline %}{% event %}{{ x }}{% endevent %}{% endtimeline %}{% person x %}{{ x }}{% endperson %}",
    "{% external_link url x %}{% external_link url store=x %}{% row_link url x %}",
    "{% code_link x url %}{% code_link x x %}",
    "{% copy_button x x %}{% copyable x x %}{% button x name=x value=x %}{% confirm x x %}{{ x }}{% endconfirm %}",
    "{% choose_customer x x %}{% code x %}{% quiet %}{{ x }}{% endquiet %}{% address address %}{% local_time x %}",
    "{% form_fields form key=x %}",
]


class HostileForm(forms.Form):
    name = forms.CharField(label=HOSTILE, help_text=HOSTILE, initial=HOSTILE)
    kind = forms.ChoiceField(choices=[(HOSTILE, HOSTILE)], widget=forms.RadioSelect, label=HOSTILE)
    is_sure = forms.BooleanField(label=HOSTILE)


@pytest.mark.parametrize("source", GIVEN)
def test_text_from_outside_stays_text(source: str) -> None:
    given: dict[str, Any] = {
        "x": HOSTILE,
        "texts": [HOSTILE],
        "rows": [[HOSTILE]],
        "numbers": [1, 2],
        "points": [(HOSTILE, 3)],
        "word": PaymentWord.UNKNOWN,
        "url": "https://shop.example/1",
        "address": Address(name=HOSTILE, lines=(HOSTILE,), city=HOSTILE, country=HOSTILE),
        "form": HostileForm(),
    }
    document = draw(source, **given)
    assert "<img" not in document.html
    assert ESCAPED in document.html or "local_time" in source


def test_what_is_safe_in_a_text_ends_no_attribute() -> None:
    """Literals of templates are safe, and so is what other tags have made: neither is between quotes."""
    page = draw("""{% value "A" as x %}{% copy_button 'a "b" & c' x %}{% row mention=x key=x %}{% endrow %}""")
    (button,) = page.having(tag="button")
    assert (button["data-copy"], button["title"]) == ('a "b" & c', "<bdi>A</bdi>")
    page = draw("{% firstof x as y %}{% copy_button y y %}", x="a & b")
    assert page.having(tag="button")[0]["title"] == "a & b"


@pytest.mark.parametrize(
    "source",
    [
        "{% list %}  {% endlist %}",
        "{% list %}{% more 'p' offset=3 remaining=0 %}{% endlist %}",
        "{% slot 'facts' %}{% fact %} {% endfact %}{% endslot %}",
        "{% facts %}{% endfacts %}",
        "{% figures %}{% figure 'Orders' %}{{ none|number }}{% endfigure %}{% endfigures %}",
        "{% sums %}{% sum 'Tax' %}{{ none|money }}{% endsum %}{% endsums %}",
        "{% sparkline nothing %}{% sparkline one %}{% bars nothing label='x' %}{% tags nothing %}",
        "{% alerts %}{% alert %} {% endalert %}{% endalerts %}{% chips %}{% endchips %}{% badge none %}",
        "{% lead %}{% endlead %}{% note %} {% endnote %}{% card 'Title' %} {% endcard %}",
        "{% fields %}{% field 'Note' %}{% value none none='' %}{% endfield %}{% endfields %}",
        "{% table texts nothing %}{% timeline %}{% endtimeline %}{% columns %}{% endcolumns %}",
        "{% external_link none %}{% external_link 'javascript:alert(1)' 'x' %}{% row_link '//x' %}",
        "{% copyable none 'x' %}",
        "{% buttons %}{% external_link none %}{% endbuttons %}{% moment none %}{% age none %}{% local_time none %}",
        "{% amount none %}{% amount nothing %}",
    ],
)
def test_nothing_is_drawn_around_nothing(source: str) -> None:
    assert write(source, none=None, nothing=[], one=[3], texts=["a"]).strip() == ""


def test_row_that_opens() -> None:
    page = draw(
        "{% row key='a' part='order' id='7&8' mention='1042' focus=True %}{% slot 'title' %}#1042{% endslot %}"
        "{% details %}<p>Brief</p>{% below %}<p>Below</p>{% endrow %}"
    )
    (row,) = page.having(attr="data-row")
    assert row["data-mention"] == "1042"
    assert [(details["id"], details.text) for details in page.having(tag="details")] == [("vx-12-a", "#1042Brief")]
    assert page.having(tag="summary", attr="autofocus") != []
    (body,) = page.having(attr="hx-get")
    assert (body["hx-get"], body["hx-trigger"]) == (
        "panels/12/?part=order&id=7%268",
        "toggle once from:closest details",
    )
    assert row.text.endswith("Below")


def test_row_that_does_not_open() -> None:
    page = draw("{% row over=True %}{% slot 'title' %}#1042{% endslot %}{% endrow %}")
    assert page.having(tag="details") == []
    assert page.having(cls="vx-row--over", attr="data-row") != []


def test_an_unknown_place_is_an_error() -> None:
    with pytest.raises(KeyError):
        write("{% slot 'middle' %}x{% endslot %}")


def test_titles_that_are_wider_than_numbers_have_room() -> None:
    for argument, name in (("", "vx-rows"), ("wide=True", "vx-rows vx-rows--wide"), ("names=True", "vx-rows--names")):
        (list_,) = draw("{% list " + argument + " %}{% row %}x{% endrow %}{% endlist %}").having(tag="ul")
        assert name in (list_["class"] or "")


def test_more_asks_for_the_rest_and_replaces_itself() -> None:
    page = draw("{% list %}{% more 'rows' offset=20 remaining=1200 kind='open' %}{% endlist %}")
    (button,) = page.having(tag="button")
    assert (button["hx-get"], button["hx-target"], button["hx-swap"]) == (
        "panels/12/?part=rows&offset=20&kind=open",
        "closest li",
        "outerHTML",
    )
    assert button.text == "Show more (1,200 left)"


def test_a_form_names_what_is_wrong_where_it_is() -> None:
    class Points(forms.Form):
        points = forms.IntegerField(max_value=500, help_text="At most 500.")

        def clean(self) -> None:
            raise forms.ValidationError("Not today.")

    page = draw("{% form_fields form key='points' %}", form=Points({"points": "900"}))
    (field,) = page.having(tag="input")
    assert field["id"] == "vx-12-points-points"
    assert field["aria-invalid"] == "true"
    described = (field["aria-describedby"] or "").split()
    said = [element.text for element in page.having(attr="id") if element["id"] in described]
    assert said == ["At most 500.", "Ensure this value is less than or equal to 500."]
    assert [label["for"] for label in page.having(tag="label")] == [field["id"]]
    assert [alert.text for alert in page.having(attr="role")] == ["Not today."]


def test_a_confirmation_shows_the_button_behind_the_question() -> None:
    page = draw("{% confirm 'Close' 'Close it?' %}{% button 'Yes' kind='submit' %}{% endconfirm %}")
    assert [(element.tag, element.text) for element in page.having(cls="vx-button")] == [
        ("summary", "Close"),
        ("button", "Yes"),
    ]
    assert page.having(tag="button")[0]["type"] == "submit"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        ("", "–"),
        (0, "0"),
        (12345, "12,345"),
        (Decimal("2.50"), "2.5"),
        (euros("840"), "€840.00"),
        (days(0), "Nov 20, 2026"),
        (dt.date(2026, 11, 20), "Fri, Nov 20, 2026"),
        (PaymentWord.PAID, "Paid"),
    ],
)
def test_a_value_is_written_as_its_type_asks_for(value: object, text: str) -> None:
    assert draw("{% value value %}", value=value).text == text


def test_a_table_stays_one_when_it_is_laid_out_in_another_way() -> None:
    rows = [["Tent", euros("840"), None], ["Stove", None, days(0)]]
    page = draw("{% table columns rows caption='Bookings' %}", columns=["What", "Price", "When"], rows=rows)
    assert [cell["data-label"] for cell in page.having(tag="td")] == ["What", "Price", "When"] * 2
    assert [cell["role"] for cell in page.having(attr="role")].count("cell") == 6
    assert [cell.text for cell in page.having(cls="vx-end")] == ["Price", "€840.00", "–"]


def test_a_table_with_a_row_too_short_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        write("{% table columns rows %}", columns=["a", "b"], rows=[[1, 2], [3]])


def test_bars_say_their_numbers_and_are_as_long_as_their_share() -> None:
    page = draw("{% bars points label='Spent' %}", points=[("A", euros("80")), ("B", euros("20")), ("C", euros("0"))])
    assert [bar["width"] for bar in page.having(tag="rect")] == ["100.0%", "25.0%", "0%"]
    assert [item.text for item in page.having(tag="li")] == ["A€80.00", "B€20.00", "C€0.00"]
    assert page.having(tag="ul")[0]["aria-label"] == "Spent"


def test_bars_of_a_little_are_seen_and_of_less_than_nothing_are_not() -> None:
    page = draw("{% bars points label='x' %}", points=[("A", 10_000), ("B", 1), ("C", -5)])
    assert [bar["width"] for bar in page.having(tag="rect")] == ["100.0%", "0.5%", "0%"]


def test_bars_in_several_currencies_are_an_error() -> None:
    with pytest.raises(CurrencyMismatchError):
        write("{% bars points label='x' %}", points=[("A", euros("1")), ("B", Money.of("1", "USD"))])


def test_sparkline_of_plain_numbers_says_them() -> None:
    (chart,) = draw("{% sparkline values label='Visits' %}", values=[4, Decimal("0.5"), 0, 1200.0]).having(tag="svg")
    assert chart["aria-label"] == "Visits: from 4 to 1,200, highest 1,200"


def test_sparkline_of_zeros_has_no_bar() -> None:
    page = draw("{% sparkline values label='Visits' %}", values=[0, 0])
    assert [bar["class"] for bar in page.having(tag="rect")] == ["vx-spark__none"] * 2


def test_local_time_names_the_zones_town() -> None:
    page = draw("{% local_time 'America/Sao_Paulo' %}")
    assert [clock["data-clock"] for clock in page.having(attr="data-clock")] == ["America/Sao_Paulo"]
    assert page.text == "Sao Paulo"


def test_components_speak_the_agents_language() -> None:
    with translation.override("de"):
        page = draw("{% person none %}{% endperson %}{% external_link 'https://x.example' %}", none=None)
    assert page.text == "Ohne NamenÖffnen ↗"
