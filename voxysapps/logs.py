"""Log lines that hold nothing of a customer, and no key: whoever wrote the line, us or a library."""

import copy
import logging
import re
import traceback
from typing import Any

# Addresses that open something by themselves: a webhook's, and the link that ends a session.
_KEYS = re.compile(r"(/hooks/|/sign-in/revoke/)[^/\s'\"]+")


class DiscreetFormatter(logging.Formatter):
    """Writes an exception's type and where it was raised, not its text: that may quote a customer.

    `texts=True`, for development, writes the text, too.
    """

    def __init__(self, *args: Any, texts: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._texts = texts

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        record.exc_text = None  # another handler's formatter may have left its own there
        if not self._texts and isinstance(record.args, dict) and "exc" in record.args:
            # Celery's line on a failed task has the exception in its message.
            record.args = {**record.args, "exc": "", "traceback": "", "args": "", "kwargs": ""}
        return _KEYS.sub(r"\1…", super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the base class's name
        if self._texts:
            return super().formatException(ei)
        return "".join(_without_texts(ei[1]))


def _without_texts(error: BaseException | None) -> list[str]:
    """Return the traceback with that of the exceptions before, each ended by its type alone."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        one = ["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__), type(error).__name__]
        lines = [*one, *(["\n\nwhich led to\n\n"] if lines else []), *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines
