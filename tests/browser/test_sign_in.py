"""An agent signs in inside the frame, in real Chromium, against the stand-in host and its mailbox."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from panels.testing.browser import AXE
from tests.support.product import Product

_CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
SHOWN = "#panels section[data-state=ready], #panels section[data-state=stale]"
HAS_DATA = "() => document.querySelector('#panels section[data-state=ready]')"
# Storage refused, as browsers do when their owner forbids it: every access throws.
NO_STORAGE = """
if (location.pathname.startsWith('/a/')) {
  Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('refused', 'SecurityError'); } });
}
"""


class Desk:
    """The host's window of the account whose agents sign in."""

    def __init__(self, page: Page, product: Product) -> None:
        self.page = page
        self.product = product
        self.account = next(one for one in product.state["accounts"] if one["trust"] == "signed_in")
        self.agent = self.account["agents"][0]
        self.conversation = self.account["conversations"][0]["id"]

    def start(self, *, agent: dict[str, Any] | None = None, host: str = "g3a", **place: str) -> "Desk":
        self.agent = agent or self.agent
        values = {
            "account": self.account["host_account_id"],
            "agent": self.agent["id"],
            "conversation": self.conversation,
        }
        fragment = "&".join(f"{name}={value}" for name, value in {**values, "host": host, **place}.items())
        self.page.goto("about:blank")
        self.page.goto(f"{self.product.simulator_url}#{fragment}")
        self.page.wait_for_selector("html[data-simulator=ready]")
        return self

    def open(self, tab: int = 1) -> Frame:
        self.page.evaluate("(tab) => simulator.openTab(tab)", tab)
        key = self.account["apps"][tab - 1]["key"]
        for _try in range(200):
            found = [frame for frame in self.page.frames if f"/a/{key}/" in frame.url]
            if found:
                return found[0]
            self.page.wait_for_timeout(25)
        raise AssertionError("the tab did not open")

    def mailed_code(self, *, after: int) -> str:
        """Return the code of the first mail past the `after` that were there."""
        for _try in range(80):
            mails = self.mails()
            if len(mails) > after and (found := _CODE.search(json.dumps(mails[0]))):
                return found[0]
            self.page.wait_for_timeout(100)
        raise AssertionError("no mail came")

    def mails(self) -> list[dict[str, Any]]:
        address = f"{self.product.base_url}/simulator/mailbox.json?to={quote(self.agent['email'])}"
        with urlopen(address, timeout=5) as answer:  # noqa: S310 - our own server
            body = json.load(answer)
        mails: list[dict[str, Any]] = body["mails"] if isinstance(body, dict) else body
        return [mail for mail in mails if _CODE.search(json.dumps(mail))]

    def sign_in(self, frame: Frame) -> None:
        before = len(self.mails())
        frame.get_by_role("button", name="Send me a code").click()
        code = self.mailed_code(after=before)
        frame.get_by_label("Code").fill(code)
        expect(frame.locator(SHOWN).first).to_be_visible()


@pytest.fixture
def desk(page: Page, product: Product) -> Desk:
    return Desk(page, product)


def use_another_agent(desk: Desk, number: int) -> dict[str, Any]:
    """Return an agent of the account; each test has its own, since mails to one are limited."""
    agents: list[dict[str, Any]] = desk.account["agents"]
    return agents[number % len(agents)]


def test_by_mail_and_all_tabs_at_once(desk: Desk) -> None:
    desk.start()
    first = desk.open(1)
    expect(first.get_by_role("heading", name="Sign in")).to_be_visible()
    assert first.locator("#panels section").first.is_hidden()
    second = desk.open(2)
    expect(second.get_by_role("heading", name="Sign in")).to_be_visible()
    desk.sign_in(second)
    # The other tab heard of it, and shows its data though nobody touched it.
    first.wait_for_function(HAS_DATA, polling=100)  # a hidden frame has no animation frames to wait by
    assert first.evaluate("document.querySelector('#sign-in').hidden")
    expect(second.get_by_text(desk.agent["name"], exact=False).last).to_be_visible()


def test_the_browser_keeps_it_and_signing_out_ends_it_everywhere(desk: Desk) -> None:
    desk.start()
    desk.sign_in(desk.open(1))
    desk.start()
    first, second = desk.open(1), desk.open(2)
    expect(second.locator(SHOWN).first).to_be_visible()
    second.get_by_role("button", name="Sign out").click()
    for frame in (first, second):
        frame.wait_for_function("() => !document.querySelector('#sign-in').hidden", polling=100)
        assert frame.evaluate("document.querySelectorAll('#panels section [data-row]').length") == 0
    assert second.evaluate("localStorage.length") == 0


def test_a_wrong_code_and_then_the_right_one(desk: Desk) -> None:
    frame = desk.start(agent=use_another_agent(desk, 1)).open()
    before = len(desk.mails())
    frame.get_by_role("button", name="Send me a code").click()
    code = desk.mailed_code(after=before)
    field = frame.get_by_label("Code")
    expect(field).to_be_focused()
    field.fill("ZZZZ-ZZZZ")
    expect(frame.get_by_role("alert")).to_contain_text("Tries left: 4")
    field.press_sequentially(code.lower().replace("-", " "))
    expect(frame.locator(SHOWN).first).to_be_visible()


