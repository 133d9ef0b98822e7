"""The agent's window in a browser: what a developer sees and does in it."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.product import Product

pytestmark = pytest.mark.browser

HOSTILE = 1466
LONG = 1462
RIGHT_TO_LEFT = 1464


@pytest.fixture
def window(product: Product, page: Page) -> Iterator["Window"]:
    opened = Window(product, page)
    yield opened
    assert opened.problems == []


@pytest.fixture
def lanterna(product: Product) -> Iterator["HostAccount"]:
    account = HostAccount(product, 17, administrator=51)
    yield account
    account.start_over()


@pytest.fixture
def nordlicht(product: Product) -> Iterator["HostAccount"]:
    account = HostAccount(product, 23, administrator=71)
    yield account
    account.start_over()


class HostAccount:
    """An account of the host that these tests change; it starts over after each."""

    def __init__(self, product: Product, number: int, *, administrator: int) -> None:
        self._base_url = product.base_url
        self.number = number
        data = self._send(f"/simulator/data/{number}.json")
        self.token: str = data["tokens"][str(administrator)]
        self._api = f"/simulator/host/api/v1/accounts/{number}"

    def ask(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """Ask the host's API as an administrator."""
        return self._send(f"{self._api}/{path}", method=method, body=body)

    def messages(self, conversation: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask(f"conversations/{conversation}/messages")["payload"]
        return [row for row in rows if row["message_type"] != 2]

    def start_over(self) -> None:
        self._send(f"/simulator/start-over/{self.number}", method="POST")

    def _send(self, path: str, method: str = "GET", body: Any = None) -> Any:
        headers = {"Content-Type": "application/json", "api-access-token": getattr(self, "token", "")}
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self._base_url}{path}", data, headers, method=method)  # noqa: S310 -- our own server
        with urlopen(request, timeout=10) as response:  # noqa: S310 -- our own server
            return json.loads(response.read() or "null")


class Window:
    """The agent's window, and the handle that scripts have on it."""

    def __init__(self, product: Product, page: Page) -> None:
        self.page = page
        self.url = product.simulator_url
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: self.problems.append(dialog.message))

    def open(self, place: str = "") -> None:
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}#{place}")
        self.page.locator("html[data-simulator=ready]").wait_for()

    def run(self, expression: str) -> Any:
        """Evaluate `simulator.<expression>`."""
        return self.page.evaluate(f"simulator.{expression}")

    def part(self, name: str) -> Locator:
        return self.page.locator(f"[data-part={name}]")

    def tab(self, name: str) -> Locator:
        return self.part("tabs").get_by_role("tab", name=name, exact=True)

    def state(self) -> dict[str, Any]:
        names = ("accountId", "agentId", "conversationId", "tab", "generation", "theme", "direction", "width")
        return {name: self.run(name) for name in names}


def test_app_opens_cross_origin_and_is_sent_the_conversation(window: Window) -> None:
    window.open("conversation=1421&host=g2")

    window.tab("Orders").click()

    frame = window.page.frame_locator(".frame:not([hidden]) iframe")
    expect(frame.locator("[data-panel=orders]")).to_be_visible()
    (shown,) = [frame for frame in window.run("frames") if frame["isVisible"]]
    assert shown["app"] == "Orders"
    assert shown["url"].startswith("http://127.0.0.1:")
    assert window.page.url.startswith("http://localhost:")
    sent = [entry for entry in window.run("log") if entry["direction"] == "out"]
    assert {(entry["app"], entry["event"]) for entry in sent} == {("Orders", "appContext")}


def test_reload_comes_back_to_the_same_place(window: Window) -> None:
    window.open()
    window.run("setAgent(13)")
    window.run("openConversation(1442)")
    window.run("setGeneration('g3b')")
    window.run("setTheme('dark')")
    window.run("setDirection('rtl')")
    window.run("setWidth(419)")
    window.run("openTab(3)")
    before = window.state()

    window.page.reload()
    window.page.locator("html[data-simulator=ready]").wait_for()

    assert window.state() == before
    assert before["tab"] == 3
    assert before["agentId"] == 13


