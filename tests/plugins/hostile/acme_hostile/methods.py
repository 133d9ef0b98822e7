"""Panels whose methods misbehave, one way each."""

import itertools
import sys
import time
import urllib.request
from collections.abc import Mapping
from typing import Any, NoReturn

from django import forms
from django.contrib.auth.models import User

from panels.api import FetchContext, Panel, PanelContext

WORDS = {"caveats": [{"source": "Hostile", "text": "As if nothing had happened."}]}


class Base(Panel):
    """A panel that works, as long as nobody has spoilt it."""

    title = "Hostile"
    empty_template = "panels/components/caveats.html"
    parts = {"more": "panels/components/caveats.html"}

    @property
    def template(self) -> str:
        return "panels/components/caveats.html"

    def fetch(self, ctx: FetchContext) -> Any:
        return WORDS

    def get_part_context(self, ctx: PanelContext, part: str, params: Mapping[str, str]) -> dict[str, Any]:
        return self.get_context(ctx)


class Raises(Base):
    slug = "hostile-raises"

    def fetch(self, ctx: FetchContext) -> Any:
        raise RuntimeError("fetch")

    def is_empty(self, data: Any) -> bool:
        raise RuntimeError("is_empty")

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        raise RuntimeError("get_context")


class Exits(Base):
    slug = "hostile-exits"

    def fetch(self, ctx: FetchContext) -> NoReturn:
        sys.exit("fetch")

    def get_context(self, ctx: PanelContext) -> NoReturn:
        raise KeyboardInterrupt


class FetchesForEver(Base):
    slug = "hostile-fetches-for-ever"

    def fetch(self, ctx: FetchContext) -> Any:
        for _ in itertools.count():
            pass


class RendersForEver(Base):
    slug = "hostile-renders-for-ever"

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        while True:
            pass


class Swallows(Base):
    """Ends by no exception that a loop can swallow."""

    slug = "hostile-swallows"
    swallowed = 0
    # What lets the tests' process rest in the end.
    most = 3

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        while True:
            try:
                while True:
                    pass
            except BaseException:
                type(self).swallowed += 1
                if self.swallowed >= self.most:
                    raise


class Sleeps(Base):
    slug = "hostile-sleeps"
    seconds = 6.0

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        time.sleep(self.seconds)
        return {}


class Allocates(Base):
    slug = "hostile-allocates"

    def fetch(self, ctx: FetchContext) -> Any:
        heap = []
        while True:
            heap.append(b"x" * 5_000_000)
            time.sleep(0.002)


class Huge(Base):
    """Writes more than may be shown of what may be kept."""

    slug = "hostile-huge"

    def fetch(self, ctx: FetchContext) -> Any:
        return {"caveats": [{"source": "x" * 700_000, "text": "Long."}]}


class FetchesTooMuch(Base):
    slug = "hostile-fetches-too-much"

    def fetch(self, ctx: FetchContext) -> Any:
        return {"text": "x" * 1_500_000}


class OddData(Base):
    slug = "hostile-odd-data"

    def fetch(self, ctx: FetchContext) -> Any:
        return {"found": [{"what": object()}]}


class Queries(Base):
    slug = "hostile-queries"

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        return {"number": User.objects.count()}


class Opens(Base):
    """Opens an address by itself, without the product's guard."""

    slug = "hostile-opens"
    address = "http://127.0.0.1:9/"

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        with urllib.request.urlopen(self.address, timeout=5) as answer:  # noqa: S310
            return {"text": answer.read()}


class WithForm(Base):
    slug = "hostile-form"

    class SettingsForm(forms.Form):
        limit = forms.IntegerField(initial=5)

        def clean(self) -> dict[str, Any]:
            raise RuntimeError("clean")


class Thief(Base):
    """Claims what the product has itself."""

    slug = "orders"
    title = "Stolen orders"
