"""Attacks on an agent who has signed in, in real Chromium, from pages and frames around ours."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Request

from tests.security.desk import Desk, Site, attackers_site, shows_data, wait_for_data
from tests.support.product import Product


@pytest.fixture(scope="module")
def desk(product: Product) -> Desk:
    return Desk(product)


@pytest.fixture(scope="module")
def token(desk: Desk) -> str:
    return desk.token()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One browser for the module: the agent's."""
    with browser.new_context() as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()


@pytest.fixture
def frame(desk: Desk, token: str, page: Page) -> Frame:
    """The agent's tab, signed in, with data."""
    return desk.sign_in(page, token)


@pytest.fixture
def site() -> Iterator[Site]:
    with attackers_site() as site:
        yield site


def forged(desk: Desk, page: Page) -> str:
    """Return what the host would post for another conversation."""
    return str(page.evaluate("(id) => JSON.stringify(simulator.payloadFor(id))", desk.conversations[1]))


def contexts_posted(page: Page) -> list[Request]:
    posted: list[Request] = []
    page.context.on("request", lambda request: posted.append(request) if request.url.endswith("/context") else None)
    return posted


def assert_unmoved(desk: Desk, page: Page, frame: Frame, posted: list[Request]) -> None:
    page.wait_for_timeout(150)
    assert frame.evaluate("voxys.current().conversation") == desk.conversations[0]
    assert posted == []
    assert shows_data(frame)


# --- messages ------------------------------------------------------------------------------------------------


def test_message_from_an_opener(desk: Desk, page: Page, frame: Frame, site: Site) -> None:
    """The attacker's page has opened the host's window, and so reaches into its frames."""
    text, address = forged(desk, page), page.url
    attacker = page.context.new_page()
    attacker.goto(site.url)
    with attacker.expect_popup() as opened:
        attacker.evaluate("(url) => { window.host = open(url); }", address)
    host = opened.value
    host.wait_for_selector("html[data-simulator=ready]")
    frame = desk.open(host)
    wait_for_data(frame)
    posted = contexts_posted(host)
    attacker.evaluate("(text) => { for (const to of [host, host.frames[0]]) to.postMessage(text, '*'); }", text)
    assert_unmoved(desk, host, frame, posted)
    host.close()
    attacker.close()


def test_message_from_a_window_that_the_host_opened(desk: Desk, page: Page, frame: Frame, site: Site) -> None:
    text, posted = forged(desk, page), contexts_posted(page)
    with page.expect_popup() as opened:
        page.evaluate("(url) => void open(url)", site.url)
    popup = opened.value
    popup.wait_for_load_state()
    popup.evaluate("(text) => { for (const to of [opener, opener.frames[0]]) to.postMessage(text, '*'); }", text)
    assert_unmoved(desk, page, frame, posted)
    popup.close()


def test_message_from_another_vendors_app(desk: Desk, page: Page, frame: Frame) -> None:
    """A frame beside ours in the host's window, of a foreign origin."""
    text, posted = forged(desk, page), contexts_posted(page)
    page.evaluate(
        """() => {
          const app = document.createElement('iframe');
          app.sandbox = 'allow-scripts';
          document.body.append(app);
        }"""
    )
    other = next(one for one in page.main_frame.child_frames if one is not frame)
    other.evaluate(
        "(text) => { for (let n = 0; n < parent.frames.length; n += 1) parent.frames[n].postMessage(text, '*'); }", text
    )
    assert_unmoved(desk, page, frame, posted)


def test_message_from_a_nested_frame(desk: Desk, page: Page, frame: Frame) -> None:
    text, posted = forged(desk, page), contexts_posted(page)
    frame.evaluate("document.body.append(document.createElement('iframe'))")
    frame.child_frames[0].evaluate(
        "(text) => { for (const to of [parent, top.frames[0]]) to.postMessage(text, '*'); }", text
    )
    assert_unmoved(desk, page, frame, posted)


