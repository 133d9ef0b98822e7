"""What rests on a website visitor's own word says so, in every panel, before the data come and after."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.product import Product


@pytest.mark.parametrize(("verified", "badges"), [(False, 1), (True, 0)])
def test_every_panel_says_what_nobody_vouches_for(page: Page, product: Product, verified: bool, badges: int) -> None:
    account = next(one for one in product.state["accounts"] if one["trust"] == "verified")
    agent = account["agents"][0]["id"]
    widgets = [one["id"] for one in account["conversations"] if one["channel"] == "Channel::WebWidget"]
    for conversation in widgets:
        page.goto("about:blank")
        fragment = f"account={account['host_account_id']}&agent={agent}&conversation={conversation}"
        page.goto(f"{product.simulator_url}#{fragment}")
        page.wait_for_selector("html[data-simulator=ready]")
        record = page.evaluate("(id) => simulator.payloadFor(id).data.conversation.meta.hmac_verified", conversation)
        if bool(record) is not verified:
            continue
        page.evaluate("simulator.openTab(1)")
        frame = page.frame_locator("iframe:visible").first
        sections = frame.locator("#panels section")
        expect(frame.locator("#panels section[data-state=ready]").first).to_be_visible()
        expect(frame.locator("#panels section[data-state=loading]")).to_have_count(0)
        for number in range(sections.count()):
            expect(sections.nth(number).locator(".vx-unverified")).to_have_count(badges)
        return
    raise AssertionError("the account has no such conversation")