def test_place_that_is_gone_falls_back(window: Window) -> None:
    window.open("account=999&agent=999&conversation=999&tab=99&host=g99&width=x&tools=x")
    assert (window.run("tab"), window.run("generation")) == (0, "g3a")


def test_keys_walk_through_conversations_and_tabs(window: Window) -> None:
    window.open()
    listed = window.part("list").locator("[aria-current]")
    first = listed.get_attribute("data-key")

    window.page.keyboard.press("j")
    expect(listed).not_to_have_attribute("data-key", str(first))
    window.page.keyboard.press("k")
    expect(listed).to_have_attribute("data-key", str(first))
    window.page.keyboard.press("2")
    expect(window.tab("Customer 360")).to_have_attribute("aria-selected", "true")
    window.page.keyboard.press("1")
    expect(window.tab("Messages")).to_have_attribute("aria-selected", "true")


def test_keys_are_letters_where_text_is_written(window: Window) -> None:
    window.open("conversation=1421")
    field = window.part("reply").locator("textarea")
    field.press_sequentially("jk12")
    expect(field).to_have_value("jk12")
    assert window.run("conversationId") == 1421


def test_reply_and_private_note_reach_the_host(window: Window, lanterna: HostAccount) -> None:
    window.open(f"account={lanterna.number}&conversation=611&agent=52")
    reply = window.part("reply")
    reply.locator("textarea").fill("On its **way**")
    reply.get_by_role("button", name="Send").click()
    expect(window.page.locator(".bubble--outgoing").last).to_contain_text("On its way")

    reply.get_by_role("button", name="Private note").click()
    reply.locator("textarea").fill("Call her")
    reply.locator("textarea").press("Control+Enter")
    expect(window.page.locator(".bubble--private").last).to_contain_text("Call her")

    *_others, sent, note = lanterna.messages(611)
    assert (sent["content"], sent["private"]) == ("On its **way**", False)
    assert (note["content"], note["private"], note["sender"]["id"]) == ("Call her", True, 52)
    # They are there after a reload, too.
    window.open(f"account={lanterna.number}&conversation=611")
    expect(window.page.locator(".bubble--private").last).to_contain_text("Call her")


def test_deleted_note_disappears_whoever_deleted_it(window: Window, lanterna: HostAccount) -> None:
    window.open(f"account={lanterna.number}&conversation=611&agent=52")
    window.run("send({content: 'K7Q2-9XBM', private: true})")
    note = window.page.locator(".bubble--private", has_text="K7Q2-9XBM")
    expect(note).to_be_visible()

    lanterna.ask(f"conversations/611/messages/{lanterna.messages(611)[-1]['id']}", method="DELETE")
    window.run("refresh()")
    expect(note).to_have_count(0)

    window.run("send({content: 'Second thoughts', private: true})")
    second = window.page.locator(".message", has_text="Second thoughts")
    second.hover()
    second.get_by_role("button", name="Delete message").click()
    expect(second).to_have_count(0)
    assert lanterna.messages(611)[-1]["content_attributes"] == {"deleted": True}


def test_note_that_the_host_refuses_stays_to_be_sent_again(window: Window, lanterna: HostAccount) -> None:
    # Hanna Sauer is no member of this conversation's inbox.
    window.open(f"account={lanterna.number}&conversation=614&agent=53")
    field = window.part("reply").locator("textarea")
    field.fill("Hello")
    window.part("reply").get_by_role("button", name="Send").click()
    expect(window.part("notice")).to_contain_text("You are not authorized to do this action")
    expect(field).to_have_value("Hello")
    assert [problem for problem in window.problems if "401" in problem]
    window.problems.clear()


