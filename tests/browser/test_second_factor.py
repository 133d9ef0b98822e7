"""The second factor in Chromium: from set-up to a sign-in with a code, in every look of the admin."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.security.test_admin_pages import Complaints
from tests.support.product import Product
from tests.support.second_factor import code_of

NAME, PASSWORD = "owner-of-a-phone", "battery-horse-staple"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 400, "height": 800}},
    "arabic": {"locale": "ar"},
}
PAGES = (
    *("/admin/", "/admin/tenants/account/", "/admin/tenants/account/1/change/", "/admin/auth/user/"),
    *("/admin/second-factor/", "/admin/second-factor/set-up/", "/admin/password_change/"),
)


def sign_in(page: Page, product: Product, name: str, password: str) -> None:
    page.goto(f"{product.base_url}/admin/login/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.click("#login-form [type=submit]")


def press_enter(page: Page, code: str) -> None:
    page.fill("[name=code]", code)
    with page.expect_navigation():
        page.press("[name=code]", "Enter")


@pytest.fixture
def complaints(page: Page) -> Iterator[Complaints]:
    found = Complaints(page)
    yield found
    assert found == []


@pytest.fixture
def user(browser: Browser, product: Product) -> None:
    """A user who may use the admin, made there by the administrator."""
    with browser.new_context() as context:
        page, admin = context.new_page(), product.state["admin"]
        sign_in(page, product, admin["username"], admin["password"])
        page.goto(f"{product.base_url}/admin/auth/user/add/")
        page.fill("[name=username]", NAME)
        page.fill("[name=password1]", PASSWORD)
        page.fill("[name=password2]", PASSWORD)
        page.press("[name=password2]", "Enter")
        page.wait_for_url("**/change/")
        page.check("[name=is_staff]")
        with page.expect_navigation():
            page.click("[name=_continue]")


@pytest.mark.usefixtures("user")
def test_from_set_up_to_a_sign_in_with_a_code(page: Page, product: Product, complaints: Complaints) -> None:
    sign_in(page, product, NAME, PASSWORD)
    page.goto(f"{product.base_url}/admin/second-factor/")
    page.locator("a[href$='/set-up/']").click()
    expect(page.locator("svg.qr-code")).to_be_visible()
    key = page.locator("#secret").inner_text()
    press_enter(page, "12345")
    expect(page.locator("[name=code]")).to_be_visible()
    used = code_of(key)
    press_enter(page, used)
    codes = page.locator("#recovery-codes li").all_inner_texts()
    assert len(codes) == 10

    page.goto(f"{product.base_url}/admin/")
    page.locator("#nav-sidebar .cursor-pointer", has_text=NAME).click()
    page.locator("#logout-form button").click()
    page.wait_for_load_state("load")

    sign_in(page, product, NAME, PASSWORD)
    page.wait_for_url("**/admin/second-factor/code/")
    press_enter(page, used)
    expect(page.locator(".errors")).to_be_visible()
    page.wait_for_timeout(1_100)
    press_enter(page, codes[0])
    page.wait_for_url("**/admin/")
    page.goto(f"{product.base_url}/admin/second-factor/")
    page.fill("[name=code]", codes[1])
    page.locator("[name=remove]").click()
    expect(page.locator("a[href$='/set-up/']")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_fits_and_obeys_the_policy(browser: Browser, product: Product, look: str) -> None:
    with browser.new_context(**LOOKS[look]) as context:
        page, admin = context.new_page(), product.state["admin"]
        complaints = Complaints(page)
        sign_in(page, product, admin["username"], admin["password"])
        for address in PAGES:
            page.goto(f"{product.base_url}{address}")
            page.wait_for_load_state("load")
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, f"{address} is {overflow} pixels too wide"
            expect(page.locator("html")).to_have_attribute("dir", "rtl" if look == "arabic" else "ltr")
            is_dark = page.evaluate("document.documentElement.classList.contains('dark')")
            assert is_dark == (look == "dark")
        assert complaints == []


def test_locked_out_page_obeys_the_policy(page: Page, product: Product, complaints: Complaints) -> None:
    for _time in range(5):
        sign_in(page, product, "nobody-of-this-name", "wrong")
    expect(page.locator("#page")).to_contain_text("Too many wrong passwords were entered.")
