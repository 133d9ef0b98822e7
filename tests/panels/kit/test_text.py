import pytest
from django.utils import translation

from panels.api import DeliveryWord, Method, Money, PaymentWord
from tests.panels.factories import days, make_parcel
from tests.panels.kit.writing import write


def test_part_url_is_relative_to_the_frame_and_quotes() -> None:
    assert write("{% part_url 'order' id=id %}", id="a b&c/<d>") == "panels/12/?part=order&amp;id=a+b%26c%2F%3Cd%3E"


def test_money_of_nothing_is_nothing() -> None:
    assert write("[{{ value|money }}]", value=None) == "[]"


def test_amounts_stand_side_by_side() -> None:
    assert write("{{ values|amounts }}", values=(Money(84000, "EUR"), Money(12000, "USD"))) == "€840.00 · $120.00"


def test_badge_has_colour_shape_word_and_the_systems_own_word() -> None:
    html = write("{% badge word raw %}", word=DeliveryWord.PROBLEM, raw="<FAILURE>")
    assert 'class="vx-badge vx-badge--act" title="&lt;FAILURE&gt;"' in html
    assert "<svg" in html
    assert '<span class="vx-badge__word">Problem</span>' in html


def test_badge_of_an_unknown_word_shows_the_systems_own() -> None:
    html = write("{% badge word raw %}", word=PaymentWord.UNKNOWN, raw="SOMETHING_NEW")
    assert '<span class="vx-badge__word">SOMETHING_NEW</span>' in html
    assert "vx-badge--neutral" in html


def test_badge_without_a_word_is_nothing() -> None:
    assert write("[{% badge word %}]", word=None) == "[]"


def test_moment_without_a_time_is_nothing() -> None:
    assert write("[{% moment at %}]", at=None) == "[]"


def test_moment_tells_its_format_to_the_frame() -> None:
    assert write("{% moment at 'relative' %}", at=days(0)) == (
        '<time datetime="2026-11-20T12:00:00Z" data-format="relative" '
        'title="Nov 20, 2026, 12:00\u202fPM">Nov 20, 2026</time>'
    )


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://shop.example/1", "https://shop.example/1"),
        ("http://shop.example", "http://shop.example"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//shop.example", ""),
        ("http://[broken", "http://[broken"),
        ("/local", ""),
        (" https://shop.example", ""),
        (None, ""),
    ],
)
def test_only_addresses_of_the_web_become_links(url: str | None, kept: str) -> None:
    assert write("{{ url|web_url }}", url=url) == kept


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (None, ""),
        (Method(kind="card", brand="Visa", last4="4242"), "Visa •4242"),
        (Method(kind="card", brand="Visa", last4="4242", wallet="Apple Pay"), "Apple Pay · Visa •4242"),
        (Method(kind="paypal"), "PayPal"),
        (Method(kind="bank_transfer"), "Bank transfer"),
        (Method(kind="barter"), "barter"),
    ],
)
def test_method_is_named_by_brand_or_kind(method: Method | None, name: str) -> None:
    assert write("{{ method|method_name }}", method=method) == name


def test_method_is_named_in_the_agents_language() -> None:
    with translation.override("de"):
        assert write("{{ method|method_name }}", method=Method(kind="sepa_debit", last4="3000")) == (
            "SEPA-Lastschrift •3000"
        )


def test_tracking_pairs_numbers_with_their_addresses() -> None:
    parcel = make_parcel(numbers=("1", "2"), urls=("https://t/1", "https://t/2", "https://t/3"))
    source = "{% for number, url in parcel|tracking %}{{ number }}={{ url }};{% endfor %}"
    assert write(source, parcel=parcel) == "1=https://t/1;2=https://t/2;"
    assert write(source, parcel=make_parcel(numbers=("1", "2"), urls=())) == "1=;2=;"


@pytest.mark.parametrize(("text", "shown"), [("2027-03", "Mar 2027"), ("03/27", "03/27"), ("2027-13", "2027-13")])
def test_expiry_is_a_month_or_what_it_is(text: str, shown: str) -> None:
    assert write("{{ text|expiry }}", text=text) == shown


def test_copy_button_names_what_it_copies() -> None:
    html = write("{% copy_button text 'Copy email' %}", text='a"b@example.com')
    assert 'data-copy="a&quot;b@example.com" aria-label="Copy email"' in html
    assert 'type="button"' in html
