"""An agent acts in a panel of somebody's plugin: the example of loyalty points, beside its system on this machine."""

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Locator, Page, Route, expect

from panels.testing.browser import AXE
from tests.browser.test_sign_in import Desk
from tests.support.loyalty import LoyaltyServer, loyalty_system
from tests.support.plugins import EXAMPLES, product_with_loyalty
from tests.support.product import Product

SLUG = "acme-loyalty"


@pytest.fixture(scope="module")
def loyalty() -> Iterator[LoyaltyServer]:
    with loyalty_system() as server:
        yield server


@pytest.fixture(scope="module")
def product_with_plugin(tmp_path_factory: pytest.TempPathFactory, loyalty: LoyaltyServer) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("acting")
    with product_with_loyalty(folder, loyalty, trust="signed_in", package=EXAMPLES / "loyalty") as running:
        yield running


class Acting:
    """The tab with the panel, of an agent who has signed in."""

    def __init__(self, page: Page, product: Product, loyalty: LoyaltyServer) -> None:
        self.page, self.loyalty = page, loyalty
        self.desk = Desk(page, product)
        self.frame = self.open()
        expect(self.frame.locator("#sign-in h1, #panels section[data-state=ready]").first).to_be_visible()
        if self.frame.locator("#sign-in").is_visible():
            self.desk.sign_in(self.frame)
        expect(self.panel).to_have_attribute("data-state", "ready")

    def open(self) -> Frame:
        self.frame = self.desk.start().open(1)
        return self.frame

    @property
    def panel(self) -> Locator:
        return self.frame.locator(f"section[data-panel={SLUG}]")

    def points(self) -> int:
        return int(self.panel.locator("dd").first.inner_text().replace(",", ""))

    def expect_points(self, points: int) -> None:
        expect(self.panel.locator("dd").first).to_have_text(f"{points:,}")

    def fill(self, points: str, reason: str) -> None:
        summary = self.panel.locator("summary", has_text="Give points")
        if self.panel.locator("details.vx-action[open]").count() == 0:
            summary.click()
        self.panel.get_by_label("Points", exact=True).fill(points)
        self.panel.get_by_label("Reason").fill(reason)

    def keeping(self) -> AbstractContextManager[Any]:
        """What is set inside is kept by the platform at the end."""
        return self.page.expect_response(lambda said: said.url.endswith("/state") and said.request.method == "POST")

    def press(self) -> None:
        self.panel.locator("form[data-action] > button").click()


@pytest.fixture(scope="module")
def signed_in(browser: Browser) -> Iterator[BrowserContext]:
    """A browser in which the agent signs in once: mails to one are limited."""
    with browser.new_context() as context:
        yield context


@pytest.fixture
def acting(signed_in: BrowserContext, product_with_plugin: Product, loyalty: LoyaltyServer) -> Iterator[Acting]:
    page = signed_in.new_page()
    yield Acting(page, product_with_plugin, loyalty)
    page.close()


def test_it_is_done_and_shown(acting: Acting) -> None:
    before = acting.points()
    acting.fill("7", "Late parcel")
    acting.press()
    expect(acting.panel.get_by_role("status").first).to_have_text(re.compile(r"7 points given\. There are \d+ now\."))
    acting.expect_points(before + 7)
    # What was said stays, though the data were fetched anew, and the form is empty and closed.
    expect(acting.panel).to_contain_text("7 points given.")
    assert acting.panel.locator("details.vx-action[open]").count() == 0
    assert acting.panel.get_by_label("Reason").input_value() == ""
    assert acting.frame.evaluate("document.activeElement.textContent") == "Give points"


def test_many_are_asked_about_first_by_keyboard(acting: Acting) -> None:
    before = acting.points()
    acting.fill("600", "Very late parcel")
    acting.page.keyboard.press("Enter")
    question = acting.panel.get_by_role("group", name="Are you sure?")
    expect(question).to_contain_text("Give 600 points to")
    expect(question).to_be_focused()
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)
    assert acting.panel.get_by_label("Points", exact=True).input_value() == "600"
    # Another number is another question.
    acting.press()
    expect(question).to_be_visible()
    acting.panel.get_by_label("Points", exact=True).fill("501")
    expect(question).to_have_count(0)
    acting.press()
    expect(question).to_contain_text("Give 501 points to")
    question.get_by_role("button", name="Give points").click()
    acting.expect_points(before + 501)


