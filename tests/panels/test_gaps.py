"""What an answer lacks: an error where nothing is left, a caveat where something is."""

import pytest
from django.utils import translation

from panels.api import Candidate, Caveat, Gaps, OperatorError, Orders, lacks, untold
from tests.panels.factories import make_order

ROWS = [{"number": "1"}, {}, {"number": "3"}]
FOUND = Orders(orders=(make_order(),))


def number_of(row: dict[str, str]) -> str | None:
    return row.get("number")


def lacking(row: dict[str, str]) -> str:
    return "number"


def test_what_can_be_shown_is_and_the_rest_is_told() -> None:
    gaps = Gaps("Shop A")
    assert gaps.shown(ROWS, number_of, lacking=lacking) == ("1", "3")
    (caveat,) = gaps.told(FOUND).caveats
    assert caveat.text == "Some of what belongs here lacks what it takes to be shown. Tell an admin."


def test_nothing_is_told_where_nothing_lacks() -> None:
    gaps = Gaps("Shop A")
    assert gaps.shown(ROWS[:1], number_of, lacking=lacking) == ("1",)
    assert gaps.shown([], number_of, lacking=lacking) == ()
    assert gaps.told(FOUND) is FOUND
    assert gaps.told(Orders()) == Orders()


def test_where_nothing_is_left_the_field_is_named() -> None:
    with pytest.raises(OperatorError) as caught:
        Gaps("Shop A").shown([{}], number_of, lacking=lacking)
    assert caught.value.sentence == "What Shop A sends lacks “number”. Tell an admin."


def test_what_an_answer_is_not_all_about_may_be_lost_but_not_everything() -> None:
    gaps = Gaps("Shop A")
    assert gaps.kept([{}], number_of, lacking=lacking) == ()
    assert gaps.told(FOUND).caveats
    choice = Orders(candidates=(Candidate(external_id="7"),))
    assert gaps.told(choice).candidates, "an agent chooses first"
    with pytest.raises(OperatorError, match="lacks"):
        gaps.told(Orders())


def test_a_note_is_told_beside_what_the_answer_says_itself() -> None:
    gaps = Gaps("Shop A")
    gaps.note()
    own = Caveat(text="Guests may be missing.")
    assert gaps.told(Orders(orders=FOUND.orders, caveats=(own,))).caveats[0] == own
    assert gaps.told(Orders()).is_empty, "nothing was lost"


def test_sentences_name_the_system_and_say_what_to_do() -> None:
    with translation.override("en"):
        for error in (lacks("Shop A", "total"), untold("Shop A", "email"), untold("Shop A", "phone")):
            assert "Shop A" in error.sentence
            assert error.sentence.endswith("Tell an admin.")
            assert error.permanent
