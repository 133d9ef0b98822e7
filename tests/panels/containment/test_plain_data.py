"""What `fetch` may return."""

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from panels.api import Orders, Payments
from panels.containment.plain_data import MAX_DATA_BYTES, NotPlain, require_answer, require_plain

_ring: list[Any] = []
_ring.append(_ring)


@pytest.mark.parametrize(
    "data", [None, True, 0, -(2**63), 1.5, "", "ä", [], {}, {"a": [1, {"b": (None, "x")}]}, [[[]]] * 3]
)
def test_json_is_kept(data: Any) -> None:
    require_plain(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (object(), "data is object"),
        ({"found": [1, {"at": dt.date(2026, 1, 1)}]}, r"data\.found\[1\]\.at is date"),
        ({"price": Decimal(5)}, r"data\.price is Decimal"),
        ({"text": mark_safe("x")}, r"data\.text is SafeString"),
        ({"text": gettext_lazy("Panel")}, r"data\.text is __proxy__"),
        ({"them": {1, 2}}, r"data\.them is set"),
        ({1: "one"}, "A key of data is no text but int"),
        ({"n": math.nan}, r"data\.n is no finite number"),
        ({"n": 2**64}, r"data\.n is a number of more than 64 bits"),
        (_ring, "nested more than 64 deep"),
        ([0] * 300_000, "more than 200,000 values"),
        ("x" * MAX_DATA_BYTES, r"1,000,002 bytes of JSON; at most 1,000,000"),
        ("\ud800", "cannot be written as JSON"),
    ],
)
def test_what_is_none_is_refused_with_the_place(data: Any, said: str) -> None:
    with pytest.raises(NotPlain, match=said):
        require_plain(data)


def test_sentence_quotes_no_customer() -> None:
    with pytest.raises(NotPlain) as caught:
        require_plain({"ada@example.com": {"name": object()}})
    assert str(caught.value) == "data[…].name is object, which is no JSON. Return texts, numbers, lists, objects."


def test_answers_are_of_their_capability() -> None:
    require_answer(Orders(), Orders)
    several: tuple[Any, ...] = (Payments(), {"orders": []}, None)
    for wrong in several:
        with pytest.raises(NotPlain, match="where Orders is expected"):
            require_answer(wrong, Orders)
