"""What leaves the browser: who it is about, and what a panel asked for."""

import json
from typing import Any

from tests.browser.window import Tab, Window

A = "Customer 360"
NORA, OTTILIE, LONG = 1421, 1440, 1462


def send(window: Window, context: dict[str, Any]) -> None:
    window.run("(text) => frames[0].postMessage(text, '*')", json.dumps(context))


def open_tab(window: Window, conversation: int) -> Tab:
    window.start("g3b", conversation=conversation)
    (tab,) = window.keep_apps(A)
    tab.open().wait_until_shows(conversation)
    return tab


def make_apps_need(window: Window, needs: str) -> None:
    """Serve the frame as for an app with a panel that needs more of the context."""

    def serve(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('data-needs=""', f'data-needs="{needs}"'))

    window.context.route(lambda url: url.split("?")[0].endswith(f"/{window.tab(A).key}/"), serve)


def test_long_conversation_leaves_as_a_short_body(window: Window) -> None:
    tab = open_tab(window, LONG)
    received = max(entry["size"] for entry in window.log if entry["direction"] == "out")
    assert received > 65_000
    (body,) = tab.bodies
    assert len(body.encode()) < 5_000
    sizes = window.requests[0].sizes()
    assert sizes["requestBodySize"] == len(body.encode())


def test_only_who_it_is_about_leaves(window: Window) -> None:
    window.start("g3b", conversation=NORA)
    window.run("simulator.liveUpdate()")  # brings the host's secret into the record
    (tab,) = window.keep_apps(A)
    tab.open().wait_until_shows(NORA)
    assert "pubsub_token" in json.dumps(window.run("(id) => simulator.payloadFor(id)", NORA))
    data = json.loads(tab.bodies[0])["data"]
    person = {"id", "name", "email", "phone_number", "identifier"}
    assert set(data) == {"conversation", "contact", "currentAgent"}
    assert set(data["contact"]) == person
    assert set(data["currentAgent"]) == {"id", "name", "email"}
    assert set(data["conversation"]) == {"id", "uuid", "account_id", "inbox_id", "status", "labels", "channel", "meta"}
    assert set(data["conversation"]["meta"]) == {"hmac_verified", "sender"}
    assert set(data["conversation"]["meta"]["sender"]) == person


def test_new_message_or_live_update_posts_nothing_again(window: Window) -> None:
    tab = open_tab(window, NORA)
    window.run("simulator.addMessage({ content: 'One more thing' })")
    window.run("simulator.liveUpdate()")
    window.run("simulator.assign(12)")
    tab.ask()
    tab.wait_for("() => voxys.said().includes('One more thing')")
    window.settle()
    assert tab.posts == 1


def test_messages_leave_only_for_a_panel_that_needs_them(window: Window) -> None:
    window.start("g3b", conversation=NORA)
    make_apps_need(window, "messages")
    window.run("simulator.addMessage({ content: 'x'.repeat(5000) })")
    (tab,) = window.keep_apps(A)
    tab.open().wait_until_shows(NORA)
    messages = json.loads(tab.bodies[0])["data"]["conversation"]["messages"]
    assert "must not happen" in json.dumps(messages)
    # Notes among agents never leave, nor do attachments or who may not be named.
    assert "Club summit" not in tab.bodies[0]
    assert {key for message in messages for key in message} == {
        "id", "content", "message_type", "content_type", "created_at", "sender",
    }  # fmt: skip
    assert {key for message in messages for key in message.get("sender", ())} == {"id", "type", "name"}
    assert max(len(message["content"] or "") for message in messages) == 2_000
    assert [message["created_at"] for message in messages] == sorted(message["created_at"] for message in messages)


def test_long_conversation_leaves_with_its_last_messages_only(window: Window) -> None:
    window.start("g3b", conversation=LONG)
    make_apps_need(window, "messages")
    (tab,) = window.keep_apps(A)
    tab.open().wait_until_shows(LONG)
    assert len(json.loads(tab.bodies[0])["data"]["conversation"]["messages"]) == 50


def test_attributes_and_definitions_leave_only_for_panels_that_need_them(window: Window) -> None:
    window.start("g3b", conversation=NORA)
    make_apps_need(window, "attributes definitions")
    (tab,) = window.keep_apps(A)
    tab.open().wait_until_shows(NORA)
    data = json.loads(tab.bodies[0])["data"]
    assert data["contact"]["custom_attributes"]["club_level"] == "summit"
    assert data["conversation"]["custom_attributes"] == window.run(
        "(id) => simulator.payloadFor(id).data.conversation.custom_attributes", NORA
    )
    assert [sorted(one) for one in data["customAttributes"]] == [
        ["attribute_display_name", "attribute_display_type", "attribute_key", "attribute_model"]
    ] * 2
    assert "messages" not in data["conversation"]