def test_resolving_and_assigning_reach_the_host(window: Window, lanterna: HostAccount) -> None:
    window.open(f"account={lanterna.number}&conversation=611&agent=52")
    window.part("header").get_by_role("button", name="Resolve").click()
    expect(window.part("header").get_by_role("button", name="Reopen")).to_be_visible()
    window.part("contact").get_by_label("Assigned agent").select_option("Hanna Sauer")
    expect(window.part("messages")).to_contain_text("Assigned to Hanna Sauer by Ruben Okoye")
    conversation = lanterna.ask("conversations/611")
    assert (conversation["status"], conversation["meta"]["assignee"]["id"]) == ("resolved", 53)

    window.run("customerWrites({content: 'Not yet!'})")
    expect(window.part("header").get_by_role("button", name="Resolve")).to_be_visible()
    expect(window.part("messages")).to_contain_text("Not yet!")
    window.run("startConversation({content: 'One more lamp'})")
    expect(window.part("list")).to_contain_text("One more lamp")


def test_records_of_this_window_alone_do_not_reach_the_host(window: Window, lanterna: HostAccount) -> None:
    before = lanterna.messages(611)
    window.open(f"account={lanterna.number}&conversation=611")
    window.run("addMessage({content: 'Only here'})")
    window.run("editContact({email: 'somebody.else@example.com'})")
    window.run("refresh()")
    expect(window.part("messages")).to_contain_text("Only here")
    assert window.run("payloadFor(611).data.contact.email") == "somebody.else@example.com"
    assert [message["id"] for message in lanterna.messages(611)] == [message["id"] for message in before]
    assert lanterna.ask("contacts/701")["payload"]["email"] == "agnes.thorvald@example.com"


def test_fault_of_the_hosts_api_is_switched_in_the_drawer(window: Window, lanterna: HostAccount) -> None:
    window.open(f"account={lanterna.number}&conversation=611&tools=situations")
    drawer = window.part("drawer")
    expect(drawer.get_by_role("button", name="It works")).to_have_attribute("aria-pressed", "true")
    expect(drawer).to_contain_text("has every context confirmed")
    drawer.get_by_role("button", name="Down", exact=True).click()
    expect(drawer.get_by_role("button", name="Down", exact=True)).to_have_attribute("aria-pressed", "true")
    with pytest.raises(HTTPError, match="503"):
        lanterna.ask("agents")
    # The window is the host's own page: its agents work on.
    window.run("send({content: 'Still here', private: true})")
    expect(window.page.locator(".bubble--private").last).to_contain_text("Still here")
    drawer.get_by_role("button", name="Start the account over").click()
    window.page.locator("html[data-simulator=ready]").wait_for()
    expect(drawer.get_by_role("button", name="It works")).to_have_attribute("aria-pressed", "true")
    expect(window.part("messages")).not_to_contain_text("Still here")


def test_hostile_texts_are_only_text(window: Window) -> None:
    window.open(f"conversation={HOSTILE}")
    expect(window.part("header")).to_contain_text('<img src=x onerror="alert(1)"><b>Bobby</b>')
    expect(window.part("messages")).to_contain_text("<script>alert('hello')</script>")
    assert window.page.locator(".host img, .host script, .bubble a").count() == 0


def test_payload_is_edited_and_sent_and_a_mistake_is_explained(window: Window) -> None:
    window.open("conversation=1421&host=g2&tab=2&tools=payload")
    field = window.page.get_by_label("Context as JSON")
    send = window.page.get_by_role("button", name="Send to the open tab")

    for text, problem in (
        ('{\n"event": oops}', "Line 2, column 10: “o” is not expected here."),
        ('{"event": tru}', "Line 1, column 14: “}” is not expected here."),
        ('{"a": [1,], "b": "c"}', "Line 1, column 10: “]” is not expected here."),
        ('{"a": 1} 2', "Line 1, column 10: “2” is not expected here."),
        ('{\n"event": "app', "Line 2, column 14: the text ends too early."),
        ("", "Line 1, column 1: the text ends too early."),
    ):
        field.fill(text)
        expect(window.page.locator(".verdict")).to_contain_text(problem)
        expect(send).to_be_disabled()

    field.fill('{"event": "appContext", "data": {}}')
    send.click()
    last = window.run("log.at(-1)")
    assert (last["to"], last["reason"]) == ("Orders", "edited by hand")
    assert last["body"] == '{"event":"appContext","data":{}}'

    window.run("openConversation(1442)")
    expect(field).to_have_value('{"event": "appContext", "data": {}}')
    window.page.get_by_role("button", name="Take the current one").click()
    expect(field).to_have_value(re.compile('"id": 1442'))


