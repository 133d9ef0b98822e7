"""What goes wrong between us and another system, and what is to be made of it."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import httpcore2

from panels.errors import ConnectorError, FinalError, OperatorError, PanelUnavailable, TemporaryError
from panels.testing.http import Reply, Spoil

RETRY_AFTER = 17
# Nothing that agents read is about our insides, or where the system is.
_INSIDES = re.compile(r"Traceback|Exception|Error\b|\bNone\b|\bnull\b|%\(|\{|https?:|\bJSON\b|\bHTTP\b")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong. `says` tells people when; `errors` are the kinds of error that say so rightly."""

    name: str
    says: str
    errors: tuple[type[ConnectorError], ...]
    reply: Callable[[], Reply]

    @property
    def spoil(self) -> Spoil:
        """Let every request meet the fault."""
        return lambda number, asked, answer: self.reply()

    def from_request(self, first: int) -> Spoil:
        """Let the requests from this one on meet the fault, 0 the first."""
        return lambda number, asked, answer: self.reply() if number >= first else answer()


def _raises(error: Exception) -> Callable[[], Reply]:
    def reply() -> Reply:
        raise error

    return reply


def _endless() -> Iterator[bytes]:
    yield b"["
    for _number in range(200):
        yield b'"0123456789abcde",' * 65_536  # a megabyte


# As a connection that breaks leaves it.
_HALF = b'{"rows": [{"id": 1, "na'
_HTML = b"<!doctype html><html><head><title>Maintenance</title></head><body>Back soon</body></html>"
_OF_HTML = {"Content-Type": "text/html"}
_TOO_MUCH = (FinalError, TemporaryError)

FAULTS = (
    Fault("timeout", "the system does not answer in time", (TemporaryError,), _raises(httpcore2.ReadTimeout())),
    Fault("unreachable", "the system cannot be reached", (TemporaryError,), _raises(httpcore2.ConnectError())),
    Fault(
        "too many requests",
        "the system answers 429",
        (TemporaryError,),
        lambda: Reply({"message": "Slow down"}, 429, {"Retry-After": str(RETRY_AFTER)}),
    ),
    Fault("broken", "the system answers 500", (TemporaryError,), lambda: Reply({"message": "Oops"}, 500)),
    Fault("page", "a proxy answers with a page", (TemporaryError,), lambda: Reply(_HTML, 200, _OF_HTML)),
    Fault("truncated", "the answer ends in the middle", (TemporaryError,), lambda: Reply(_HALF)),
    Fault("huge", "the answer is larger than all that can be shown", _TOO_MUCH, lambda: Reply(_endless())),
    Fault("wrong key", "the system answers 401", (OperatorError,), lambda: Reply({"message": "Unauthorized"}, 401)),
    Fault("missing right", "the system answers 403", (OperatorError,), lambda: Reply({"message": "Forbidden"}, 403)),
)  # fmt: skip


def sentence_problem(error: PanelUnavailable, private: Collection[str]) -> str:
    """Return what is wrong with the error's sentence, for people; empty where nothing is.

    `private` is what it must not hold: secrets, and what the customer is known by.
    """
    sentence = error.sentence
    if not sentence.strip() or not sentence.rstrip().endswith((".", "!", "。")):
        return f"The message “{sentence}” is no sentence"
    if found := _INSIDES.search(sentence):
        return f"The message “{sentence}” speaks of “{found[0]}”, which agents do not know"
    told = f"{sentence} {error!r} {error.args} {error.values}"
    if leaked := [text for text in private if text in told]:
        return f"The error holds what nobody may read ({_hinted(leaked[0])})"
    return ""


def _hinted(text: str) -> str:
    return f"{text[:3]}…"
