"""The panel of history: what it shows of which answer, on how little room and in which words."""

import datetime as dt
import zoneinfo
from typing import Any

import pytest

from panels.api import AuthorWord, Conversation, ConversationWord, History, Line, Window
from panels.history.panel import HistoryPanel
from panels.redaction import mask_data
from tests.panels.factories import NOON, days, make_conversation, make_note
from tests.panels.rendering import Document, make_ctx, render_panel, render_part

PANEL = HistoryPanel()
HOSTILE = "<script>alert(1)</script>{{ 7|add:7 }}\u202e"


def shown(*conversations: Conversation, **changes: Any) -> Document:
    answer = {name: changes.pop(name) for name in ("notes", "labels", "windows") if name in changes}
    return render_panel(PANEL, make_ctx(History(conversations=conversations, **answer), **changes))


def titles(document: Document) -> list[str]:
    return document.texts("vx-row__title")


def test_the_conversation_beside_it_is_no_earlier_one() -> None:
    document = shown(make_conversation(50, inbox="Here"), make_conversation(41, inbox="Before"), conversation_id=50)
    assert titles(document) == ["Before"]


def test_nothing_but_the_conversation_beside_it_is_nothing_yet() -> None:
    ctx = make_ctx(History(conversations=(make_conversation(50),)), conversation_id=50)
    assert PANEL.shows_nothing(ctx)
    assert render_panel(PANEL, ctx).text == "Nothing yet."


def test_open_matters_come_first_then_days_newest_first() -> None:
    document = shown(
        make_conversation(1, inbox="Newest"),
        make_conversation(2, inbox="Snoozed", word=ConversationWord.SNOOZED, last_at=days(-9)),
        make_conversation(3, inbox="Same day", last_at=NOON.replace(hour=8)),
        make_conversation(4, inbox="Older", last_at=days(-2)),
        make_conversation(5, inbox="Open", word=ConversationWord.OPEN, last_at=days(-30)),
        make_conversation(6, inbox="Whenever", last_at=None),
        notes=(make_note(at=days(-1)),),
    )
    assert titles(document) == ["Snoozed", "Open", "Newest", "Same day", "Note", "Older", "Whenever"]
    assert document.texts("vx-heading") == [
        "Still open",
        "Fri, Nov 20, 2026",
        "Thu, Nov 19, 2026",
        "Wed, Nov 18, 2026",
        "Without a date",
    ]


def test_days_are_those_of_the_accounts_zone() -> None:
    late = make_conversation(last_at=NOON.replace(hour=23, minute=30))
    assert shown(late, time_zone=zoneinfo.ZoneInfo("Asia/Tokyo")).texts("vx-heading") == ["Sat, Nov 21, 2026"]
    assert shown(late, time_zone=zoneinfo.ZoneInfo("UTC"), locale="de").texts("vx-heading") == ["Fr., 20. Nov. 2026"]


@pytest.mark.parametrize(
    ("earlier", "sentence"),
    [
        (0, ""),
        (1, "2nd contact in 14 days"),
        (2, "3rd contact in 14 days"),
        (3, "4th contact in 14 days"),
        (20, "21 contacts in 14 days"),
    ],
)
def test_how_often_they_came_of_late(earlier: int, sentence: str) -> None:
    here = make_conversation(99, last_at=days(1))
    before = [make_conversation(number, last_at=NOON - dt.timedelta(hours=number)) for number in range(earlier)]
    # Neither too long ago nor after this one.
    others = (make_conversation(97, last_at=days(-20)), make_conversation(98, last_at=days(3)))
    document = shown(here, *before, *others, conversation_id=99)
    assert " ".join(document.texts("vx-lead")) == sentence


def test_figures_and_labels() -> None:
    document = shown(
        make_conversation(50, word=ConversationWord.OPEN),
        make_conversation(1, word=ConversationWord.PENDING, last_at=days(-40)),
        make_conversation(2, last_at=days(-89)),
        make_conversation(3, last_at=days(-91)),
        labels=("regular",),
        conversation_id=50,
    )
    assert document.texts("vx-figure") == ["Open1", "Contacts in 90 days3"]
    assert document.texts("vx-chips") == ["regular"]


def test_a_line_says_whose_it_is() -> None:
    lines = (
        (Line(by=AuthorWord.CUSTOMER, text="Where is it?"), "Customer: Where is it?"),
        (Line(by=AuthorWord.AGENT, text="On its way.", name="Ruben"), "Ruben: On its way."),
        (Line(by=AuthorWord.BOT, attachments=2), "Bot: 2 attachments"),
    )
    for line, sentence in lines:
        assert sentence in shown(make_conversation(last_line=line)).text


def test_a_note_says_that_it_is_internal_and_whose_it_is() -> None:
    document = shown(notes=(make_note("Promised a refund.\nBy Friday."),))
    (row,) = document.having(attr="data-row")
    assert "Internal" in row.text
    assert "Tom: Promised a refund." in row.text
    assert "Customer" not in row.text


def test_notes_can_be_left_out() -> None:
    ctx = make_ctx(History(notes=(make_note(),)), settings={"notes": False})
    assert PANEL.shows_nothing(ctx)


def test_what_is_masked_is_neither_line_nor_note_but_that_there_is_one() -> None:
    data = mask_data(History(conversations=(make_conversation(),), notes=(make_note(),)), PANEL)
    document = render_panel(PANEL, make_ctx(data, masked=True))
    assert "Thank you!" not in document.html
    assert "Prefers to be called." not in document.html
    assert document.text.count("hidden") == 3


def test_thirty_then_more_and_a_days_heading_once() -> None:
    conversations = tuple(make_conversation(number, last_at=NOON.replace(minute=0)) for number in range(40))
    ctx = make_ctx(History(conversations=conversations))
    first = render_panel(PANEL, ctx)
    assert len(first.having(attr="data-row")) == 30
    assert "Show more (10 left)" in first.text
    rest = render_part(PANEL, ctx, "rows", {"offset": "30"})
    assert len(rest.having(attr="data-row")) == 10
    assert rest.texts("vx-heading") == []
    assert len(rest.having(attr="autofocus")) == 1
    assert "Show more" not in rest.text


@pytest.mark.parametrize("offset", ["", "-1", "x", "41", "٣"])
def test_a_part_that_is_not_there(offset: str) -> None:
    ctx = make_ctx(History(conversations=(make_conversation(),)))
    with pytest.raises(LookupError):
        render_part(PANEL, ctx, "rows", {"offset": offset})


def test_other_parts_are_not_there() -> None:
    with pytest.raises(LookupError):
        PANEL.get_part_context(make_ctx(History()), "order", {"offset": "0"})


def test_how_far_back_the_host_tells() -> None:
    document = shown(make_conversation(), windows=(Window(source="Voxys", since=days(-60)),))
    assert "Voxys shows nothing before" in document.text


def test_words_of_others_stay_text() -> None:
    document = shown(
        make_conversation(
            inbox=HOSTILE,
            assignee=HOSTILE,
            labels=(HOSTILE,),
            last_line=Line(by=AuthorWord.AGENT, text=HOSTILE, name=HOSTILE),
            raw_status={"conversation": HOSTILE},
            url="javascript:alert(1)",
        ),
        notes=(make_note(HOSTILE, author=HOSTILE),),
        labels=(HOSTILE,),
    )
    document.assert_inert()
    assert "<script>alert(1)</script>" in document.text
    assert "14" not in document.texts("vx-row__title")[0]
