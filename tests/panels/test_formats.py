import datetime as dt
import zoneinfo

import pytest

from panels import formats
from panels.api import Money
from panels.sparkline import draw_months, monthly
from tests.panels.factories import days, euros

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
AT = dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("money", "language", "text"),
    [
        (Money(123450, "EUR"), "en", "€1,234.50"),
        (Money(123450, "EUR"), "de", "1.234,50\xa0€"),
        (Money(123450, "EUR"), "ar", "\u200f1,234.50\xa0€"),
        (Money(1234, "JPY"), "en", "¥1,234"),
        (Money(1234, "KWD"), "en", "KWD1.234"),
        (Money(12050, "RSD"), "en", "RSD120.50"),
        (Money(12000, "RSD"), "en", "RSD120"),
        (Money(-500, "EUR"), "en", "-€5.00"),
        (Money(100, "EUR"), "xx-unknown", "€1.00"),
        (Money(100, "XYZ"), "en", "XYZ1.00"),
    ],
)
def test_money_is_written_with_all_its_decimals(money: Money, language: str, text: str) -> None:
    assert formats.format_money(money, language) == text


@pytest.mark.parametrize(
    ("style", "language", "text"),
    [
        ("date", "en", "Nov 21, 2026"),
        ("relative", "en", "Nov 21, 2026"),
        ("datetime", "en", "Nov 21, 2026, 12:30\u202fAM"),
        ("datetime", "de", "21.11.2026, 00:30"),
        ("month", "en", "Nov 2026"),
        ("month", "de", "Nov. 2026"),
        ("date", "ar", "21\u200f/11\u200f/2026"),
    ],
)
def test_a_moment_is_written_in_the_zone(style: formats.MomentFormat, language: str, text: str) -> None:
    assert formats.format_moment(AT, style, language, BERLIN) == text


@pytest.mark.parametrize(
    ("seconds", "language", "text"),
    [
        (0, "en", "now"),
        (59.9, "en", "now"),
        (60, "en", "1 min. ago"),
        (90, "en", "1 min. ago"),
        (91, "en", "2 min. ago"),
        (3599, "en", "60 min. ago"),
        (3600, "en", "1 hr. ago"),
        (5401, "en", "2 hr. ago"),
        (86399, "en", "24 hr. ago"),
        (3 * 86400, "en", "3 days ago"),
        (300, "de", "vor 5 Min."),
        (120, "ar", "قبل دقيقتين"),
    ],
)
def test_how_long_ago(seconds: float, language: str, text: str) -> None:
    assert formats.format_ago(seconds, language) == text


def test_names_of_places_and_languages() -> None:
    assert formats.country_name("at", "de") == "Österreich"
    assert formats.country_name("??", "de") == "??"
    assert formats.language_name("pt-BR", "en") == "Portuguese (Brazil)"
    assert formats.language_name("not a tag", "en") == "not a tag"
    assert formats.zone_city("America/New_York", "ar") == "نيويورك"
    assert formats.zone_city("../etc/passwd", "en") is None
    assert formats.zone_city("Nowhere/Land", "en") is None


@pytest.mark.parametrize(
    ("email", "masked"),
    [("julia@delta.com", "j•••@d•••.com"), ("a@b", "a•••@•••b"), ("none", "•••"), ("@", "•••@•••")],
)
def test_masked_email_tells_its_owner_only(email: str, masked: str) -> None:
    assert formats.mask_email(email) == masked


def test_masked_phone_keeps_two_digits() -> None:
    assert formats.mask_phone("+4930123456") == "•••56"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Okafor", "AO"), ("Ada", "A"), ("Jean de la Tour", "JT"), ("<b> 9", ""), ("", ""), ("ليلى الخطيب", "لا")],
)
def test_initials_are_first_and_last(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


def test_months_end_with_the_newest_amount_and_never_mix_currencies() -> None:
    months = monthly(
        [(days(0), euros("5")), (days(-1), euros("7")), (days(-60), euros("2")), (days(9), Money(1, "JPY"))]
    )
    assert len(months) == 12
    assert [(month.year, month.month, month.total.minor) for month in months if month.total] == [
        (2026, 9, 200),
        (2026, 11, 1200),
    ]
    assert {month.total.currency for month in months} == {"EUR"}


def test_months_leave_out_what_is_older_than_a_year() -> None:
    months = monthly([(days(0), euros("5")), (days(-365), euros("100"))])
    assert sum(month.total.minor for month in months) == 500


@pytest.mark.parametrize("points", [[], [(days(0), euros("5"))], [(days(0), euros("5")), (days(0), Money(1, "JPY"))]])
def test_one_amount_makes_no_chart(points: list[tuple[dt.datetime, Money]]) -> None:
    assert monthly(points) == ()
    assert draw_months(monthly(points), "en") == ""


def test_a_chart_of_nothing_but_zero_has_stubs_only() -> None:
    chart = draw_months(monthly([(days(0), euros("0")), (days(-1), euros("0"))]), "en")
    assert chart.count("vx-spark__none") == 12
    assert "vx-spark__bar" not in chart
