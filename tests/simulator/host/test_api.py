"""The stand-in host's REST API answers as the host does (host-contract 3), errors included."""

import json
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tenants.models import Account
from voxysapps.simulator.host import api
from voxysapps.simulator.host import urls as host_urls
from voxysapps.simulator.host.tokens import agent_token
from voxysapps.simulator.models import SentMessage
from voxysapps.simulator.seed import seed_demonstration

pytestmark = pytest.mark.django_db

FERNWEH, BRISA, LANTERNA = 4, 9, 17
ADMINISTRATORS = {FERNWEH: 11, BRISA: 31, LANTERNA: 51}
BASE = "/simulator/host/api/v1"


class Caller:
    """Asks the stand-in host's API as one agent."""

    def __init__(self, host_account_id: int, agent_id: int | None = None) -> None:
        self.account_id = host_account_id
        self.token = agent_token(host_account_id, agent_id or ADMINISTRATORS[host_account_id])

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Return status and decoded body, the text of one that is no JSON."""
        response = Client().generic(
            method,
            f"{BASE}/accounts/{self.account_id}/{path}",
            data=json.dumps(body) if body is not None else b"",
            content_type="application/json",
            headers={"api-access-token": self.token, **headers},
        )
        text = response.content.decode()
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        return response.status_code, json.loads(text) if is_json else text

    def get(self, path: str) -> Any:
        status, answer = self.ask("GET", path)
        assert status == HTTPStatus.OK, answer
        return answer


@pytest.fixture(autouse=True)
def _demonstration() -> None:
    seed_demonstration(host_origins=["http://localhost:9"])


@pytest.fixture
def lanterna() -> Caller:
    return Caller(LANTERNA)


def all_paths() -> list[str]:
    """Return every path of the API within an account, each with numbers for its ids."""
    numbers = {"id_": 611, "message_id": 61100}
    paths = []
    for pattern in host_urls.urlpatterns:
        route = str(pattern.pattern)
        if route.startswith("accounts/<int:account_id>/"):
            path = route.removeprefix("accounts/<int:account_id>/")
            for name, number in numbers.items():
                path = path.replace(f"<int:{name}>", str(number))
            paths.append(path)
    assert len(paths) == 20
    return paths


@pytest.mark.parametrize("path", [*all_paths(), "anything/else"])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
def test_no_path_answers_to_a_token_of_another_account(method: str, path: str) -> None:
    stranger = Caller(FERNWEH)
    stranger.account_id = LANTERNA
    refused = {"error": "You are not authorized to access this account"}
    assert stranger.ask(method, path, {}) == (401, refused)
    stranger.token = "made up"
    assert stranger.ask(method, path, {}) == (401, {"error": "Invalid Access Token"})


def test_a_real_account_is_not_there_even_for_an_administrator() -> None:
    Account.objects.create(name="Real", host_origin="https://app.example.com", host_account_id=400)
    caller = Caller(FERNWEH)
    caller.account_id = 400
    assert caller.ask("GET", "agents") == (404, {"error": "Resource could not be found"})


@pytest.mark.parametrize("headers", [{"api-access-token": "TOKEN"}, {"Authorization": "Bearer TOKEN"}])
def test_token_comes_in_either_header(headers: dict[str, str]) -> None:
    token = agent_token(LANTERNA, 52)
    sent = {name: value.replace("TOKEN", token) for name, value in headers.items()}
    profile = Client().get(f"{BASE}/profile", headers=sent).json()
    assert (profile["id"], profile["role"], profile["accounts"][0]["id"]) == (52, "agent", LANTERNA)


def test_unknown_paths_and_methods_are_not_found(lanterna: Caller) -> None:
    for method, path in (("GET", "captain"), ("DELETE", "agents"), ("POST", "conversations")):
        assert lanterna.ask(method, path) == (404, {"error": "Resource could not be found"})


def test_body_that_is_no_json_is_a_bad_request(lanterna: Caller) -> None:
    response = Client().post(
        f"{BASE}/accounts/{LANTERNA}/webhooks",
        data="{",
        content_type="application/json",
        headers={"api-access-token": lanterna.token},
    )
    assert response.status_code == 400


# --- conversations and messages ----------------------------------------------------------------------


def test_conversations_come_in_pages_of_25() -> None:
    for contact in (301, 302):
        started = {"contact": contact, "content": "Me again"}
        Client().post(f"/simulator/customers/{FERNWEH}", data=started, content_type="application/json")
    fernweh = Caller(FERNWEH)
    everything = fernweh.get("conversations?status=all")["data"]
    count = everything["meta"]["all_count"]
    assert count > api.CONVERSATIONS_A_PAGE
    assert len(everything["payload"]) == api.CONVERSATIONS_A_PAGE
    rest = fernweh.get("conversations?status=all&page=2&per_page=100")["data"]["payload"]
    assert len(rest) == count - api.CONVERSATIONS_A_PAGE
    assert not {one["id"] for one in rest} & {one["id"] for one in everything["payload"]}


def test_conversations_are_open_ones_of_inboxes_the_agent_sees(lanterna: Caller) -> None:
    assert [one["id"] for one in lanterna.get("conversations")["data"]["payload"]] == [611, 612, 614, 613]
    hanna = Caller(LANTERNA, 53).get("conversations")["data"]
    assert [one["id"] for one in hanna["payload"]] == [611, 612, 613]
    assert hanna["meta"] == {"mine_count": 1, "assigned_count": 3, "unassigned_count": 0, "all_count": 3}
    mine = Caller(LANTERNA, 53).get("conversations?assignee_type=me&inbox_id=61")["data"]["payload"]
    assert [one["id"] for one in mine] == [612]


def test_conversation_has_the_rest_shape_and_its_newest_message(lanterna: Caller) -> None:
    conversation = lanterna.get("conversations/611")
    assert conversation["meta"]["channel"] == "Channel::WebWidget"
    assert conversation["meta"]["assignee"]["role"] == "agent"
    assert (conversation["first_reply_created_at"], type(conversation["created_at"])) == (
        conversation["messages"][0]["created_at"] - 14 * 60,
        int,
    )
    assert len(conversation["messages"]) == 1
    assert not conversation.keys() & {"allMessagesLoaded", "dataFetched", "contact_inbox", "channel"}


def test_messages_come_in_pages_of_20() -> None:
    fernweh = Caller(FERNWEH)
    seen: list[int] = []
    page = fernweh.get("conversations/1462/messages")["payload"]
    while page:
        assert len(page) <= api.MESSAGES_A_PAGE
        seen = [one["id"] for one in page] + seen
        page = fernweh.get(f"conversations/1462/messages?before={seen[0]}")["payload"]
    assert len(seen) == 106
    assert seen == sorted(seen)
    after = fernweh.get(f"conversations/1462/messages?after={seen[-3]}")["payload"]
    assert [one["id"] for one in after] == seen[-2:]


def test_messages_are_in_the_rest_shape(lanterna: Caller) -> None:
    answer = lanterna.get("conversations/613/messages")
    (mail, note) = answer["payload"]
    assert answer["meta"]["contact"]["id"] == 703
    assert (mail["message_type"], mail["sender"]["type"]) == (0, "contact")
    assert (note["message_type"], note["private"], note["sender"]["type"]) == (1, True, "user")
    assert not note.keys() & {"sender_type", "sender_id", "account_id"}


def test_message_is_written_by_the_tokens_owner_and_comes_last() -> None:
    ruben = Caller(LANTERNA, 52)
    status, message = ruben.ask("POST", "conversations/611/messages", {"content": "Done", "private": True})
    assert status == 200
    assert (message["sender"]["id"], message["private"], message["conversation_id"]) == (52, True, 611)
    assert ruben.get("conversations/611/messages")["payload"][-1]["id"] == message["id"]
    # What the account began with stays before it, however little time has passed.
    times = [one["created_at"] for one in ruben.get("conversations/611/messages")["payload"]]
    assert times == sorted(times)


def test_form_is_as_good_as_json(lanterna: Caller) -> None:
    response = Client().post(
        f"{BASE}/accounts/{LANTERNA}/conversations/611/messages",
        {"content": "By form", "private": "true"},
        headers={"api-access-token": lanterna.token},
    )
    assert (response.json()["content"], response.json()["private"]) == ("By form", True)


def test_incoming_messages_are_for_api_inboxes(lanterna: Caller) -> None:
    body = {"content": "Hello", "message_type": "incoming"}
    refused = (422, {"error": "Incoming messages are only allowed in Api inboxes"})
    assert lanterna.ask("POST", "conversations/611/messages", body) == refused


def test_message_that_is_too_long_is_refused(lanterna: Caller) -> None:
    status, answer = lanterna.ask("POST", "conversations/611/messages", {"content": "x" * 150_001})
    assert (status, answer["attributes"]) == (422, ["content"])
    assert "too long" in answer["message"]


def test_flood_of_messages_is_refused(lanterna: Caller) -> None:
    SentMessage.objects.bulk_create(
        SentMessage(host_account_id=LANTERNA, conversation_id=611, author="51", content="x") for _ in range(200)
    )
    status, answer = lanterna.ask("POST", "conversations/611/messages", {"content": "One more"})
    assert (status, answer["message"]) == (422, "Too many messages")
    assert lanterna.ask("POST", "conversations/612/messages", {"content": "Elsewhere"})[0] == 200


def test_first_messages_are_deleted_like_later_ones(lanterna: Caller) -> None:
    note = lanterna.get("conversations/613/messages")["payload"][1]
    assert lanterna.ask("DELETE", f"conversations/613/messages/{note['id']}") == (200, "")
    deleted = lanterna.get("conversations/613/messages")["payload"][1]
    assert (deleted["id"], deleted["content"]) == (note["id"], "This message was deleted")
    assert deleted["content_attributes"] == {"deleted": True}


def test_status_and_assignee_change_and_are_noted(lanterna: Caller) -> None:
    status, answer = lanterna.ask("POST", "conversations/611/toggle_status", {"status": "resolved"})
    assert (status, answer["payload"]["current_status"]) == (200, "resolved")
    assert lanterna.ask("POST", "conversations/611/assignments", {"assignee_id": 53})[1]["name"] == "Hanna Sauer"
    conversation = lanterna.get("conversations/611")
    assert (conversation["status"], conversation["meta"]["assignee"]["id"]) == ("resolved", 53)
    *_earlier, resolved, assigned = lanterna.get("conversations/611/messages")["payload"]
    assert resolved["content"] == "Conversation was marked resolved by Livia Moretti"
    assert (assigned["message_type"], assigned["content"]) == (2, "Assigned to Hanna Sauer by Livia Moretti")
    assert lanterna.ask("POST", "conversations/611/assignments", {"assignee_id": None}) == (200, None)
    assert "assignee" not in lanterna.get("conversations/611")["meta"]
    assert lanterna.ask("POST", "conversations/611/toggle_status", {"status": "gone"})[0] == 422
    assert lanterna.ask("POST", "conversations/611/assignments", {"assignee_id": 11})[0] == 404


# --- contacts ----------------------------------------------------------------------------------------


def test_contacts_come_in_pages_of_15_without_those_nobody_can_name() -> None:
    fernweh = Caller(FERNWEH)
    first = fernweh.get("contacts")
    assert (len(first["payload"]), first["meta"]["current_page"]) == (15, 1)
    second = fernweh.get("contacts?page=2")
    assert len(second["payload"]) == min(15, first["meta"]["count"] - 15)
    listed = first["payload"] + second["payload"]
    assert all(one["email"] or one["phone_number"] or one["identifier"] for one in listed)
    assert "contact_inboxes" in listed[0]
    assert "contact_inboxes" not in fernweh.get("contacts?include_contact_inboxes=false")["payload"][0]


def test_search_finds_parts_and_needs_a_question(lanterna: Caller) -> None:
    for part in ("thorvald", "AGNES.", "+4740", "lf-10"):
        answer = lanterna.get(f"contacts/search?q={part.replace('+', '%2B')}")
        assert [one["id"] for one in answer["payload"]] == [701], part
        assert answer["meta"] == {"count": 1, "current_page": 1, "has_more": False}
    assert lanterna.ask("GET", "contacts/search?q=%20")[0] == 422
    assert Caller(FERNWEH).get("contacts/search?q=example")["meta"]["has_more"] is True


def test_contact_is_edited_and_conversations_follow(lanterna: Caller) -> None:
    changes = {"email": "Agnes@Example.org", "custom_attributes": {"lamps": 3}, "blocked": False}
    status, answer = lanterna.ask("PATCH", "contacts/701", changes)
    assert (status, answer["payload"]["email"]) == (200, "agnes@example.org")
    assert lanterna.get("contacts/701")["payload"]["custom_attributes"] == {"lamps": 3}
    assert lanterna.get("conversations/611")["meta"]["sender"]["email"] == "agnes@example.org"
    assert lanterna.ask("PUT", "contacts/701", {"email": ""})[1]["payload"]["email"] is None


@pytest.mark.parametrize(
    ("changes", "attribute"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "piet.van.dam@example.com"}, "email"),
        ({"phone_number": "0171"}, "phone_number"),
    ],
)
def test_contact_that_would_be_wrong_is_refused(lanterna: Caller, changes: dict[str, str], attribute: str) -> None:
    before = lanterna.get("contacts/701")["payload"][attribute]
    status, answer = lanterna.ask("PATCH", "contacts/701", changes)
    assert (status, answer["attributes"]) == (422, [attribute])
    assert lanterna.get("contacts/701")["payload"][attribute] == before


def test_contact_is_deleted_with_its_conversations(lanterna: Caller) -> None:
    assert Caller(LANTERNA, 52).ask("DELETE", "contacts/702")[0] == 401
    assert lanterna.ask("DELETE", "contacts/702") == (200, "")
    for path in ("contacts/702", "conversations/612", "contacts/702/conversations"):
        assert lanterna.ask("GET", path)[0] == 404
    status, answer = lanterna.ask("DELETE", "contacts/701")
    assert (status, "is online" in answer["message"]) == (422, True)


# --- dashboard apps and webhooks ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        *(None, [], "x", [{"type": "frame"}], [{"type": "link", "url": "https://a.example"}]),
        [{"type": "frame", "url": "javascript:alert(1)"}],
    ],
)
def test_dashboard_app_without_a_frame_is_refused(lanterna: Caller, content: Any) -> None:
    body = {"dashboard_app": {"title": "New", "content": content}}
    refused = (422, {"message": "Content : Invalid data", "attributes": ["content"]})
    assert lanterna.ask("POST", "dashboard_apps", body) == refused


def test_missing_part_is_named(lanterna: Caller) -> None:
    for part in ("dashboard_app", "webhook"):
        missing = (422, {"error": f"param is missing or the value is empty: {part}"})
        assert lanterna.ask("POST", f"{part}s", {"title": "New"}) == missing


def test_dashboard_app_is_written_by_administrators_and_read_by_all(lanterna: Caller) -> None:
    app = {"title": "New", "content": [{"type": "frame", "url": "https://a.example/x", "extra": 1}]}
    status, created = lanterna.ask("POST", "dashboard_apps", {"dashboard_app": app})
    assert (status, created["content"]) == (200, [{"type": "frame", "url": "https://a.example/x"}])
    ruben = Caller(LANTERNA, 52)
    path = f"dashboard_apps/{created['id']}"
    assert ruben.get(path) == created
    for method in ("PATCH", "DELETE"):
        assert ruben.ask(method, path, {"dashboard_app": {"title": "Mine"}})[0] == 401
    assert lanterna.ask("PATCH", path, {"dashboard_app": {"title": "Newer"}})[1]["title"] == "Newer"
    assert lanterna.ask("DELETE", path) == (204, "")
    assert lanterna.ask("GET", path)[0] == 404


def test_dashboard_app_of_another_account_is_not_there(lanterna: Caller) -> None:
    (theirs, *_others) = Caller(BRISA).get("dashboard_apps")
    for method in ("GET", "PATCH", "DELETE"):
        body = {"dashboard_app": {"title": "Ours"}}
        assert lanterna.ask(method, f"dashboard_apps/{theirs['id']}", body)[0] == 404
    assert Caller(BRISA).get("dashboard_apps")[0] == theirs


def test_webhooks_are_an_administrators(lanterna: Caller) -> None:
    (seeded,) = lanterna.get("webhooks")["payload"]["webhooks"]
    ruben = Caller(LANTERNA, 52)
    body = {"webhook": {"url": "http://127.0.0.1:9/x", "subscriptions": ["message_created"]}}
    path = f"webhooks/{seeded['id']}"
    for method, where in (("GET", "webhooks"), ("POST", "webhooks"), ("PATCH", path), ("DELETE", path)):
        assert ruben.ask(method, where, body) == (401, {"error": "You are not authorized to do this action"})
    assert lanterna.get("webhooks")["payload"]["webhooks"] == [seeded]


def test_webhook_address_is_taken_once_an_account(lanterna: Caller) -> None:
    body = {"webhook": {"url": "http://127.0.0.1:9/x", "subscriptions": ["message_created"]}}
    assert lanterna.ask("POST", "webhooks", body)[0] == 200
    taken = {"message": "Url has already been taken", "attributes": ["url"]}
    assert lanterna.ask("POST", "webhooks", body) == (422, taken)
    assert Caller(BRISA).ask("POST", "webhooks", body)[0] == 200


@pytest.mark.parametrize("subscriptions", [None, [], ["message_created", "conversation_resolved"], "message_created"])
def test_webhook_without_known_events_is_refused(lanterna: Caller, subscriptions: Any) -> None:
    body = {"webhook": {"url": "http://127.0.0.1:9/x", "subscriptions": subscriptions}}
    status, answer = lanterna.ask("POST", "webhooks", body)
    assert (status, answer["attributes"]) == (422, ["subscriptions"])
    assert len(lanterna.get("webhooks")["payload"]["webhooks"]) == 1


def test_webhook_changes_name_and_events_but_not_its_address(lanterna: Caller) -> None:
    (seeded,) = lanterna.get("webhooks")["payload"]["webhooks"]
    body = {"webhook": {"url": "https://elsewhere.example", "name": "Ours", "subscriptions": ["message_created"]}}
    changed = lanterna.ask("PATCH", f"webhooks/{seeded['id']}", body)[1]["payload"]["webhook"]
    assert changed == {**seeded, "name": "Ours", "subscriptions": ["message_created"]}
    assert lanterna.ask("DELETE", f"webhooks/{seeded['id']}") == (200, "")


# --- the switch --------------------------------------------------------------------------------------


def test_no_path_is_there_when_the_simulator_is_off(settings: Settings, lanterna: Caller) -> None:
    settings.SIMULATOR = False
    settings.DEBUG = False
    for path in [*all_paths(), "anything/else"]:
        for method in ("GET", "POST", "PATCH", "DELETE"):
            status, answer = lanterna.ask(method, path, {})
            assert status == 404
            assert "Resource could not be found" not in str(answer)
    assert Client().get(f"{BASE}/profile", headers={"api-access-token": lanterna.token}).status_code == 404
