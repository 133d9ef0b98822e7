import msgspec
import pytest
from django.utils import translation

from panels import capabilities
from panels.api import DeliveryWord, DisputeWord, MatchWord, PaymentWord, RefundWord, Tone, Word

VOCABULARIES = [
    value
    for value in vars(capabilities).values()
    if isinstance(value, type) and issubclass(value, Word) and value is not Word
]


def test_every_vocabulary_is_here() -> None:
    assert len(VOCABULARIES) == 11


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_vocabulary_has_a_neutral_word_for_what_it_does_not_know(vocabulary: type[Word]) -> None:
    (unknown,) = (word for word in vocabulary if word.value == "unknown")
    assert unknown.tone is Tone.NEUTRAL


@pytest.mark.parametrize("word", [word for vocabulary in VOCABULARIES for word in vocabulary])
def test_every_word_has_tone_and_label_and_survives_storage(word: Word) -> None:
    with translation.override("en"):
        assert str(word.label).strip()
    assert word.tone in Tone
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(word), type=type(word)) is word


@pytest.mark.parametrize(
    ("word", "tone"),
    [
        (PaymentWord.PENDING, Tone.LOOK),
        (PaymentWord.AUTHORISED, Tone.PROGRESS),
        (PaymentWord.PAID, Tone.GOOD),
        (PaymentWord.PART_REFUNDED, Tone.NEUTRAL),
        (PaymentWord.FAILED, Tone.ACT),
        (DeliveryWord.NOT_SHIPPED, Tone.NEUTRAL),
        (DeliveryWord.PROBLEM, Tone.ACT),
        (RefundWord.RECORDED_ONLY, Tone.LOOK),
        (DisputeWord.ANSWER, Tone.ACT),
        (MatchWord.PHONE, Tone.LOOK),
    ],
)
def test_tone_says_what_the_word_asks_for(word: Word, tone: Tone) -> None:
    assert word.tone is tone


def test_finished_and_open_words() -> None:
    assert [word for word in DeliveryWord if word.is_finished] == [
        DeliveryWord.DELIVERED,
        DeliveryWord.COMPLETED,
        DeliveryWord.NOT_NEEDED,
    ]
    assert [word for word in DisputeWord if word.is_open] == [
        DisputeWord.INQUIRY,
        DisputeWord.ANSWER,
        DisputeWord.IN_REVIEW,
    ]
    assert [word for word in MatchWord if word.is_weak] == [MatchWord.PHONE, MatchWord.NUMBER]
