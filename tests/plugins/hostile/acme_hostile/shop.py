"""Connectors that misbehave: in every method, and when they are made."""

import time
from collections.abc import Sequence
from typing import Any, NoReturn

from django import forms

from panels.api import Connector, Customers, Detail, Identity, Orders, Payments


class Shop(Connector):
    """What it does is chosen for each connection."""

    slug = "hostile-shop"
    title = "Hostile shop"
    capabilities = ("customer", "orders", "payments")
    timeout = 1.0

    class SettingsForm(forms.Form):
        deed = forms.CharField(initial="raises", required=False)

    def customer(self, who: Identity) -> Customers:
        answer: Customers = self._misbehave()
        return answer

    def orders(self, who: Identity) -> Orders:
        answer: Orders = self._misbehave()
        return answer

    def payments(self, who: Identity) -> Payments:
        answer: Payments = self._misbehave()
        return answer

    def check(self) -> str:
        text: str = self._misbehave()
        return text

    def explain(self) -> Sequence[Detail]:
        raise RuntimeError("explain")

    def _misbehave(self) -> Any:
        deed = self.settings["deed"]
        if deed == "exits":
            raise SystemExit(2)
        if deed == "loops":
            while True:
                pass
        if deed == "sleeps":
            time.sleep(4)
        if deed == "nonsense":
            return {"orders": "plenty"}
        raise RuntimeError(deed)


class Thief(Connector):
    """Claims what the product has itself."""

    slug = "demo"
    title = "Stolen demo"
    capabilities = ("orders",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.refuse()

    def refuse(self) -> NoReturn:
        raise RuntimeError("made")