def test_by_note(desk: Desk) -> None:
    frame = desk.start(agent=use_another_agent(desk, 1)).open()
    frame.get_by_role("button", name="Use a private note instead").click()
    text = frame.locator(".vx-sign-in__note").inner_text()
    # The agent goes to the messages to write it, so the tab is hidden meanwhile.
    desk.page.evaluate("simulator.openTab(0)")
    desk.page.evaluate("(content) => simulator.send({ content, private: true })", text)
    frame.wait_for_function(HAS_DATA, polling=100)
    desk.page.evaluate("simulator.refresh && simulator.refresh()")
    desk.open(1)
    expect(frame.locator(SHOWN).first).to_be_visible()


def test_keyboard_only(desk: Desk) -> None:
    frame = desk.start(agent=use_another_agent(desk, 1)).open()
    expect(frame.get_by_role("button", name="Send me a code")).to_be_visible()
    frame.get_by_role("button", name="Send me a code").focus()
    before = len(desk.mails())
    desk.page.keyboard.press("Enter")
    code = desk.mailed_code(after=before)
    desk.page.keyboard.type(code)
    expect(frame.locator(SHOWN).first).to_be_visible()


def test_another_agent_signs_in_anew(desk: Desk) -> None:
    frame = desk.start().open()
    desk.sign_in(frame)
    frame = desk.start(agent=use_another_agent(desk, 1)).open()
    expect(frame.locator("#sign-in")).to_contain_text("Another agent has signed in here")
    assert frame.locator("#panels [data-row]").count() == 0


def test_data_vanish_when_the_session_is_ended_elsewhere(desk: Desk) -> None:
    frame = desk.start().open()
    desk.sign_in(frame)
    token = json.loads(frame.evaluate("Object.values(localStorage)[0]"))["token"]
    key = desk.account["apps"][0]["key"]
    headers = {"Authorization": f"Bearer {token}"}
    assert desk.page.request.post(f"{desk.product.base_url}/a/{key}/sign-out", headers=headers).status == 204
    frame.locator("[data-refresh]").first.click()
    expect(frame.get_by_role("heading", name="Sign in")).to_be_visible()
    assert frame.locator("#panels [data-row]").count() == 0
    assert frame.evaluate("localStorage.length") == 0


def test_hosts_that_do_not_say_who_looks_ask_for_the_address(desk: Desk) -> None:
    frame = desk.start(host="g1-first").open()
    field = frame.get_by_label("Your e-mail address in Voxys")
    expect(field).to_be_visible()
    field.fill(desk.agent["email"].upper())
    desk.sign_in(frame)


@pytest.fixture
def without_storage(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context() as context:
        context.add_init_script(NO_STORAGE)
        yield context


def test_where_storage_is_refused_a_cookie_does(without_storage: BrowserContext, product: Product) -> None:
    desk = Desk(without_storage.new_page(), product)
    frame = desk.start(agent=use_another_agent(desk, 1)).open()
    desk.sign_in(frame)
    (cookie,) = [one for one in without_storage.cookies() if one["name"].startswith("__Host-voxys-")]
    assert cookie["httpOnly"]
    assert cookie["secure"]
    second = desk.open(2)
    expect(second.locator(SHOWN).first).to_be_visible()


def test_where_cookies_are_refused_too_it_is_explained(without_storage: BrowserContext, product: Product) -> None:
    desk = Desk(without_storage.new_page(), product)

    def without_cookie(route: Any) -> None:
        answer = route.fetch()
        headers = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
        without_storage.clear_cookies()
        route.fulfill(response=answer, headers=headers)

    without_storage.route(re.compile(r"/sign-in/.+/$"), without_cookie)
    frame = desk.start(agent=use_another_agent(desk, 1)).open()
    before = len(desk.mails())
    frame.get_by_role("button", name="Send me a code").click()
    frame.get_by_label("Code").fill(desk.mailed_code(after=before))
    expect(frame.get_by_role("heading", name="This browser keeps no sign-in")).to_be_visible()


def test_no_token_and_no_context_is_broadcast(desk: Desk) -> None:
    desk.start()
    frame = desk.open(1)
    frame.evaluate(
        "() => { window.heard = []; new BroadcastChannel('voxys').onmessage = ({ data }) => window.heard.push(data) }"
    )
    desk.sign_in(desk.open(2))
    frame.wait_for_function("() => window.heard.length > 0")
    account = str(desk.account["id"])
    assert frame.evaluate("window.heard") == [{"signed": "in", "account": account}]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [163, 947])
def test_nothing_overflows_and_axe_is_content(browser: Browser, product: Product, theme: str, width: int) -> None:
    with browser.new_context(bypass_csp=True) as context:
        desk = Desk(context.new_page(), product)
        desk.start(host="g3b")
        desk.page.evaluate(
            "([theme, width]) => { simulator.setTheme(theme); simulator.setWidth(width); }", [theme, width]
        )
        frame = desk.open()
        expect(frame.get_by_role("button", name="Send me a code")).to_be_visible()
        time.sleep(0.2)
        for view in ("choose", "note"):
            if view == "note":
                frame.get_by_role("button", name="Use a private note instead").click()
                expect(frame.locator(".vx-sign-in__note")).to_be_visible()
            assert frame.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            frame.evaluate(AXE)
            found = frame.evaluate("axe.run().then(({ violations }) => violations)")
            assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