def test_log_shows_each_message_and_its_body(window: Window) -> None:
    window.open("conversation=1421&host=g1&tools=log")
    window.run("addProbe({name: 'Probe'})")
    rows = window.part("drawer").locator(".log-row")
    expect(rows.first).to_contain_text("host → Probe")
    window.page.frame_locator(".frame:not([hidden]) iframe").get_by_role("button", name="Ask as JSON").click()
    expect(rows.first).to_contain_text("not the exact request: ignored")
    rows.nth(1).locator("summary").click()
    expect(rows.nth(1).locator("pre")).to_contain_text('"event": "appContext"')


def test_saved_contact_reaches_the_host_and_no_app_hears_of_it(window: Window, lanterna: HostAccount) -> None:
    window.open(f"account={lanterna.number}&conversation=611&host=g2&tab=1")
    window.page.frame_locator(".frame:not([hidden]) iframe").locator("[data-panel=orders]").wait_for()
    window.page.wait_for_function("() => simulator.log.some((entry) => entry.reason === 'load')")
    before = len(window.run("log"))
    window.page.get_by_role("button", name="Edit contact").click()
    window.page.locator("dialog").get_by_label("Email").fill("agnes@example.org")
    window.page.locator("dialog").get_by_role("button", name="Save").click()
    expect(window.part("contact")).to_contain_text("agnes@example.org")
    assert window.run("payloadFor(611).data.contact.email") == "agnes@example.org"
    assert lanterna.ask("contacts/701")["payload"]["email"] == "agnes@example.org"
    assert len(window.run("log")) == before


def test_mailbox_is_opened_from_the_toolbar(window: Window) -> None:
    window.open()
    with window.page.expect_popup() as opening:
        window.part("toolbar").get_by_role("link", name="Mailbox").click()
    expect(opening.value.get_by_role("heading", name="Mailbox")).to_be_visible()


def test_phone_is_a_window_of_its_own_and_closes_with_the_conversation(window: Window) -> None:
    window.open("conversation=1433&host=mobile")
    with window.page.expect_popup() as opening:
        window.run("openTab(2)")
    phone = opening.value
    expect(phone.locator("[data-panel=orders]")).to_be_visible()

    assert phone.evaluate("[innerWidth, window.parent === window, typeof ReactNativeWebView.postMessage]") == [
        390,
        True,
        "function",
    ]
    window.page.wait_for_function("() => simulator.log.some((entry) => entry.reason === 'load')")
    body = window.page.evaluate("JSON.parse(simulator.log.at(-1).body).data")
    assert body.keys() == {"conversation", "contact", "current_agent"}
    assert body["contact"] == body["conversation"]["meta"]["sender"]
    assert "all_messages_loaded" in body["conversation"]

    with phone.expect_event("close"):
        window.run("openConversation(1442)")


def test_reading_from_right_to_left_turns_the_window_and_the_apps(window: Window) -> None:
    window.open(f"conversation={RIGHT_TO_LEFT}&direction=rtl&tab=2")
    expect(window.page.locator(".host")).to_have_attribute("dir", "rtl")
    expect(window.tab("الرسائل")).to_be_visible()
    frame = window.page.frame_locator(".frame:not([hidden]) iframe")
    expect(frame.locator("html")).to_have_attribute("dir", "rtl")


