"""What looks like a context but does not come from the host's page or a sibling is not heard."""

import json
from typing import Any

import pytest

from tests.browser.window import Tab, Window

A, B = "Customer 360", "Orders"
NORA, OTTILIE = 1421, 1440


@pytest.fixture
def tab(one_window: Window) -> Tab:
    """A tab that shows Nora."""
    window = one_window.restart("g3b", conversation=NORA)
    (tab,) = window.keep_apps(A)
    tab.open().wait_until_shows(NORA)
    window.settle()
    return tab


@pytest.fixture
def forged(one_window: Window, tab: Tab) -> str:
    context: dict[str, Any] = one_window.run("(id) => simulator.payloadFor(id)", OTTILIE)
    return json.dumps(context)


def assert_nothing_was_heard(tab: Tab, forged: str | None = None) -> None:
    tab.window.settle()
    assert tab.frame.evaluate("voxys.current().conversation") == NORA
    assert tab.posts == 1
    tab.wait_until_shows(NORA)
    if forged:
        # The same text at the same window is heard when the host's page posts it.
        tab.window.run("(text) => frames[0].postMessage(text, '*')", forged)
        tab.wait_for("() => voxys.current().conversation === 1440")


def test_page_opened_elsewhere(tab: Tab, forged: str) -> None:
    """A page that holds the host's window, as an opener does, reaches into its frames."""
    with tab.window.page.expect_popup() as popup:
        tab.window.run("void open('about:blank')")
    popup.value.evaluate("(text) => opener.frames[0].postMessage(text, '*')", forged)
    assert_nothing_was_heard(tab, forged)
    popup.value.close()


def test_page_of_our_own_origin_that_is_no_sibling(tab: Tab) -> None:
    """Opened by the host's page, ours is cut off from it: it can post nothing to the host's frames."""
    with tab.window.page.expect_popup() as popup:
        tab.window.run("(url) => void open(url)", tab.frame.url)
    popup.value.wait_for_load_state()
    assert popup.value.evaluate("opener") is None
    popup.value.close()


def test_frame_inside_ours(tab: Tab, forged: str) -> None:
    tab.frame.evaluate("document.body.append(document.createElement('iframe'))")
    tab.frame.child_frames[0].evaluate("(text) => parent.postMessage(text, '*')", forged)
    assert_nothing_was_heard(tab, forged)


def test_our_own_window(tab: Tab, forged: str) -> None:
    tab.frame.evaluate("(text) => postMessage(text, '*')", forged)
    assert_nothing_was_heard(tab, forged)


def test_frame_of_another_origin_in_the_same_host_page(tab: Tab, forged: str) -> None:
    """Another vendor's app. Sandboxed, it has an origin of its own."""
    tab.window.run(
        """() => {
          const iframe = document.createElement('iframe');
          iframe.sandbox = 'allow-scripts';
          document.body.append(iframe);
        }"""
    )
    other = next(frame for frame in tab.window.page.main_frame.child_frames if frame is not tab.frame)
    assert other.evaluate("origin") == "null"
    other.evaluate("(text) => parent.frames[0].postMessage(text, '*')", forged)
    assert_nothing_was_heard(tab, forged)


def test_frame_inside_a_sibling(one_window: Window) -> None:
    window = one_window.restart("g3b", conversation=NORA)
    a, b = window.keep_apps(A, B)
    for tab in (a, b):
        tab.open().wait_until_shows(NORA)
    forged = json.dumps(window.run("(id) => simulator.payloadFor(id)", NORA) | {"forged": True})
    forged = forged.replace("nora.lindqvist@", "somebody.else@")
    b.frame.evaluate("document.body.append(document.createElement('iframe'))")
    inside = b.frame.child_frames[0]
    inside.evaluate(
        "(text) => { for (let n = 0; n < top.frames.length; n += 1) top.frames[n].postMessage(text, '*'); }", forged
    )
    assert_nothing_was_heard(a)
    assert_nothing_was_heard(b)


@pytest.mark.parametrize(
    "message",
    [
        '"appContext"',
        '{"event":"appContext"}',
        '{"event":"appContext","data":[]}',
        '{"event":"appContext","data":"x"}',
        '{"event":"other","data":{"conversation":{"id":1}}}',
        "{not json",
        "[]",
        "null",
        "",
    ],
)
def test_host_sends_something_else(tab: Tab, message: str) -> None:
    tab.window.run("(text) => frames[0].postMessage(text, '*')", message)
    assert_nothing_was_heard(tab)


@pytest.mark.parametrize("message", ["{}", "null", "7", "({ event: 'appContext', data: { conversation: { id: 1 } } })"])
def test_host_sends_no_text(tab: Tab, message: str) -> None:
    tab.window.run(f"frames[0].postMessage({message}, '*')")
    assert_nothing_was_heard(tab)


def test_unheard_of_shapes_do_not_break_the_page(tab: Tab) -> None:
    """What ought to be records or lists is something else; the next proper context is shown."""
    odd = {
        "conversation": {"id": 1, "meta": "x", "messages": {"0": None}, "labels": 7},
        "contact": "nobody",
        "currentAgent": [],
        "customAttributes": {"a": 1},
        "theme": {"dark": True},
    }
    errors: list[str] = []
    tab.window.page.on("pageerror", lambda error: errors.append(str(error)))
    tab.window.run("(text) => frames[0].postMessage(text, '*')", json.dumps({"event": "appContext", "data": odd}))
    tab.wait_for("() => voxys.current().conversation === 1")
    tab.window.run("frames[0].postMessage(JSON.stringify(simulator.payloadFor(1440)), '*')")
    tab.wait_until_shows(OTTILIE)
    assert errors == []
