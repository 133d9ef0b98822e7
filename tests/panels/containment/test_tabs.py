"""Hostile panels in a tab: an error card each in its own place, and the good one beside them is right."""

import logging
import time
from collections.abc import Callable
from typing import Any, NoReturn
from unittest.mock import patch

import pytest
from django.test import Client

from panels import calls
from panels.configuration import forget_plans
from panels.containment import RenderFailed, render_contained, rendering, threads
from panels.containment import calls as containment_calls
from panels.containment.breaker import OPEN_SECONDS
from panels.orders.panel import OrdersPanel
from tests.panels.containment.conftest import Install
from tests.panels.containment.support import Section, make_tab

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, worker_at_hand: None) -> None:
    """A worker at hand, and little patience."""
    monkeypatch.setattr(calls, "_PANEL_SECONDS", 0.5)
    monkeypatch.setattr(containment_calls, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(rendering, "RENDER_SECONDS", 0.3)
    monkeypatch.setattr(threads, "MOST_MEGABYTES", 100)


def is_good(section: Section) -> bool:
    return section.state == "ready" and "Ada" not in section.text and "data-row" in section.html


RENDERS_BADLY = (
    *("hostile-raises", "hostile-renders-for-ever", "hostile-swallows", "hostile-sleeps", "hostile-huge"),
    *("hostile-queries", "hostile-opens"),
)


@pytest.mark.parametrize("slug", sorted(set(RENDERS_BADLY) - {"hostile-raises"}))
def test_panel_that_cannot_be_rendered_is_an_error_card_with_a_reference(
    install: Install, caplog: pytest.LogCaptureFixture, slug: str
) -> None:
    install(slug)
    sections = make_tab(slug).look()
    assert is_good(sections["orders"])
    assert sections[slug].state == "error"
    assert "This panel could not be shown." in sections[slug].text
    assert sections[slug].reference in caplog.text


@pytest.mark.parametrize(
    ("slug", "said", "logged"),
    [
        ("hostile-raises", "Something went wrong while the data were fetched.", "RuntimeError at methods.py"),
        ("hostile-exits", "Hostile failed. Tell an operator.", "it raised SystemExit"),
        ("hostile-fetches-for-ever", "Hostile took too long.", "it did not end within 0.6 s"),
        ("hostile-allocates", "Hostile is not asked for the moment.", "the process grew by more than 100 MB"),
        (
            "hostile-fetches-too-much",
            "The data of this panel cannot be shown. Tell an operator.",
            "1,500,011 bytes of JSON",
        ),
        (
            "hostile-odd-data",
            "The data of this panel cannot be shown. Tell an operator.",
            "data.found[0].what is object",
        ),
    ],
)
def test_panel_that_cannot_fetch_is_an_error_card_that_says_so(
    install: Install,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    slug: str,
    said: str,
    logged: str,
) -> None:
    if slug == "hostile-allocates":
        monkeypatch.setattr(calls, "_PANEL_SECONDS", 20)
    install(slug)
    sections = make_tab(slug).look()
    assert is_good(sections["orders"])
    assert sections[slug].state == "error"
    assert said in sections[slug].text
    assert sections[slug].reference in caplog.text
    assert logged in caplog.text


def test_exit_while_rendering_ends_nothing(install: Install) -> None:
    install("hostile-exits")
    from acme_hostile.methods import WORDS, Exits  # type: ignore[import-not-found]  # noqa: PLC0415 - installed just now

    with patch.object(Exits, "fetch", lambda self, ctx: WORDS):
        sections = make_tab("hostile-exits").look()
    assert sections["hostile-exits"].state == "error"
    assert is_good(sections["orders"])


@pytest.mark.parametrize("slug", ["hostile-raises-at-import", "hostile-exits-at-import", "hostile-attributes"])
def test_panel_that_cannot_be_loaded_is_an_error_card_with_the_references_of_the_log(
    install: Install, caplog: pytest.LogCaptureFixture, slug: str
) -> None:
    caplog.set_level(logging.ERROR)
    install(slug)
    sections = make_tab(slug).look()
    assert is_good(sections["orders"])
    assert sections[slug].state == "error"
    assert "This panel is broken. Tell an operator." in sections[slug].text
    assert sections[slug].reference
    assert f"reference={sections[slug].reference}" in caplog.text


def test_settings_form_that_raises_is_an_error_card_in_its_place(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    install("hostile-form")
    sections = make_tab("hostile-form").look()
    assert is_good(sections["orders"])
    assert sections["hostile-form"].state == "error"
    assert sections["hostile-form"].reference in caplog.text


def test_all_of_them_at_once_beside_a_good_one(install: Install) -> None:
    install(*RENDERS_BADLY, "hostile-exits", "hostile-gone", "hostile-syntax", "hostile-form")
    slugs = (*RENDERS_BADLY, "hostile-exits", "hostile-gone", "hostile-syntax", "hostile-form")
    sections = make_tab(*slugs).look()
    assert {slug: sections[slug].state for slug in slugs} == dict.fromkeys(slugs, "error")
    assert is_good(sections["orders"])


def test_other_tabs_and_accounts_do_not_notice(install: Install) -> None:
    install("hostile-renders-for-ever")
    make_tab("hostile-renders-for-ever").look()
    started = time.monotonic()
    assert is_good(make_tab().look()["orders"])
    assert time.monotonic() - started < 1


# --- cutting off -------------------------------------------------------------------------------------


def test_endless_panel_costs_its_time_once_and_is_tried_again_later(install: Install) -> None:
    install("hostile-renders-for-ever")
    tab = make_tab("hostile-renders-for-ever")
    first = tab.look()["hostile-renders-for-ever"]
    started = time.monotonic()
    for _ in range(5):
        again = tab.look()["hostile-renders-for-ever"]
        assert again.state == "error"
        assert again.reference == first.reference  # the one that is in the log
    assert time.monotonic() - started < 1.5  # five times nothing
    later = time.monotonic() + OPEN_SECONDS
    with patch("panels.containment.breaker.monotonic", lambda: later):
        assert tab.look()["hostile-renders-for-ever"].reference != first.reference


def test_panel_that_fails_for_several_customers_is_cut_off_in_its_account_only(install: Install) -> None:
    install("hostile-renders-for-ever")
    slug = "hostile-renders-for-ever"
    from acme_hostile.methods import RendersForEver  # noqa: PLC0415 - installed just now

    with patch.object(RendersForEver, "fetch", lambda self, ctx: {"who": ctx.identity.emails[0]}):
        tab, other = make_tab(slug), make_tab(slug)
        references = [tab.look(contact=n, email=f"{n}@example.com")[slug].reference for n in range(1, 5)]
        assert len(set(references[:3])) == 3
        assert references[3] == references[2]
        assert other.look()[slug].reference not in references


def test_panel_that_fails_for_one_customer_goes_on_for_the_others(install: Install) -> None:
    install("hostile-raises")
    from acme_hostile.methods import WORDS, Raises  # noqa: PLC0415 - installed just now

    def get_context(self: Any, ctx: Any) -> dict[str, Any]:
        if ctx.identity.name == "Ada Byron":
            raise RuntimeError
        return {}

    with (
        patch.object(Raises, "fetch", lambda self, ctx: {**WORDS, "who": ctx.identity.name}),
        patch.object(Raises, "is_empty", lambda self, data: False),
        patch.object(Raises, "get_context", get_context),
    ):
        tab = make_tab("hostile-raises")
        for _ in range(8):
            assert tab.look()["hostile-raises"].state == "error"
        assert tab.look(contact=71, email="bob@example.com", name="Bob")["hostile-raises"].state == "ready"


def test_panel_is_tried_again_with_data_that_are_not_cut_off_themselves() -> None:
    panel, ok = OrdersPanel(), (False, "<p>")

    def fail() -> NoReturn:
        raise RuntimeError

    def render(of: str, work: Callable[[], Any]) -> Any:
        return render_contained(panel, work, account_id=1, place=2, of=of)

    try:
        for of in ("a", "b", "c", "d", "e", "f"):
            with pytest.raises(RenderFailed):
                render(of, fail)
        later = time.monotonic() + OPEN_SECONDS
        with patch("panels.containment.breaker.monotonic", lambda: later):
            for _ in range(2):
                rendering.breaker.failed((1, panel.slug, 2, "f"), "trace", weight=1, limit=2)
            with pytest.raises(RenderFailed):
                render("f", lambda: ok)
            assert render("g", lambda: ok) == ok
    finally:
        rendering.breaker.reset()


def test_placement_whose_settings_make_it_fail_cuts_off_no_other_of_the_panel(install: Install) -> None:
    install("hostile-raises")
    from acme_hostile.methods import WORDS, Raises  # noqa: PLC0415 - installed just now

    tab = make_tab()
    wrong, right = tab.place("hostile-raises", title="Wrong"), tab.place("hostile-raises", title="Right")

    def fetch(self: Any, ctx: Any) -> dict[str, Any]:
        return {**WORDS, "who": ctx.identity.emails[0]}

    def get_context(self: Any, ctx: Any) -> dict[str, Any]:
        if ctx.placement_id == wrong.pk:
            raise RuntimeError
        return {}

    with (
        patch.object(Raises, "fetch", fetch),
        patch.object(Raises, "is_empty", lambda self, data: False),
        patch.object(Raises, "get_context", get_context),
    ):
        right.is_enabled = False
        right.save()
        for number in range(1, 8):
            tab.look(contact=number, email=f"{number}@example.com")
        right.is_enabled = True
        right.save()
        forget_plans()
        page = tab.settled(contact=70, email="ada@example.com")
    assert [section.state for slug, section in page if slug == "hostile-raises"] == ["error", "ready"]


# --- parts and waiting ---------------------------------------------------------------------------------


def test_part_that_fails_is_a_problem_with_a_reference(install: Install, caplog: pytest.LogCaptureFixture) -> None:
    install("hostile-queries")
    from acme_hostile.methods import Queries  # noqa: PLC0415 - installed just now

    tab = make_tab()
    placement = tab.place("hostile-queries")
    with patch.object(Queries, "get_context", lambda self, ctx: {}):
        tab.post()
        token = tab.post()["X-Voxys-Context"]
    address = f"/a/{tab.app.key}/panels/{placement.pk}/?part=more"
    response = Client().get(address, headers={"X-Voxys-Context": token})
    assert response.status_code == 503
    assert response.json()["detail"] == "This panel could not be shown."
    assert response.json()["trace_id"] in caplog.text
    assert "NotWhileRendering" in caplog.text


def test_good_panel_of_another_package_is_rendered_with_the_agents_language(install: Install) -> None:
    install("hostile-raises")
    from acme_hostile.methods import Base, Raises  # noqa: PLC0415 - installed just now

    with (
        patch.object(Raises, "fetch", Base.fetch),
        patch.object(Raises, "is_empty", Base.is_empty),
        patch.object(Raises, "get_context", Base.get_context),
    ):
        section = make_tab("hostile-raises").look()["hostile-raises"]
    assert section.state == "ready"
    assert "As if nothing had happened." in section.text
