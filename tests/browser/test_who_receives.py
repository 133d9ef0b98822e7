"""Who receives a context, generation by generation, and what every open frame makes of it.

The host's own behaviour is asserted from its log, so that the stand-in is held to what was measured
with the real components. Two apps, A before B.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.browser.window import FETCH_INFO, GENERATIONS, Tab, Window

A, B = "Customer 360", "Orders"
NORA, OTTILIE = 1421, 1440


@pytest.fixture
def window(one_window: Window) -> Window:
    return one_window


@pytest.fixture
def marred_window(one_window: Window) -> Iterator[Window]:
    """For tests that change the host's records: the next test begins with fresh ones."""
    yield one_window
    one_window.forget()


generations = pytest.mark.parametrize("generation", GENERATIONS)
G3 = ("g3a", "g3b")
# These make an iframe when its tab is opened; the very first versions make all of them at once.
on_opening = pytest.mark.parametrize("generation", [one for one in GENERATIONS if one != "g1-first"])


def open_host(window: Window, generation: str, *, conversation: int = NORA) -> tuple[Tab, Tab]:
    window.restart(generation, conversation=conversation)
    a, b = window.keep_apps(A, B)
    return a, b


def open_both(window: Window, generation: str) -> tuple[Tab, Tab]:
    """Open A, then B; B is visible."""
    a, b = open_host(window, generation)
    for tab in (a, b):
        tab.open().wait_until_shows(NORA)
    window.settle()
    window.clear_log()
    return a, b


def assert_all_show(conversation: int, *tabs: Tab, posts: int = 1) -> None:
    """Every tab shows its customer once, and has asked the platform so many times."""
    tabs[0].window.settle()
    for tab in tabs:
        tab.wait_until_shows(conversation)
        assert tab.posts == posts


def answered(generation: str, *, g1: str, g1_same_id: str = A, g2: str | None, g3: str | None) -> Counter[str]:
    """Return who is sent one context in this generation."""
    by_generation = {"g1-first": g1, "g1": g1, "g1-same-id": g1_same_id, "g2": g2, "g3a": g3, "g3b": g3}
    receiver = by_generation[generation]
    return Counter([receiver] if receiver else [])


@on_opening
def test_tab_opened_for_the_first_time(window: Window, generation: str) -> None:
    a, b = open_host(window, generation)
    assert window.receivers() == {}
    a.open().wait_until_shows(NORA)
    assert_all_show(NORA, a)
    assert window.receivers("load") == {A: 1}
    assert not b.is_loaded
    # It has asked while it was parsed.
    answers = window.receivers("asked")
    if generation == "g1":  # its listener belongs to B, which has no iframe yet
        assert answers == {}
    else:
        assert set(answers) == {A}


def test_first_versions_load_all_frames_hidden_with_the_conversation(window: Window) -> None:
    a, b = open_host(window, "g1-first")
    window.wait_for(lambda: window.receivers("load") == {A: 1, B: 1}, "the contexts at load")
    assert_all_show(NORA, a, b)
    a.open()
    assert_all_show(NORA, a, b)


@on_opening
def test_visible_tab_asks_while_the_other_was_never_opened(window: Window, generation: str) -> None:
    a, _b = open_host(window, generation)
    a.open().wait_until_shows(NORA)
    window.clear_log()
    a.ask()
    assert_all_show(NORA, a)
    assert window.receivers() == ({} if generation == "g1" else {A: 1})
    failures = [entry["event"] for entry in window.log if entry["direction"] == "error"]
    assert failures == (["TypeError"] if generation == "g1" else [])


@generations
def test_visible_tab_asks_with_both_open(window: Window, generation: str) -> None:
    a, b = open_both(window, generation)
    a.open()
    window.clear_log()
    a.ask()
    assert_all_show(NORA, a, b)
    assert window.receivers() == answered(generation, g1=B, g2=A, g3=A)


@generations
def test_hidden_a_asks_while_b_is_visible(window: Window, generation: str) -> None:
    a, b = open_both(window, generation)
    a.ask()
    assert_all_show(NORA, a, b)
    assert window.receivers() == answered(generation, g1=B, g2=B, g3=None)


@generations
def test_hidden_b_asks_while_a_is_visible(window: Window, generation: str) -> None:
    a, b = open_both(window, generation)
    a.open()
    window.clear_log()
    b.ask()
    assert_all_show(NORA, a, b)
    assert window.receivers() == answered(generation, g1=B, g2=A, g3=None)


