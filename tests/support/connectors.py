"""A connector whose calls the tests count and whose answers they choose."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from unittest.mock import patch

import pytest
from django import forms
from msgspec import structs

from panels import registry
from panels.api import Connector, Customers, Identity, Orders, Payments, SecretField
from panels.connectors.demo.connector import DemoConnector
from panels.registry import Installed


class RecordingConnector(Connector):
    """Answers as the demo connector does, and writes down who was asked for what."""

    slug = "recording"
    title = "Recording"
    capabilities = ("customer", "orders", "payments")
    calls: ClassVar[list[tuple[str, str, str | None]]] = []
    answer: ClassVar[Callable[[str, Identity], Any] | None] = None
    seconds: ClassVar[float] = 0.0
    most_rows: ClassVar[int] = 1000
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def customer(self, who: Identity) -> Customers:
        answer: Customers = self._answer("customer", who)
        return answer

    def orders(self, who: Identity) -> Orders:
        answer: Orders = self._answer("orders", who)
        return answer

    def payments(self, who: Identity) -> Payments:
        answer: Payments = self._answer("payments", who)
        return answer

    def check(self) -> str:
        return "The recording connector answers."

    def _answer(self, capability: str, who: Identity) -> Any:
        with self._lock:
            self.calls.append((self.name, capability, who.emails[0] if who.emails else None))
        if self.seconds:
            time.sleep(self.seconds)
        chosen = type(self).answer
        if chosen is not None:
            return chosen(capability, who)
        return self.demo(capability, who)

    def demo(self, capability: str, who: Identity) -> Any:
        """Return what the demo connector answers, cut to `most_rows`."""
        settings = {"shop": self.name, "currency": "EUR", "latency": 0, "fault": "none"}
        answer = getattr(DemoConnector(settings, name=self.name), capability)(who)
        if isinstance(answer, Orders):
            return structs.replace(answer, orders=answer.orders[: self.most_rows])
        return answer


@contextmanager
def installed_connector() -> Iterator[type[RecordingConnector]]:
    """Install the connector beside the real ones for the length of a test."""
    RecordingConnector.calls.clear()
    RecordingConnector.answer = None
    RecordingConnector.seconds = 0.0
    RecordingConnector.most_rows = 1000
    real = registry.connectors()
    both = Installed({**real.plugins, "recording": RecordingConnector}, real.broken)
    with patch.object(registry, "connectors", lambda: both):
        yield RecordingConnector


class WithSecret(Connector):
    """Takes a token for an address, and writes down with what it was asked."""

    slug = "with-secret"
    title = "With a secret"
    capabilities = ("orders",)
    destination = ("address",)
    seen: ClassVar[list[dict[str, Any]]] = []

    class SettingsForm(forms.Form):
        address = forms.URLField(assume_scheme="https")
        token = SecretField()

    def orders(self, who: Identity) -> Orders:
        self.seen.append(dict(self.settings))
        return Orders()

    def check(self) -> str:
        self.seen.append(dict(self.settings))
        return "It answers."


@pytest.fixture
def connector_with_secret() -> Iterator[type[WithSecret]]:
    WithSecret.seen.clear()
    real = registry.connectors()
    both = Installed({**real.plugins, "with-secret": WithSecret}, real.broken)
    with patch.object(registry, "connectors", lambda: both):
        yield WithSecret


@pytest.fixture
def connector() -> Iterator[type[RecordingConnector]]:
    with installed_connector() as kind:
        yield kind