def test_account_of_the_start_is_found_by_the_platforms_number_too(product: Product, window: Window) -> None:
    state = next(one for one in product.state["accounts"] if one["name"] == "Lanterna & Figli")
    window.open(f"account={state['id']}&conversation=612")
    assert (window.run("accountId"), window.run("conversationId")) == (17, 612)
    assert state["apps"][0]["key"] in window.run("apps")[0]["url"]
    window.run(f"setAccount({product.state['accounts'][0]['id']})")
    assert window.run("accountId") == 4


def test_account_that_is_not_connected_says_so_and_how(window: Window, nordlicht: HostAccount) -> None:
    window.open()
    with window.page.expect_popup() as opening:
        window.part("toolbar").get_by_role("link", name="Nordlicht Radhaus: not connected yet").click()
    profile = opening.value
    expect(profile.get_by_role("heading", name="Profile settings")).to_be_visible()
    expect(profile.locator("#access-token")).to_have_text(nordlicht.token)
    expect(profile.locator("#account-id")).to_have_text("23")
    expect(profile.locator("#host-address")).to_have_text(window.page.evaluate("location.origin"))
    assert str(profile.locator("#api-address").text_content()).endswith("/simulator/host")

    window.part("toolbar").get_by_label("Account").select_option("Nordlicht Radhaus · not connected yet")
    expect(window.part("notice")).to_contain_text("Nordlicht Radhaus is not connected yet.")
    expect(window.part("notice").get_by_role("link")).to_have_attribute("href", "/simulator/profile/23/")
    expect(window.part("list")).to_contain_text("Eirik Solbakken")
    expect(window.part("tabs")).to_be_hidden()
    # Its agents work in it all the same.
    window.run("openConversation(811)")
    window.run("send({content: 'Half past seven'})")
    expect(window.page.locator(".bubble--outgoing").last).to_contain_text("Half past seven")
    window.part("navigation").get_by_role("link", name="Profile settings: Sunniva Brekke").click()
    expect(profile.locator("#access-token")).to_have_text(nordlicht.token)


def test_tabs_are_those_registered_in_the_host(window: Window, nordlicht: HostAccount, product: Product) -> None:
    probe = f"{product.base_url}/simulator/probe/?name=Registered"
    odd = "http://[not-an-address/"
    for title, url in (("Probe", probe), ("Odd", odd)):
        app = {"title": title, "content": [{"type": "frame", "url": url}]}
        nordlicht.ask("dashboard_apps", "POST", {"dashboard_app": app})
    first, second = nordlicht.ask("dashboard_apps")

    window.open("account=23")
    assert [(app["id"], app["title"], app["url"]) for app in window.run("apps")] == [
        (first["id"], "Probe", probe),
        (second["id"], "Odd", odd),
    ]
    window.tab("Probe").click()
    frame = window.page.frame_locator(".frame:not([hidden]) iframe")
    expect(frame.locator("#messages")).to_contain_text("appContext")

    nordlicht.ask(f"dashboard_apps/{first['id']}", "PATCH", {"dashboard_app": {"title": "Renamed"}})
    nordlicht.ask(f"dashboard_apps/{second['id']}", "DELETE")
    window.open("account=23")
    expect(window.part("tabs").get_by_role("tab")).to_have_text(["Messages", "Renamed"])


def test_each_account_has_its_own_people_and_apps(window: Window) -> None:
    window.open()
    first = [app["title"] for app in window.run("apps")]
    window.part("toolbar").get_by_label("Account").select_option("Atelier Brisa")
    expect(window.part("list")).to_contain_text("Teresa Nogueira")
    assert [app["title"] for app in window.run("apps")] != first


def test_long_conversation_ends_at_its_last_message(window: Window) -> None:
    window.open(f"conversation={LONG}")
    expect(window.page.locator(".message").last).to_be_in_viewport()


@pytest.mark.parametrize("width", [1024, 1440, 1920])
def test_window_never_scrolls_sideways(window: Window, width: int) -> None:
    window.page.set_viewport_size({"width": width, "height": 800})
    window.open("conversation=1421")
    assert window.page.evaluate("document.documentElement.scrollWidth") == width
    assert window.page.evaluate("document.querySelector('.tabs').offsetHeight") == 40