def test_message_from_a_frame_nested_in_a_sibling(desk: Desk, page: Page, frame: Frame) -> None:
    """It is of our origin, but no tab of the host's window."""
    sibling = desk.open(page, 2)
    wait_for_data(sibling)
    text, posted = forged(desk, page), contexts_posted(page)
    sibling.evaluate("document.body.append(document.createElement('iframe'))")
    sibling.child_frames[0].evaluate("(text) => top.frames[0].postMessage(text, '*')", text)
    assert_unmoved(desk, page, frame, posted)


def test_forged_context_that_is_heard_gets_nothing(desk: Desk, page: Page, frame: Frame) -> None:
    """Even the host's own page cannot have another customer shown: the platform asks the host's API."""
    data = json.loads(forged(desk, page))
    data["data"]["conversation"]["id"] = desk.conversations[0]
    data["data"]["conversation"].pop("uuid", None)
    page.evaluate("(text) => frames[0].postMessage(text, '*')", json.dumps(data))
    frame.wait_for_function("() => !document.querySelector('#status').hidden", polling=50)
    assert not shows_data(frame)


def test_nothing_but_signed_in_or_out_is_broadcast(desk: Desk, page: Page, frame: Frame) -> None:
    """Whoever is of our origin hears it, in other windows of the host with other conversations, too."""
    other = page.context.new_page()
    desk.start(other)
    ear = desk.open(other, 2)
    ear.evaluate(
        "() => { window.heard = []; new BroadcastChannel('voxys').onmessage = ({ data }) => heard.push(data); }"
    )
    frame.evaluate("voxysSession.keep('', '')")
    desk.start(page, conversation=desk.conversations[1])
    wait_for_data(desk.open(page))
    ear.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
    heard = ear.evaluate("heard")
    assert heard
    for message in heard:
        assert set(message) == {"signed", "account"}
        assert message["signed"] in ("in", "out")
    other.close()


# --- frames and windows ----------------------------------------------------------------------------------------


def test_embedded_by_a_foreign_origin(desk: Desk, page: Page, site: Site) -> None:
    """The agent is signed in in this browser and opens the attacker's page."""
    site.html = f'<iframe src="{desk.frames}{desk.path()}"></iframe>'
    posted = contexts_posted(page)
    page.goto(site.url)
    page.wait_for_timeout(300)
    assert page.frames[1].url.startswith("chrome-error:")
    assert posted == []


def test_embedded_by_a_foreign_origin_inside_the_hosts(desk: Desk, page: Page, frame: Frame, site: Site) -> None:
    """frame-ancestors counts every page around ours, not the next one alone."""
    site.html = f'<iframe src="{desk.frames}{desk.path()}"></iframe>'
    page.evaluate(
        """(url) => new Promise((resolve) => {
          const app = document.createElement('iframe');
          app.onload = resolve;
          app.src = url;
          document.body.append(app);
        })""",
        site.near_url,
    )
    page.wait_for_timeout(300)
    inner = [one for one in page.frames if one.parent_frame and one.parent_frame.url == site.near_url]
    assert [one.url.split(":")[0] for one in inner] == ["chrome-error"]


def test_opened_by_a_foreign_origin(desk: Desk, page: Page, token: str, site: Site) -> None:
    """As a window of its own the frame has other storage, no parent to hear, and no opener."""
    page.goto(site.url)
    with page.expect_popup() as opened:
        page.evaluate("(url) => void open(url)", f"{desk.frames}{desk.path()}")
    popup = opened.value
    popup.wait_for_load_state()
    assert popup.evaluate("opener") is None
    assert popup.evaluate("JSON.stringify({ ...localStorage })") == "{}"
    assert token not in popup.content()
    popup.close()


def test_token_from_another_browser_partition(desk: Desk, frame: Frame, token: str, page: Page, site: Site) -> None:
    """The agent's token is in the host's partition: under any other site there is none, nor a cookie."""
    assert token in frame.evaluate("JSON.stringify({ ...localStorage })")
    other = page.context.new_page()
    other.goto(f"{desk.frames}{desk.path()}")
    assert other.evaluate("JSON.stringify({ ...localStorage })") == "{}"
    assert other.evaluate("document.cookie") == ""
    other.close()


