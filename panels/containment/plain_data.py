"""What `fetch` may return: JSON, and not too much of it."""

import math
import re
from typing import Any

import msgspec
from django.utils.translation import gettext_noop

from panels.errors import FinalError

MAX_DATA_BYTES = 1_000_000
# What a connector answers is written by capabilities, which are wordier.
MAX_ANSWER_BYTES = 4_000_000
MAX_DEPTH = 64
MAX_VALUES = 200_000
_BIGGEST = 2**63
# A key that is a name of a field, and not a customer's address.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}")


class NotPlain(FinalError):
    """What was returned cannot be kept. Its text is for the author and the log: it names places, and no values."""

    def __init__(self, reason: str) -> None:
        super().__init__(gettext_noop("The data of this panel cannot be shown. Tell an operator."))
        self._reason = reason

    def __str__(self) -> str:
        return self._reason


def require_plain(data: Any) -> None:
    """Raise `NotPlain` for what is no JSON, or larger than `MAX_DATA_BYTES` when it is written."""
    _Walk().visit(data, "", 0)
    _require_size(data, MAX_DATA_BYTES)


def require_answer(answer: Any, kind: type) -> None:
    """Raise `NotPlain` for what is no answer of this capability, or larger than `MAX_ANSWER_BYTES`."""
    if not isinstance(answer, kind):
        raise NotPlain(f"The connector returned {type(answer).__name__} where {kind.__name__} is expected.")
    _require_size(answer, MAX_ANSWER_BYTES)


def _require_size(data: Any, most: int) -> None:
    try:
        size = len(msgspec.json.encode(data))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise NotPlain(f"What was returned cannot be written as JSON: {type(error).__name__}.") from None
    if size > most:
        raise NotPlain(f"What was returned is {size:,} bytes of JSON; at most {most:,} are kept.")


class _Walk:
    """Goes through data once, and stops where there is too much: what refers to itself never ends."""

    def __init__(self) -> None:
        self._values = 0

    def visit(self, value: Any, place: str, depth: int) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            raise NotPlain(f"What was returned has more than {MAX_VALUES:,} values.")
        if depth > MAX_DEPTH:
            raise NotPlain(f"What was returned is nested more than {MAX_DEPTH} deep.")
        # Exactly these: a subclass, such as a lazy text, is stored as something else than it is.
        if type(value) is dict:
            for key, one in value.items():
                self.visit(one, _place_of(key, place), depth + 1)
        elif type(value) in (list, tuple):
            for number, one in enumerate(value):
                self.visit(one, f"{place}[{number}]", depth + 1)
        else:
            _require_scalar(value, place)


def _place_of(key: object, place: str) -> str:
    if type(key) is not str:
        raise NotPlain(f"A key of data{place} is no text but {type(key).__name__}; JSON has texts only.")
    return f"{place}.{key}" if _NAME.fullmatch(key) else f"{place}[…]"


def _require_scalar(value: Any, place: str) -> None:
    kind = type(value)
    if value is not None and kind not in (str, bool, int, float):
        raise NotPlain(f"data{place} is {kind.__name__}, which is no JSON. Return texts, numbers, lists, objects.")
    if kind is float and not math.isfinite(value):
        raise NotPlain(f"data{place} is no finite number, which JSON cannot say.")
    if kind is int and not -_BIGGEST <= value < _BIGGEST:
        raise NotPlain(f"data{place} is a number of more than 64 bits. Return it as text.")
