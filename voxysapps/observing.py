"""A place for somebody who looks on while the platform asks and renders: the simulator, while panels are written.

Nobody does in production, and then nothing here does anything.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Observer(Protocol):
    """Looks on, and may interfere: what it raises is taken for what the system asked, or the panel, has raised."""

    def asking(self, account_id: int, source: str, customer: str, trace_id: str) -> AbstractContextManager[None]:
        """Surround one question to one source, by its key, about the customer of this digest."""

    def rendering(self, account_id: int, placement_id: int) -> AbstractContextManager[None]:
        """Surround the rendering of one placement's fragment."""


_observer: Observer | None = None


def install(observer: Observer | None) -> None:
    """Let this observer look on in this process from now on; None: nobody."""
    global _observer  # noqa: PLW0603 - the process has one
    _observer = observer


def asking(account_id: int, source: str, customer: str, trace_id: str) -> AbstractContextManager[None]:
    """Let the observer surround a question to a source."""
    return nullcontext() if _observer is None else _observer.asking(account_id, source, customer, trace_id)


def rendering(account_id: int, placement_id: int) -> AbstractContextManager[None]:
    """Let the observer surround the rendering of a placement."""
    return nullcontext() if _observer is None else _observer.rendering(account_id, placement_id)