@generations
def test_both_ask_while_the_messages_are_shown(window: Window, generation: str) -> None:
    a, b = open_both(window, generation)
    window.show_messages()
    a.ask()
    b.ask()
    assert_all_show(NORA, a, b)
    once = answered(generation, g1=B, g2=None, g3=None)
    assert window.receivers() == once + once


@generations
def test_return_to_the_tab(window: Window, generation: str) -> None:
    a, b = open_both(window, generation)
    a.open()
    assert_all_show(NORA, a, b)
    assert window.receivers() == ({A: 1} if generation == "g3a" else {})


@generations
def test_theme_or_definitions_change(window: Window, generation: str) -> None:
    a, b = open_both(window, generation)
    visible, hidden = b, a
    for change in ("setTheme('dark')", "changeDefinitions()"):
        window.clear_log()
        window.run(f"simulator.{change}")
        assert_all_show(NORA, a, b)
        assert window.receivers() == ({visible.title: 1} if generation in G3 else {})
        hidden.open()
        assert_all_show(NORA, a, b)
        assert window.receivers() == ({A: 1, B: 1} if generation in G3 else {})
        visible, hidden = hidden, visible


@generations
def test_changes_of_the_records_are_never_pushed_but_answered(marred_window: Window, generation: str) -> None:
    window = marred_window
    a, b = open_both(window, generation)
    window.run("simulator.addMessage({ content: 'Hello?' })")
    window.run("simulator.setStatus('resolved')")
    window.run("simulator.assign(12)")
    assert_all_show(NORA, a, b)
    window.run("simulator.editContact({ identifier: 'fw-9', email: 'somebody.else@example.com' })")
    assert_all_show(NORA, a, b)
    assert window.receivers() == {}

    b.ask()  # is answered in all generations; A hears of it from B, or B from A
    rows = window.truth.rows_of(b.key, {"id": 301, "identifier": "fw-9", "email": "somebody.else@example.com"})
    b.frame.wait_for_function("(row) => document.getElementById(row)", arg=rows[0])
    window.settle()
    assert b.rows == rows
    assert (a.posts, b.posts) == (2, 2)


@generations
def test_conversation_changes_while_a_tab_is_active(window: Window, generation: str) -> None:
    a, b = open_both(window, generation)
    window.open_conversation(OTTILIE)
    assert window.run("simulator.tab") == 0
    if generation == "g1-first":
        assert_all_show(OTTILIE, a, b)
    else:
        window.settle()
        assert window.receivers() == {}
        assert not a.is_loaded
        assert not b.is_loaded


@generations
def test_tab_opened_again_in_another_conversation_and_back(window: Window, generation: str) -> None:
    a, _b = open_host(window, generation)
    a.open().wait_until_shows(NORA)
    for conversation in (OTTILIE, NORA):
        window.open_conversation(conversation)
        window.clear_log()
        a.open().wait_until_shows(conversation)
        assert_all_show(conversation, a)
        if generation != "g1-first":
            assert window.receivers("load") == {A: 1}


@on_opening
def test_slow_page_hidden_before_it_has_loaded(window: Window, generation: str) -> None:
    a, b = open_host(window, generation)
    slow = window.hold(rf"/a/{a.key}/$")
    a.open()
    window.wait_for(lambda: slow.routes, "the request for A")
    b.open().wait_for("() => document.readyState === 'complete'")
    window.settle()
    # With one id for all iframes, A gets what is B's, long before it can hear.
    assert window.receivers("load") == {A if generation == "g1-same-id" else B: 1}
    slow.let_go()
    assert_all_show(NORA, a, b)
    assert window.receivers("load") == ({A: 2} if generation == "g1-same-id" else {A: 1, B: 1})


@on_opening
def test_conversation_changes_before_the_page_has_loaded(window: Window, generation: str) -> None:
    a, _b = open_host(window, generation)
    slow = window.hold(rf"/a/{a.key}/$")
    a.open()
    window.wait_for(lambda: slow.routes, "the request for A")
    window.open_conversation(OTTILIE)
    slow.let_go()
    assert window.receivers() == {}
    a.open().wait_until_shows(OTTILIE)
    assert_all_show(OTTILIE, a)


