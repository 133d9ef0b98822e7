"""Several customers match: the agent chooses in the tab, every panel follows, and it can be undone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_sign_in import Desk
from tests.support.product import Product

SEVERAL = 220


@pytest.fixture
def desk(page: Page, product: Product) -> Desk:
    desk = Desk(page, product)
    desk.conversation = SEVERAL
    return desk.start()


def test_choosing_and_undoing(desk: Desk) -> None:
    frame = desk.open(1)
    desk.sign_in(frame)
    customer = frame.locator("section[data-panel=customer]")
    orders = frame.locator("section[data-panel=orders]")
    choices = orders.get_by_role("button", name="This is the customer")
    expect(choices.first).to_be_visible()
    # Two shops, three people each.
    expect(choices).to_have_count(6)
    expect(orders.locator("[data-mention]")).to_have_count(0)

    # One for each shop, by keyboard.
    for left in (3, 0):
        choices.first.focus()
        desk.page.keyboard.press("Enter")
        expect(choices).to_have_count(left)
        expect(orders.locator("[data-mention]").first).to_be_visible()
    expect(customer).to_contain_text("Linked by an agent")

    # Another document, the same conversation: the choice holds until it is undone.
    frame = desk.start().open(1)
    orders = frame.locator("section[data-panel=orders]")
    expect(orders.locator("[data-mention]").first).to_be_visible()
    frame.locator("section[data-panel=customer]").get_by_role("button", name="Undo").first.click()
    expect(orders.get_by_role("button", name="This is the customer")).to_have_count(3)
