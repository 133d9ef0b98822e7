"""The host connector: what the host's own records become, and what of them never does."""

import random
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.api import (
    AuthorWord,
    ConnectorError,
    ConversationWord,
    History,
    HostConversation,
    HostMessage,
    HostNote,
    Identity,
    MatchWord,
    TemporaryError,
)
from panels.connectors.host.connector import HostConversations
from panels.connectors.host.conversations import last_line_of

WHO = Identity(contact_id=70)
AT = 1_795_000_000
ROW: dict[str, Any] = {
    "id": 41,
    "inbox_id": 3,
    "status": "resolved",
    "created_at": AT,
    "last_activity_at": AT + 500,
    "labels": ["repair", "vip"],
    "meta": {
        "sender": {"id": 70, "name": "Ada"},
        "assignee": {"id": 5, "name": "Tom Tailor", "available_name": "Tom", "email": "tom@example.com"},
        "channel": "Channel::Email",
    },
    "messages": [
        {
            "id": 9,
            "content": "On its   way,\n\nAda.",
            "message_type": 1,
            "private": False,
            "created_at": AT + 400,
            "sender": {"id": 5, "name": "Tom Tailor", "available_name": "Tom", "type": "user"},
        }
    ],
}


class Reader:
    """What the host knows of a contact, from rows as the API has them."""

    def __init__(self, *rows: dict[str, Any], messages: Sequence[dict[str, Any]] = (), **failures: Exception) -> None:
        self.rows, self.said, self.failures = rows, messages, failures
        self.asked: list[int] = []
        self.noted: list[HostNote] = []

    def conversations(self) -> list[HostConversation]:
        if error := self.failures.get("conversations"):
            raise error
        return [HostConversation.of(row) for row in self.rows]

    def messages(self, conversation_id: int) -> list[HostMessage]:
        self.asked.append(conversation_id)
        return [HostMessage.of(row) for row in self.said]

    def notes(self) -> list[HostNote]:
        return self.noted

    def labels(self) -> list[str]:
        return ["regular"]

    def inbox_names(self) -> dict[int, str]:
        return {3: "Website"}

    def address(self, conversation_id: int) -> str:
        return f"https://voxys.example/app/accounts/4/conversations/{conversation_id}"


def ask(reader: Reader) -> History:
    return HostConversations(reader, name="Voxys").history(WHO)


def message(**values: Any) -> HostMessage:
    defaults = {"id": 1, "content": "Hello", "message_type": 0, "private": False, "created_at": AT}
    return HostMessage.of({**defaults, **values})


def test_a_conversation_with_all_that_is_told_of_it() -> None:
    answer = ask(Reader(ROW))
    (one,) = answer.conversations
    assert (one.number, one.inbox, one.inbox_id, one.word) == (41, "Website", 3, ConversationWord.RESOLVED)
    assert (one.assignee, one.assignee_id, one.labels) == ("Tom", 5, ("repair", "vip"))
    assert one.begun_at
    assert one.last_at
    assert (one.begun_at.timestamp(), one.last_at.timestamp()) == (AT, AT + 500)
    assert one.last_line
    assert (one.last_line.by, one.last_line.name, one.last_line.text) == (
        AuthorWord.AGENT,
        "Tom",
        "On its way, Ada.",
    )
    assert one.url == "https://voxys.example/app/accounts/4/conversations/41"
    assert (answer.labels, answer.matched_by, answer.windows) == (("regular",), MatchWord.IDENTIFIER, ())


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("open", ConversationWord.OPEN),
        ("pending", ConversationWord.PENDING),
        ("snoozed", ConversationWord.SNOOZED),
        ("resolved", ConversationWord.RESOLVED),
        ("archived", ConversationWord.UNKNOWN),
        (None, ConversationWord.UNKNOWN),
    ],
)
def test_words(status: str | None, word: ConversationWord) -> None:
    (one,) = ask(Reader({**ROW, "status": status})).conversations
    assert one.word is word
    assert one.raw_status == ({"conversation": status} if status else {})


@pytest.mark.parametrize(
    "not_public",
    [
        {"private": True},
        {"private": None},
        {"message_type": 2},
        {"message_type": 3},
        {"message_type": "activity"},
        {"message_type": 9},
        {"message_type": None},
        {"content_attributes": {"deleted": True}},
        {"content": "  "},
        {"content": None},
    ],
)
def test_what_did_not_pass_between_agent_and_customer_is_no_line(not_public: dict[str, Any]) -> None:
    secret = message(**{"id": 2, "content": "Do not tell her", "created_at": AT + 9, **not_public})
    assert last_line_of([secret]) is None
    line = last_line_of([message(content="Public"), secret])
    assert line
    assert line.text == "Public"