@generations
def test_conversation_changes_before_the_platform_has_answered(window: Window, generation: str) -> None:
    window.restart(generation, conversation=NORA)
    slow = window.hold(rf"/a/{window.tab(A).key}/context$")
    a, _b = window.keep_apps(A, B)
    a.open()
    window.wait_for(lambda: slow.routes, "the context of A")
    window.open_conversation(OTTILIE)
    slow.let_go()
    a.open().wait_until_shows(OTTILIE)
    assert_all_show(OTTILIE, a)


@generations
def test_frame_navigates_itself(window: Window, generation: str) -> None:
    a, _b = open_both(window, generation)
    a.open()
    window.clear_log()
    a.frame.evaluate("void setTimeout(() => location.reload())")
    window.wait_for(lambda: window.receivers("load") == {A: 1}, "the context at load")
    assert_all_show(NORA, a, posts=2)


@generations
def test_asking_as_json_or_object_is_ignored(window: Window, generation: str) -> None:
    a, b = open_both(window, generation)
    for question in (f"JSON.stringify('{FETCH_INFO}')", f"{{ event: '{FETCH_INFO}' }}"):
        b.frame.evaluate(f"parent.postMessage({question}, '*')")
    assert_all_show(NORA, a, b)
    assert window.receivers() == {}
    assert [entry["event"] for entry in window.log] == ["ignored", "ignored"]


@generations
def test_frame_nested_in_ours_asks_the_host(window: Window, generation: str) -> None:
    window.restart(generation, conversation=NORA)
    (a,) = window.keep_apps(A)
    a.open().wait_until_shows(NORA)
    window.settle()
    window.clear_log()
    a.frame.evaluate("document.body.append(document.createElement('iframe'))")
    a.frame.child_frames[0].evaluate(f"top.postMessage('{FETCH_INFO}', '*')")
    assert_all_show(NORA, a)
    assert window.receivers() == ({} if generation in G3 else {A: 1})


@generations
def test_app_inserted_before_the_open_one(window: Window, generation: str) -> None:
    a, _b = open_host(window, generation)
    a.open().wait_until_shows(NORA)
    a.frame.evaluate("window.isTheSameDocument = true")
    window.run("simulator.insertAppBefore({ title: 'Inserted', url: 'about:blank' })")
    visible = [frame for frame in window.run("simulator.frames") if frame["isVisible"]]
    assert [frame["app"] for frame in visible] == ["Inserted"]
    window.show_messages()
    a.open()
    assert_all_show(NORA, a)
    assert a.frame.evaluate("window.isTheSameDocument")


@generations
def test_contact_is_not_in_the_hosts_store(marred_window: Window, generation: str) -> None:
    window = marred_window
    window.restart(generation, conversation=NORA)
    window.run("simulator.loseContact()")
    a, _b = window.keep_apps(A, B)
    a.open()
    assert_all_show(NORA, a)
    assert '"contact":{}' in a.bodies[0]


# --- the mobile app: a page of its own, which posts to itself -----------------------------------------


def test_mobile_app_sends_once_loaded(window: Window) -> None:
    a, _b = open_host(window, "mobile")
    a.open().wait_until_shows(NORA)
    assert_all_show(NORA, a)
    assert window.receivers("load") == {A: 1}
    assert a.frame.parent_frame is None
    assert '"currentAgent":{"id":11' in a.bodies[0]


def test_mobile_app_answers_whoever_asks(window: Window) -> None:
    a, _b = open_host(window, "mobile")
    a.open().wait_until_shows(NORA)
    window.settle()
    window.clear_log()
    a.ask()
    window.wait_for(lambda: window.receivers() == {A: 1}, "the answer")
    assert_all_show(NORA, a)


def test_mobile_page_ignores_the_echo_of_its_own_question(window: Window) -> None:
    a, _b = open_host(window, "mobile")
    a.open().wait_until_shows(NORA)
    window.settle()
    window.clear_log()
    a.frame.evaluate(f"parent.postMessage('{FETCH_INFO}', '*')")
    assert_all_show(NORA, a)
    assert window.log == []


def test_mobile_page_is_another_one_in_another_conversation(window: Window) -> None:
    a, _b = open_host(window, "mobile")
    a.open().wait_until_shows(NORA)
    window.open_conversation(OTTILIE)
    window.wait_for(lambda: not a.is_loaded, "the end of the page")
    a.open().wait_until_shows(OTTILIE)
    assert_all_show(OTTILIE, a)


def test_mobile_contact_comes_from_the_conversation(marred_window: Window) -> None:
    window = marred_window
    a, _b = open_host(window, "mobile")
    window.run("simulator.loseContact()")
    a.open()
    assert_all_show(NORA, a)
