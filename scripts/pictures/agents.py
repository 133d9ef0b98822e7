"""What agents see: the tabs in the host's window."""

import json
import re
from urllib.parse import quote
from urllib.request import urlopen

from playwright.sync_api import Frame, Route, expect

from scripts.pictures.camera import Camera, Scenes, Window, set_fault, wait_for_data

SCENES = Scenes()

FERNWEH, BRISA, LANTERNA = "Fernweh Outdoor", "Atelier Brisa", "Lanterna & Figli"
NORA, OTTILIE, TIM, SEVERAL, TERESA, AGNES = 1421, 1440, 1469, 220, 188, 571
# What a window shows of a tab when only its first panel matters.
ONE_PANEL = 330
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")


@SCENES.of("customer-360", "customer-360-dark")
def whole_window(camera: Camera) -> None:
    window = Window(camera, camera.page(width=1440, height=900), FERNWEH, conversation=NORA)
    wait_for_data(window.open("Customer 360"))
    camera.take("customer-360", window.page, height=900)
    window.page.evaluate("simulator.setTheme('dark')")
    expect(window.page.frame_locator("iframe:visible").locator("html")).to_have_attribute("data-theme", "dark")
    camera.take("customer-360-dark", window.page, height=900)


@SCENES.of("orders", "orders-narrow")
def orders(camera: Camera) -> None:
    window = Window(camera, camera.page(), FERNWEH, conversation=NORA)
    frame = window.open("Orders")
    wait_for_data(frame)
    frame.locator("details").first.locator("summary").click()
    window.page.wait_for_load_state("networkidle")
    camera.take("orders", window.tab)
    window.tab.evaluate("(iframe) => { iframe.style.width = '320px' }")
    camera.take("orders-narrow", window.tab)


@SCENES.of("payments")
def payments(camera: Camera) -> None:
    window = Window(camera, camera.page(), FERNWEH, conversation=NORA)
    wait_for_data(window.open("Payments"))
    camera.take("payments", window.tab)


@SCENES.of("history")
def history(camera: Camera) -> None:
    window = Window(camera, camera.page(), LANTERNA, conversation=AGNES, agent="Ruben Okoye")
    wait_for_data(window.open("History"))
    camera.take("history", window.tab)


@SCENES.of("sign-in", "sign-in-code", "sign-in-note", "choose-customer", "customer-chosen")
def signing_in_and_choosing(camera: Camera) -> None:
    window = Window(camera, camera.page(), BRISA, conversation=SEVERAL)
    frame = window.open("Both shops")
    expect(frame.get_by_role("heading", name="Sign in")).to_be_visible()
    camera.take("sign-in", window.tab, height=ONE_PANEL)
    frame.get_by_role("button", name="Use a private note instead").click()
    expect(frame.get_by_role("heading", name="Write a private note")).to_be_visible()
    camera.take("sign-in-note", window.tab, height=ONE_PANEL)
    frame.get_by_role("button", name="Get a code by mail instead").click()
    send = frame.get_by_role("button", name="Send me a code")
    code = frame.get_by_label("Code")
    expect(send.or_(code).first).to_be_visible()
    if send.is_visible():
        send.click()
    expect(code).to_be_visible()
    camera.take("sign-in-code", window.tab, height=ONE_PANEL)
    code.fill(mailed_code(camera, frame, window.agent["email"]))
    choose = frame.locator("section[data-panel=customer]").get_by_role("button", name="This is the customer")
    # Two shops, three people each.
    expect(choose).to_have_count(6)
    wait_for_data(frame)
    camera.take("choose-customer", window.tab)
    choose.first.click()
    expect(frame.get_by_role("button", name="Undo").first).to_be_visible()
    expect(choose).to_have_count(3)
    wait_for_data(frame)
    camera.take("customer-chosen", window.tab)


def mailed_code(camera: Camera, frame: Frame, address: str) -> str:
    """Return the code of the latest mail to the address, once it has come."""
    for _try in range(100):
        mailbox = f"{camera.product.base_url}/simulator/mailbox.json?to={quote(address)}"
        with urlopen(mailbox, timeout=5) as answer:  # noqa: S310 -- our own server
            if found := CODE.search(json.dumps(json.load(answer))):
                return found[0]
        frame.page.wait_for_timeout(100)
    raise AssertionError(f"no code was mailed to {address}")


@SCENES.of("state-loading")
def loading(camera: Camera) -> None:
    page = camera.page()
    # Questions stay on their way while the picture is taken.
    kept: list[Route] = []
    page.route(re.compile(r"/a/.*/context$"), lambda route: kept.append(route))  # noqa: PLW0108 -- it wants a function
    window = Window(camera, page, FERNWEH, conversation=NORA)
    window.open("Orders").locator("#panels").wait_for()
    camera.take("state-loading", window.tab, height=ONE_PANEL)
    for route in kept:
        route.abort()


@SCENES.of("state-empty")
def empty(camera: Camera) -> None:
    window = Window(camera, camera.page(), FERNWEH, conversation=TIM)
    wait_for_data(window.open("Orders"))
    camera.take("state-empty", window.tab, height=ONE_PANEL)


@SCENES.of("state-error")
def error(camera: Camera) -> None:
    window = Window(camera, camera.page(), FERNWEH, conversation=NORA)
    frame = window.open("Broken shop")
    expect(frame.locator("section[data-state=error]").first).to_be_visible()
    camera.take("state-error", window.tab, height=ONE_PANEL)


@SCENES.of("state-stale")
def stale(camera: Camera) -> None:
    window = Window(camera, camera.page(), FERNWEH, conversation=OTTILIE)
    frame = window.open("Orders")
    wait_for_data(frame)
    set_fault(camera, "Fernweh shop", "temporary")
    try:
        frame.locator("[data-refresh]").first.click()
        expect(frame.locator(".vx-banner").first).to_be_visible()
        camera.take("state-stale", window.tab, height=ONE_PANEL)
    finally:
        set_fault(camera, "Fernweh shop", "none")


@SCENES.of("unverified")
def unverified(camera: Camera) -> None:
    page = camera.page()
    account = camera.account(LANTERNA)
    for conversation in (one["id"] for one in account["conversations"] if one["channel"] == "Channel::WebWidget"):
        page.goto("about:blank")
        window = Window(camera, page, LANTERNA, conversation=conversation)
        payload = page.evaluate("(id) => simulator.payloadFor(id).data.conversation.meta.hmac_verified", conversation)
        if not payload:
            wait_for_data(window.open("Customer"))
            camera.take("unverified", window.tab, height=ONE_PANEL)
            return
    raise AssertionError("the account has no visitor whose identity nobody verified")