def test_a_private_note_of_the_contacts_id_is_not_the_customers_word() -> None:
    """Ids of users and contacts overlap, and nothing but the direction says whose words they are."""
    posing = message(message_type=1, sender={"id": 70, "name": "Ada", "type": "contact"})
    line = last_line_of([posing])
    assert line
    assert line.by is AuthorWord.UNKNOWN
    incoming = last_line_of([message(message_type="incoming")])
    assert incoming
    assert (incoming.by, incoming.name) == (AuthorWord.CUSTOMER, None)


def test_bots_and_files() -> None:
    line = last_line_of([message(message_type=1, content=None, attachments=[{}, {}], sender={"type": "agent_bot"})])
    assert line
    assert (line.by, line.text, line.attachments) == (AuthorWord.BOT, None, 2)


def test_long_messages_are_cut() -> None:
    line = last_line_of([message(content="word " * 9000)])
    assert line
    assert line.text
    assert len(line.text) <= 280
    assert line.text.endswith("word…")


def test_where_the_newest_is_private_the_messages_are_asked_for_but_not_of_all() -> None:
    private = {**ROW, "messages": [{**ROW["messages"][0], "private": True, "content": "Secret"}]}
    reader = Reader(
        *({**private, "id": number} for number in range(1, 9)),
        messages=[{"id": 5, "content": "Public", "message_type": 0, "private": False, "created_at": AT}],
    )
    answer = ask(reader)
    assert len(reader.asked) == 5
    assert [one.last_line.text for one in answer.conversations if one.last_line] == ["Public"] * 5
    assert b"Secret" not in msgspec.msgpack.encode(answer)


def test_as_many_as_the_host_tells_may_not_be_all() -> None:
    rows = [{**ROW, "id": number, "created_at": AT + number} for number in range(1, 21)]
    (window,) = ask(Reader(*rows)).windows
    assert window.since
    assert window.since.timestamp() == AT + 1
    assert ask(Reader(*rows[1:])).windows == ()


def test_notes_keep_their_author_and_blank_ones_are_left_out() -> None:
    reader = Reader()
    reader.noted = [
        HostNote.of({"id": 3, "content": " Call first. ", "user": {"name": "Tom"}, "created_at": AT}),
        HostNote.of({"id": 4, "content": " ", "created_at": AT}),
        HostNote.of({"id": 5, "content": "Older", "created_at": AT - 5}),
    ]
    first, second = ask(reader).notes
    assert (first.text, first.author, first.at and first.at.timestamp()) == ("Call first.", "Tom", AT)
    assert (second.text, second.author) == ("Older", None)


def test_newest_first_whatever_the_hosts_order() -> None:
    rows = [{**ROW, "id": number, "last_activity_at": AT + number % 3} for number in range(1, 6)]
    ages = [one.last_at for one in ask(Reader(*rows)).conversations]
    assert ages == sorted(ages, key=lambda at: at or AT, reverse=True)


def test_failures_are_passed_on() -> None:
    with pytest.raises(TemporaryError):
        ask(Reader(conversations=TemporaryError("No.")))


ODD = st.sampled_from(
    [None, "", 0, -1, 1e400, float("nan"), 10**30, "x", [], {}, [None], {"id": "x"}, True, [[1]], "\x00", 3.5]
)


@given(seed=st.integers(0, 10_000), odd=st.lists(ODD, min_size=4, max_size=4))
def test_whatever_a_host_leaves_out_or_writes_otherwise(seed: int, odd: list[Any]) -> None:
    chance = random.Random(seed)  # noqa: S311 - which fields are spoilt is no secret
    row = _spoilt(ROW, chance, odd)
    if not isinstance(row, dict):
        return
    try:
        answer = ask(Reader(row, messages=[row]))
    except ConnectorError:
        return
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=History) == answer


def _spoilt(value: Any, chance: random.Random, odd: list[Any]) -> Any:
    """Return the value with some of what is inside left out or replaced."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if chance.random() > 0.15}
        return {
            key: chance.choice(odd) if chance.random() < 0.2 else _spoilt(item, chance, odd)
            for key, item in kept.items()
        }
    if isinstance(value, list):
        return [_spoilt(item, chance, odd) for item in value]
    return value
