"""A context that reached the wrong one of our tabs is handed on; another conversation's is not heard."""

import json
from typing import Any

import pytest

from tests.browser.window import Tab, Window

A, B = "Customer 360", "Orders"
NORA, OTTILIE = 1421, 1440


@pytest.fixture
def window(one_window: Window) -> Window:
    return one_window


def send_from_host(window: Window, tab: Tab, context: dict[str, Any]) -> None:
    """Have the host's own page post a context to the tab's frame."""
    window.run(
        """([key, text]) => {
          const frame = [...document.querySelectorAll('iframe')].find(({ src }) => src.includes(key));
          frame.contentWindow.postMessage(text, '*');
        }""",
        [tab.key, json.dumps(context)],
    )


def context_of(window: Window, conversation: int) -> dict[str, Any]:
    context: dict[str, Any] = window.run("(id) => simulator.payloadFor(id)", conversation)
    return context


def test_what_b_was_sent_instead_of_a_reaches_a(window: Window) -> None:
    """Generation 1: A asks, B gets the answer. A has none yet, since nothing came when it loaded."""
    window.restart("g1", conversation=NORA)
    a, b = window.keep_apps(A, B)
    b.open().wait_until_shows(NORA)
    window.run(
        """(key) => {
          const iframe = document.createElement('iframe');
          iframe.src = simulator.apps[0].url;
          document.querySelector('.apps').append(iframe);
        }""",
        a.key,
    )
    # The host knows nothing of this frame, so it is asked in vain and sends nothing at load.
    a.wait_until_shows(NORA)
    assert window.receivers("load") == {B: 1}
    assert (a.posts, b.posts) == (1, 1)


def test_changed_contact_reaches_both_tabs_through_the_one_that_was_told(window: Window) -> None:
    window.restart("g2", conversation=NORA)
    a, b = window.keep_apps(A, B)
    for tab in (a, b):
        tab.open().wait_until_shows(NORA)
    context = context_of(window, NORA)
    context["data"]["contact"] |= {"identifier": "fw-9", "email": "new@example.com"}
    send_from_host(window, b, context)
    for tab in (a, b):
        tab.wait_for("() => voxys.current().body.includes('new@example.com')")
        rows = window.truth.rows_of(tab.key, context["data"]["contact"])
        tab.wait_for("(row) => document.getElementById(row)", rows[0])
        assert tab.posts == 2


def test_sibling_of_another_conversation_is_not_heard(window: Window) -> None:
    window.restart("g3b", conversation=NORA)
    a, b = window.keep_apps(A, B)
    for tab in (a, b):
        tab.open().wait_until_shows(NORA)
    # As where a fork shows one app beside the conversation, with a context of its own.
    send_from_host(window, b, context_of(window, OTTILIE))
    b.wait_until_shows(OTTILIE)
    window.settle()
    a.wait_until_shows(NORA)
    assert (a.posts, b.posts) == (1, 2)


def test_contexts_reach_no_other_window_of_the_host(window: Window) -> None:
    window.restart("g3b", conversation=NORA)
    (a,) = window.keep_apps(A)
    a.open().wait_until_shows(NORA)
    other = Window(window.context.new_page(), window.url, window.truth).start("g3b", conversation=OTTILIE)
    try:
        other.keep_apps(A)
        other.run("simulator.openTab(1)")
        (frame,) = other.page.main_frame.child_frames
        frame.wait_for_function("() => window.voxys && voxys.current()")
        other.settle()
        assert frame.evaluate("voxys.current().conversation") == OTTILIE
        assert a.frame.page is window.page
        assert a.frame.evaluate("voxys.current().conversation") == NORA
        assert a.posts == 1
    finally:
        other.page.close()


# --- the host itself sends another conversation ---------------------------------------------------------


def test_other_conversation_clears_the_old_customer_at_once(window: Window) -> None:
    window.restart("g3b", conversation=NORA)
    (a,) = window.keep_apps(A)
    a.open().wait_until_shows(NORA)
    slow = window.hold(rf"/a/{a.key}/context$")
    send_from_host(window, a, context_of(window, OTTILIE))
    window.wait_for(lambda: slow.routes, "the context")
    assert a.rows == []
    assert set(a.states) == {"loading"}
    assert "Nora" not in a.frame.inner_text("body")
    slow.let_go()
    a.wait_until_shows(OTTILIE)


def test_late_answer_about_the_former_customer_is_dropped(window: Window) -> None:
    window.restart("g3b", conversation=NORA)
    (a,) = window.keep_apps(A)
    a.open().wait_until_shows(NORA)
    # The answer is kept back after the platform has given it, until the next customer is shown.
    a.frame.evaluate(
        """() => {
          const fetch = window.fetch;
          window.fetch = async (...request) => {
            window.fetch = fetch;
            const [path, { signal, ...options }] = request;  // nor can it be called off
            const answer = await fetch(path, options);
            window.late = true;
            await new Promise((resolve) => { window.release = resolve; });
            return answer;
          };
        }"""
    )
    context = context_of(window, NORA)
    context["data"]["contact"]["name"] = "Nora L."
    send_from_host(window, a, context)
    a.wait_for("() => window.late")
    send_from_host(window, a, context_of(window, OTTILIE))
    a.wait_until_shows(OTTILIE)
    a.frame.evaluate("release()")
    window.settle()
    a.wait_until_shows(OTTILIE)
    assert "Nora" not in a.frame.inner_text("body")


def test_late_details_of_the_former_customer_are_dropped(window: Window) -> None:
    window.restart("g3b", conversation=NORA)
    (b,) = window.keep_apps(B)
    b.open().wait_until_shows(NORA)
    b.wait_for("() => window.htmx")
    slow = window.hold(rf"/a/{b.key}/panels/\d+/\?part=order")
    b.frame.locator("summary").first.click()
    window.wait_for(lambda: slow.routes, "the request for details")
    send_from_host(window, b, context_of(window, OTTILIE))
    b.wait_until_shows(OTTILIE)
    slow.let_go()
    window.settle()
    b.wait_until_shows(OTTILIE)
    assert b.frame.locator("details[open]").count() == 0


@pytest.mark.parametrize("conversation", [None, {}, "missing"])
def test_context_without_conversation_clears_the_former_customer(window: Window, conversation: object) -> None:
    """A fork's pinned app, when the agent leaves the conversation: nothing of the customer stays."""
    window.restart("g3b", conversation=NORA)
    (a,) = window.keep_apps(A)
    a.open().wait_until_shows(NORA)
    context = context_of(window, NORA)
    context["data"] |= {"conversation": conversation, "contact": {}}
    if conversation == "missing":
        del context["data"]["conversation"]
    send_from_host(window, a, context)
    a.wait_for_state("empty")
    assert a.rows == []
    assert "Nora" not in a.frame.inner_text("body")
    # And with the next conversation there is its customer.
    send_from_host(window, a, context_of(window, OTTILIE))
    a.wait_until_shows(OTTILIE)
