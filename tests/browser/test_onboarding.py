"""A new operator connects an account of the stand-in host: from sign-in to published tabs and a green light."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.product import Product

HOST_ACCOUNT = 23
LANTERNA = 17
MOST_CLICKS = 25


class Operator:
    """Somebody at the admin, whose clicks are counted. Every page they get must be one to go on from."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.problems: list[str] = []
        page.on("response", self._note)

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()
        self.page.wait_for_load_state("load")

    def press(self, name: str) -> None:
        """Click the button or link of this name."""
        button = self.page.get_by_role("button", name=name, exact=True)
        link = self.page.get_by_role("link", name=name, exact=True)
        self.click(button.or_(link).first)

    def enter(self, **values: str) -> None:
        for name, value in values.items():
            self.page.fill(f"[name={name}]", value)

    def _note(self, response: Any) -> None:
        if response.status >= 400 and "favicon" not in response.url:
            self.problems.append(f"{response.status} {response.url}")


@pytest.fixture
def host_account(page: Page, product: Product) -> Iterator[int]:
    """An account of the host, unconnected before and after: other tests share the product."""
    yield HOST_ACCOUNT
    page.goto(f"{product.base_url}/admin/tenants/account/")
    found = page.get_by_role("link", name="Nordlicht", exact=True)
    if found.count():
        found.first.click()
        page.wait_for_url(re.compile(r"/change/"))
        page.goto(page.url.split("/change/")[0] + "/delete/")
        page.locator("form [type=submit]").last.click()
        page.wait_for_url(re.compile(r"/admin/tenants/account/$"))
    assert page.request.post(f"{product.simulator_url.rstrip('/')}/start-over/{HOST_ACCOUNT}", data={}).ok


def test_from_sign_in_to_a_green_light(page: Page, product: Product, host_account: int) -> None:
    simulator = product.simulator_url.rstrip("/")
    page.goto(f"{simulator}/profile/{host_account}/")
    copied = {
        name: page.locator(f"#{name}").inner_text()
        for name in ("access-token", "host-address", "account-id", "api-address")
    }
    operator, admin = Operator(page), product.state["admin"]

    page.goto(admin["url"])
    operator.enter(username=admin["username"], password=admin["password"])
    operator.click(page.locator("[type=submit]"))
    page.wait_for_url(re.compile(r"/admin/$"))
    operator.click(page.locator("a[href='/admin/tenants/account/']").locator("visible=true").first)
    operator.click(page.locator("a[href$='/admin/tenants/account/add/']").locator("visible=true").first)
    operator.enter(name="Nordlicht", host_origin=copied["host-address"], host_account_id=copied["account-id"])
    operator.enter(host_token="a-token-that-is-not-good")
    operator.click(page.get_by_text("More", exact=True))
    operator.enter(host_api=copied["api-address"])
    operator.press("Save")
    expect(page.get_by_text("does not accept this token").first).to_be_visible()
    operator.enter(host_token=copied["access-token"])
    operator.press("Save")
    steps = page.locator(".account-step")
    expect(steps).to_have_count(5)
    expect(page.locator(".account-step-done")).to_have_count(1)

    operator.press("Add a connection")
    operator.click(page.get_by_role("link", name="Demonstration (invented data)"))
    operator.press("Save")
    expect(page.locator(".account-step-done")).to_have_count(2)
    operator.press("Set up tabs")
    operator.press("Create")
    expect(page.locator(".account-step-done")).to_have_count(3)
    operator.press("Publish")
    expect(page.locator(".publish-steps li")).to_have_count(5)
    operator.press("Publish")
    expect(page.locator(".account-step-done")).to_have_count(4)
    operator.press("Pre-flight")
    operator.press("Run")
    expect(page.get_by_role("button", name="Run again", exact=True)).to_be_visible()
    lights = page.locator(".lights li")
    told = lights.all_inner_texts()
    assert lights.locator(".light-red").count() == 0, told
    assert lights.locator(".light-green").count() >= 8, told
    assert operator.clicks < MOST_CLICKS
    assert operator.problems == []

    # The host has the tabs now, and opens them.
    page.goto(f"{simulator}/?account={host_account}")
    titles = [
        app["title"] for app in page.request.get(f"{simulator}/data/{host_account}.json").json()["dashboard_apps"]
    ]
    assert titles == ["Customer", "History", "Orders", "Payments"]

    # Publishing once more changes nothing.
    page.goto(f"{product.base_url}/admin/tenants/account/")
    operator.click(page.get_by_role("link", name="Nordlicht", exact=True).first)
    operator.press("Publish")
    expect(page.get_by_text("nothing to change")).to_be_visible()


def test_lights_of_the_preflight_appear_one_by_one(page: Page, product: Product) -> None:
    """Of an account with a system that takes seconds: what is known is shown before that has answered."""
    admin, base_url = product.state["admin"], product.base_url
    page.goto(admin["url"])
    operator = Operator(page)
    operator.enter(username=admin["username"], password=admin["password"])
    operator.click(page.locator("[type=submit]"))
    page.wait_for_url(re.compile(r"/admin/$"))
    page.goto(f"{base_url}/admin/panels/connection/?q=Lanterna")
    operator.click(page.get_by_role("link", name="Lanterna workshop", exact=True))
    before = page.input_value("[name=setting_latency]")
    try:
        operator.enter(setting_latency="2000")
        operator.press("Save")
        lanterna = next(one for one in product.state["accounts"] if one["host_account_id"] == LANTERNA)
        page.goto(f"{base_url}/admin/tenants/account/{lanterna['id']}/preflight/")
        operator.click(page.get_by_role("button", name=re.compile("^Run")))
        expect(page.get_by_text("Now: Connection.")).to_be_visible()
        assert page.locator(".lights li").count() >= 5
        expect(page.get_by_role("button", name="Run again", exact=True)).to_be_visible()
        expect(page.locator(".lights")).to_contain_text("Connection: Lanterna workshop")
        assert operator.problems == []
    finally:
        page.goto(f"{base_url}/admin/panels/connection/?q=Lanterna")
        page.get_by_role("link", name="Lanterna workshop", exact=True).click()
        operator.enter(setting_latency=before)
        operator.press("Save")
