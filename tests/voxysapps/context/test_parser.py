"""Everything the host sends parses; everything else is refused with its code."""

import copy
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panels.testing import read_payloads
from voxysapps.context import AppContext, BadContext, parse_app_context
from voxysapps.context.parser import MAX_BYTES

BY_NAME = read_payloads()


def load(name: str) -> dict[str, Any]:
    return copy.deepcopy(BY_NAME[name])


def wire(payload: object) -> bytes:
    """Return what the browser posts: JSON.stringify leaves characters as they are."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def parse(payload: object) -> AppContext:
    return parse_app_context(wire(payload))


def code_of(raw: bytes) -> str:
    with pytest.raises(BadContext) as caught:
        parse_app_context(raw)
    return caught.value.code


def in_data(**fields: Any) -> dict[str, Any]:
    return {"event": "appContext", "data": fields}


# --- what the host sends -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", BY_NAME)
def test_fixture_parses_with_its_ids(name: str) -> None:
    data, context = BY_NAME[name]["data"], parse(BY_NAME[name])
    assert context.conversation is not None
    assert context.conversation.id == data["conversation"]["id"]
    assert context.account_id == data["conversation"]["account_id"]
    assert context.contact.id == data["conversation"]["meta"]["sender"]["id"]
    assert len(context.conversation.messages) == len(data["conversation"]["messages"])


def test_every_documented_field_is_kept() -> None:
    payload = load("01_website_widget_email")
    data, context = payload["data"], parse(payload)
    assert context.conversation is not None
    assert context.agent is not None
    agent = {"id": context.agent.id, "name": context.agent.name, "email": context.agent.email}
    assert agent == data["currentAgent"]
    for name in ("uuid", "inbox_id", "status", "unread_count", "can_reply", "muted", "custom_attributes"):
        assert getattr(context.conversation, name) == data["conversation"][name], name
    assert list(context.conversation.labels) == data["conversation"]["labels"]
    assert context.conversation.meta.hmac_verified is data["conversation"]["meta"]["hmac_verified"]
    assert context.contact.email == data["contact"]["email"]
    assert context.contact.custom_attributes == data["contact"]["custom_attributes"]
    assert [d.attribute_key for d in context.definitions] == [d["attribute_key"] for d in data["customAttributes"]]
    assert context.theme == "light"


def test_messages_have_content_sender_and_attachments() -> None:
    payload = load("02_whatsapp_phone_only")
    context = parse(payload)
    assert context.conversation is not None
    for message, posted in zip(context.conversation.messages, payload["data"]["conversation"]["messages"], strict=True):
        assert message.id == posted["id"]
        assert message.content == posted["content"]
        assert (message.sender.type if message.sender else None) == posted.get("sender", {}).get("type")
        assert [a and a.file_type for a in message.attachments or ()] == [
            a["file_type"] for a in posted.get("attachments", [])
        ]


def test_mobile_spelling_gives_the_same_agent_and_customer() -> None:
    mobile, desktop = parse(load("11_mobile_app_snake_case")), parse(load("02_whatsapp_phone_only"))
    assert mobile.agent == desktop.agent
    assert mobile.contact.id == desktop.contact.id
    assert mobile.theme is None
    assert mobile.definitions == ()


def test_old_host_without_agent_and_theme_parses() -> None:
    context = parse(load("09_minimal_legacy"))
    assert (context.agent, context.theme, context.definitions) == (None, None, ())


@pytest.mark.parametrize(
    ("spelling", "meant"),
    [
        (0, None),
        (None, None),
        ("", None),
        (1793609901, dt.datetime(2026, 11, 2, 8, 58, 21, tzinfo=dt.UTC)),
        (1793609901.25, dt.datetime(2026, 11, 2, 8, 58, 21, 250000, tzinfo=dt.UTC)),
        ("2026-11-02T08:58:21.000Z", dt.datetime(2026, 11, 2, 8, 58, 21, tzinfo=dt.UTC)),
        ("2026-11-02T08:58:21", dt.datetime(2026, 11, 2, 8, 58, 21, tzinfo=dt.UTC)),
    ],
)
def test_times_in_every_spelling(spelling: object, meant: dt.datetime | None) -> None:
    payload = load("09_minimal_legacy")
    payload["data"]["conversation"]["first_reply_created_at"] = spelling
    context = parse(payload)
    assert context.conversation is not None
    assert context.conversation.first_reply_created_at == meant


def test_channel_moves_to_the_top_after_a_live_update() -> None:
    payload = load("01_website_widget_email")
    conversation = payload["data"]["conversation"]
    del conversation["meta"]["channel"]
    conversation.update(
        channel="Channel::Hologram",
        contact_inbox={"id": 9, "source_id": "s", "pubsub_token": "secret", "hmac_verified": True},
        first_reply_created_at="2026-11-02T08:58:21.000Z",
    )
    conversation["meta"]["assignee"] = None
    context = parse(payload)
    assert context.conversation is not None
    assert context.conversation.channel == "Channel::Hologram"
    assert context.conversation.meta.assignee is None
    assert "secret" not in repr(context)


def test_null_where_old_rows_have_null() -> None:
    payload = load("01_website_widget_email")
    conversation = payload["data"]["conversation"]
    conversation.update(additional_attributes=None, custom_attributes=None, labels=None)
    conversation["messages"][0].update(content=None, content_attributes=None, attachments=[None], status=None)
    context = parse(payload)
    assert context.conversation is not None
    assert context.conversation.additional_attributes == {}
    assert context.conversation.labels == ()
    assert context.conversation.messages[0].content_attributes == {}
    assert context.conversation.messages[0].attachments == (None,)


def test_message_being_sent_has_a_text_id() -> None:
    payload = load("01_website_widget_email")
    payload["data"]["conversation"]["messages"][-1].update(id="b7c2", echo_id="b7c2", status="progress")
    context = parse(payload)
    assert context.conversation is not None
    assert context.conversation.messages[-1].id == "b7c2"


def test_unknown_fields_are_ignored() -> None:
    payload = load("03_email_channel")
    payload["data"]["conversation"]["brand_new"] = {"a": [1]}
    payload["data"]["sidebar"] = True
    payload["version"] = 7
    assert parse(payload) == parse(load("03_email_channel"))


@pytest.mark.parametrize("conversation", [None, {}, "missing"])
def test_app_outside_of_a_conversation(conversation: object) -> None:
    payload = load("01_website_widget_email")
    payload["data"]["conversation"] = conversation
    if conversation == "missing":
        del payload["data"]["conversation"]
    context = parse(payload)
    assert context.conversation is None
    assert context.account_id is None
    assert context.contact.email == payload["data"]["contact"]["email"]


# --- the contact -------------------------------------------------------------------------------------


def test_contact_missing_in_the_store_is_the_sender() -> None:
    payload = load("05_no_assignee_empty_contact")
    assert payload["data"]["contact"] == {}
    context = parse(payload)
    assert context.conversation is not None
    assert context.contact == context.conversation.meta.sender
    assert context.contact.id == 611


def test_contact_lacking_fields_has_the_senders() -> None:
    payload = load("01_website_widget_email")
    sender = payload["data"]["conversation"]["meta"]["sender"]
    payload["data"]["contact"] = {"id": sender["id"], "name": "Newer Name"}
    context = parse(payload)
    assert (context.contact.name, context.contact.email) == ("Newer Name", sender["email"])


def test_contact_field_emptied_in_the_host_stays_empty() -> None:
    payload = load("01_website_widget_email")
    payload["data"]["contact"]["email"] = None
    assert payload["data"]["conversation"]["meta"]["sender"]["email"] is not None
    assert parse(payload).contact.email is None


def test_two_people_are_never_mixed() -> None:
    payload = load("01_website_widget_email")
    payload["data"]["contact"] = {"id": 999_999, "name": "Somebody Else"}
    context = parse(payload)
    assert (context.contact.id, context.contact.email) == (999_999, None)


# --- what is no context ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_json"),
        (b"hello", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b'{"event":"appContext","data":{"x":"\xff"}}', "not_json"),
        (b'{"event":"appContext","data":{"contact":{}}', "not_json"),
        (b'{"event":"appContext","data":{"contact":{"id":NaN}}}', "not_json"),
        (b"[]", "wrong_type"),
        (b'"appContext"', "wrong_type"),
        (b"{}", "wrong_event"),
        (b'{"event":"conversation_updated","data":"x"}', "wrong_event"),
        (b'{"event":["appContext"],"data":{}}', "wrong_event"),
        (b'{"event":"appContext"}', "wrong_type"),
        (b'{"event":"appContext","data":null}', "wrong_type"),
        (b'{"event":"appContext","data":[]}', "wrong_type"),
        (wire(in_data(conversation=[])), "wrong_type"),
        (wire(in_data(conversation={"status": "open"})), "wrong_type"),
        (wire(in_data(conversation={"id": "12"})), "wrong_type"),
        (wire(in_data(conversation={"id": True})), "wrong_type"),
        (wire(in_data(conversation={"id": 12.5})), "wrong_type"),
        (wire(in_data(conversation={"id": 0})), "wrong_type"),
        (wire(in_data(conversation={"id": 2**63})), "wrong_type"),
        (wire(in_data(conversation={"id": 1, "labels": "vip"})), "wrong_type"),
        (wire(in_data(contact={"id": 1, "email": 5})), "wrong_type"),
        (wire(in_data(contact={"last_activity_at": "yesterday"})), "wrong_type"),
        (wire(in_data(contact={"last_activity_at": 1e300})), "wrong_type"),
        (wire(in_data(currentAgent="Ana")), "wrong_type"),
    ],
)
def test_malformed_is_refused_with_its_code(raw: bytes, code: str) -> None:
    assert code_of(raw) == code


@pytest.mark.parametrize(("levels", "refused"), [(62, False), (63, True), (5_000, True)])
def test_nesting_is_limited(levels: int, refused: bool) -> None:
    # the envelope and its data are two levels more
    raw = b'{"event":"appContext","data":{"extra":' + b"[" * levels + b"]" * levels + b"}}"
    if refused:
        assert code_of(raw) == "too_deep"
    else:
        assert parse_app_context(raw).conversation is None


def test_brackets_in_text_are_no_nesting() -> None:
    text = '[{"' * 200 + "\\" * 3
    payload = load("01_website_widget_email")
    payload["data"]["conversation"]["messages"][0]["content"] = text
    context = parse(payload)
    assert context.conversation is not None
    assert context.conversation.messages[0].content == text


def test_more_than_five_megabytes_is_too_large() -> None:
    payload = in_data(contact={"name": "x" * MAX_BYTES})
    assert code_of(wire(payload)) == "too_large"


def test_half_an_emoji_does_not_lose_the_context() -> None:
    # JSON.stringify writes a lone surrogate as an escape; the host cuts texts by length
    raw = wire(in_data(contact={"id": 1, "name": "NAME"})).replace(
        b"NAME", rb"Ana \ud83c, \ud83c\udf31, \\ud83c \udf31"
    )
    assert parse_app_context(raw).contact.name == "Ana \ufffd, \U0001f331, \\ud83c \ufffd"


def test_refusal_quotes_nothing_of_the_context() -> None:
    with pytest.raises(BadContext) as caught:
        parse(in_data(contact={"id": 1, "last_activity_at": "ada@example.com"}))
    assert "ada" not in caught.value.detail
    assert caught.value.__cause__ is None


# --- properties --------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = sorted({name for payload in BY_NAME.values() for name in json.dumps(payload).split('"') if name.isidentifier()})


def spots(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value in a payload."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(spot for key, value in inner for spot in spots(value, (*path, key)))]


def replaced(payload: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.copy(payload)
    changed[path[0]] = replaced(payload[path[0]], path[1:], value)
    return changed


SPOTS = {name: spots(payload) for name, payload in BY_NAME.items()}


@st.composite
def mutated_payloads(draw: st.DrawFn) -> bytes:
    """Return a real payload with a few values replaced, or its bytes cut or changed."""
    name = draw(st.sampled_from(sorted(BY_NAME)))
    payload: Any = BY_NAME[name]
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(SPOTS[name]))
        try:
            payload = replaced(payload, path, draw(JSON))
        except (KeyError, IndexError, TypeError, AttributeError):
            break  # an earlier change took the place away
    raw = json.dumps(payload, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 4)) == 0:
        at = draw(st.integers(0, len(raw)))
        raw = raw[:at] + draw(st.binary(max_size=4)) + raw[at + draw(st.integers(0, 4)) :]
    return raw


def outcome(raw: bytes) -> AppContext | str:
    try:
        return parse_app_context(raw)
    except BadContext as error:
        return error.code


@settings(max_examples=8_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated_payloads())
def test_mutated_payload_is_a_context_or_a_bad_context(raw: bytes) -> None:
    result = outcome(raw)
    assert isinstance(result, AppContext) or result in {"not_json", "wrong_event", "wrong_type", "too_deep"}
    if isinstance(result, AppContext):
        assert json.loads(raw)["event"] == "appContext"


@settings(max_examples=2_500, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8)
    | st.fixed_dictionaries(
        {"event": st.just("appContext"), "data": st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8)}
    )
    | JSON
)
def test_generated_json_is_a_context_or_a_bad_context(payload: Any) -> None:
    raw = json.dumps(payload).encode()
    result = outcome(raw)
    assert isinstance(result, AppContext) or result in {"not_json", "wrong_event", "wrong_type", "too_deep"}


@settings(max_examples=500, deadline=None)
@given(JSON)
def test_depth_is_counted_right(value: Any) -> None:
    def depth(node: Any) -> int:
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else None
        return 0 if inner is None else 1 + max(map(depth, inner), default=0)

    wrapped = value
    for _ in range(60):
        wrapped = [wrapped]
    refused = outcome(wire(in_data(extra=wrapped))) == "too_deep"
    assert refused == (depth(value) + 62 > 64)