def test_what_is_wrong_is_said_beside_the_field(acting: Acting) -> None:
    acting.fill("0", "Late parcel")
    acting.press()
    field = acting.panel.get_by_label("Points", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(acting.panel).to_contain_text("greater than or equal to 1")
    assert acting.panel.get_by_label("Reason").input_value() == "Late parcel"
    field.fill("3")
    acting.press()
    expect(acting.panel).to_contain_text("3 points given.")


def test_pressed_twice_and_unanswered_it_is_done_once(acting: Acting) -> None:
    before, given = acting.points(), len(acting.loyalty.given)
    acting.loyalty.unanswered = 1
    acting.fill("9", "Lost parcel")
    acting.press()
    expect(acting.panel).to_contain_text("It is not known whether this was done.")
    acting.press()
    acting.expect_points(before + 9)
    assert len(acting.loyalty.given) == given + 1


def test_while_it_is_at_work_nothing_is_taken_away(acting: Acting) -> None:
    before = acting.points()
    acting.loyalty.go_on.clear()
    acting.fill("11", "Slow")
    acting.press()
    expect(acting.panel).to_contain_text("Still at work")
    # Another context of the same customer, and a refresh of the panel, leave the form where it is, though they come
    # while the page asks once more.
    with acting.page.expect_request("**/actions/**"):
        pass
    acting.page.evaluate("simulator.editContact({ name: 'Teresa of Evora' })")
    acting.panel.get_by_role("button", name="Refresh Loyalty points").click()
    acting.page.wait_for_timeout(500)
    expect(acting.panel).to_contain_text("Still at work")
    acting.loyalty.go_on.set()
    # Though the new context has called a question off, it is told what became of it.
    expect(acting.panel).to_contain_text("11 points given.")
    acting.expect_points(before + 11)


def test_a_refusal_while_it_is_at_work_makes_no_second_press(acting: Acting) -> None:
    before, given = acting.points(), len(acting.loyalty.given)
    acting.loyalty.go_on.clear()
    acting.fill("17", "Slow")
    acting.press()
    expect(acting.panel).to_contain_text("Still at work")
    too_often = {"code": "rate_limited", "detail": "Too often.", "status": 429}
    acting.page.context.route("**/actions/**", lambda route: route.fulfill(status=429, body=json.dumps(too_often)))
    expect(acting.panel).to_contain_text("Too often.")
    acting.page.context.unroute_all()
    acting.loyalty.go_on.set()
    acting.press()
    expect(acting.panel).to_contain_text("17 points given.")
    acting.expect_points(before + 17)
    assert len(acting.loyalty.given) == given + 1


def test_what_was_set_is_found_again_in_this_conversation_alone(acting: Acting) -> None:
    acting.panel.locator("summary", has_text="Last bookings").click()
    acting.fill("13", "half a sent")
    with acting.keeping():
        acting.panel.get_by_label("Reason").fill("half a sentence")
    acting.open()
    expect(acting.panel.get_by_label("Reason")).to_have_value("half a sentence")
    expect(acting.panel.locator("details", has_text="Last bookings").first).to_have_attribute("open", "")
    with acting.keeping():
        acting.fill("", "")

    acting.desk.conversation = acting.desk.account["conversations"][1]["id"]
    acting.open()
    expect(acting.panel.get_by_label("Reason")).to_have_value("")
    expect(acting.panel.locator("details[data-keep=bookings]")).not_to_have_attribute("open", "")


def test_what_is_set_before_the_script_is_there_stays(acting: Acting) -> None:
    acting.desk.conversation = acting.desk.account["conversations"][2]["id"]
    acting.open()
    with acting.keeping():
        acting.fill("13", "half a sentence")
    held: list[Route] = []
    acting.page.route(re.compile(r"/acting"), lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    acting.open()
    expect(acting.panel).to_have_attribute("data-state", "ready")
    acting.panel.locator("summary", has_text="Last bookings").click()
    acting.panel.locator("summary", has_text="Give points").click()
    acting.panel.get_by_label("Points", exact=True).fill("21")
    acting.frame.wait_for_function("document.getElementById('acting-script')")
    with acting.keeping():
        held[0].continue_()
    # What was kept before fills only what the agent has not touched.
    expect(acting.panel.get_by_label("Reason")).to_have_value("half a sentence")
    assert acting.panel.get_by_label("Points", exact=True).input_value() == "21"
    acting.page.unroute(re.compile(r"/acting"))
    acting.open()
    expect(acting.panel.get_by_label("Points", exact=True)).to_have_value("21")
    expect(acting.panel.locator("details[data-keep=bookings]")).to_have_attribute("open", "")


def test_its_markup_is_accessible(acting: Acting) -> None:
    acting.fill("600", "")
    acting.press()
    expect(acting.panel.locator("[aria-invalid=true]").first).to_be_visible()
    # Its style comes after the first paint.
    acting.frame.wait_for_function("document.getElementById('kit-script')?.sheet")
    acting.frame.evaluate(AXE)
    found = acting.frame.evaluate("axe.run('main').then(({ violations }) => violations)")
    assert [violation["id"] for violation in found] == []