def test_request_sent_from_a_foreign_page(desk: Desk, page: Page, site: Site) -> None:
    """With the agent's browser, and all the cookies it would send: no answer is read, none would show data."""
    site.html = "<title>attacker</title>"
    page.goto(site.url)
    address = f"{desk.frames}{desk.path()}context"
    for options in (
        {"method": "POST", "body": "{}", "credentials": "include"},
        {"method": "POST", "body": "{}", "credentials": "include", "headers": {"X-Voxys-Session": "cookie"}},
        {"method": "POST", "body": "{}", "headers": {"Authorization": "Bearer x"}},
    ):
        read = page.evaluate(
            "([url, options]) => fetch(url, options).then((answer) => answer.text(), (error) => 'refused')",
            [address, options],
        )
        assert read == "refused"
    status, headers, text = desk.ask(f"{desk.path()}context", b"{}", Origin=site.url)
    assert status == 401
    assert "access-control-allow-origin" not in {name.lower() for name in headers}
    assert "data-row" not in text


def test_token_stolen_and_used_elsewhere_ends_with_the_session(desk: Desk) -> None:
    """A token that leaks is good anywhere until its session is ended: what remains, as the docs say."""
    thief = Desk(desk.product, agent=1)
    bearer = {"Authorization": f"Bearer {thief.token()}"}
    assert desk.ask(f"{desk.path()}context", thief.context(), **bearer)[0] == 200
    assert desk.ask(f"{desk.path()}sign-out", b"", **bearer)[0] == 204
    assert desk.ask(f"{desk.path()}context", thief.context(), **bearer)[0] == 401


# --- leaving -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        '<a id="bait" href="{url}">x</a>',
        '<a id="bait" href="{url}" target="_self">x</a>',
        '<form action="{url}" method="post"><button id="bait">x</button></form>',
        '<button id="bait" formaction="{url}" form="f">x</button><form id="f"></form>',
        '<meta http-equiv="refresh" content="0;url={url}"><b id="bait">x</b>',
        '<base href="{url}"><a id="bait" href="x">x</a>',
        '<iframe src="{url}"></iframe><b id="bait">x</b>',
        '<img src="{url}"><b id="bait">x</b>',
        '<svg><a id="bait" href="{url}"><text y="20">x</text></a></svg>',
        '<b id="bait" hx-get="{url}" hx-trigger="click">x</b>',
        '<link rel="stylesheet" href="{url}"><b id="bait">x</b>',
        '<script>location = "{url}"</script><b id="bait">x</b>',
        '<b id="bait" onclick="location = \'{url}\'">x</b>',
    ],
)
def test_markup_that_would_take_the_frame_away(desk: Desk, page: Page, site: Site, html: str) -> None:
    """Should such markup ever leave the platform, past its own check, the bridge and the policy hold it."""
    bait = html.replace("{url}", site.near_url)
    section = f"""<section data-panel="orders" data-placement="1" data-state="ready">
      <span class="vx-panel__age"></span><div class="vx-panel__body">{bait}</div></section>"""
    page.route("**/context", lambda route: route.fulfill(body=section, content_type="text/html"))
    desk.start(page)
    frame = desk.open(page)
    frame.wait_for_function("() => window.htmx && document.querySelector('#bait')", polling=50)
    before = frame.url
    frame.locator("#bait").dispatch_event("click")
    page.wait_for_timeout(200)
    assert site.requests == []
    if "form" not in html:
        assert frame.url == before
        assert frame.locator("#bait").count() == 1


def test_links_that_lead_out_tell_nothing(desk: Desk, page: Page, frame: Frame, site: Site) -> None:
    site.html = "<title>shop</title>"
    frame.evaluate(
        """(url) => {
          const body = document.querySelector('#panels section .vx-panel__body');
          body.innerHTML = `<a id="out" href="${url}" target="_blank" rel="noopener noreferrer">out</a>`;
        }""",
        site.url,
    )
    with page.context.expect_page() as opened:
        frame.locator("#out").click()
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("[opener, document.referrer]") == [None, ""]
    _path, headers, _body = next(one for one in site.requests if one[0] == "/")
    assert "Referer" not in headers
    opened.value.close()
