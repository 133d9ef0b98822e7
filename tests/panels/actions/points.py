"""A panel whose actions the tests count, and whose answers they choose."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from django import forms
from django.conf import settings as django_settings
from django.test import Client
from django.test.utils import override_settings

from panels import registry
from panels.api import Action, ActionContext, Done, FetchContext, Panel, PanelContext
from panels.registry import Installed
from tenants.models import Account
from tests.factories import make_account, make_app, make_placement
from tests.support.contexts import context_body
from tests.support.host import AGENT, HostInMemory, sign_in

TEMPLATES = Path(__file__).parent / "templates"


class GiveForm(forms.Form):
    points = forms.IntegerField(min_value=1, label="How many")
    reason = forms.CharField(widget=forms.HiddenInput)
    words = forms.CharField(required=False)


class Give(Action):
    """Asks only where it is much; may be tried again."""

    name = "give"
    title = "Give points"
    Form = GiveForm
    is_repeatable = True
    runs: ClassVar[list[ActionContext]] = []
    answer: ClassVar[Callable[[ActionContext], Done] | None] = None

    def question(self, ctx: PanelContext, params: Mapping[str, Any]) -> str:
        if params["points"] > 1000:
            raise forms.ValidationError("Nobody gets so many.")
        return f"Give {params['points']} to one who has {ctx.data['points']}?" if params["points"] > 100 else ""

    def run(self, ctx: ActionContext) -> Done:
        Give.runs.append(ctx)
        if Give.answer is not None:
            return Give.answer(ctx)
        PointsPanel.points += ctx.params["points"]
        return Done(f"{ctx.params['points']} given.", note=f"{ctx.params['points']} points")


class Reset(Action):
    """For administrators, without anything to enter."""

    name = "reset"
    title = "Reset"
    role = "administrator"
    is_grave = True

    def run(self, ctx: ActionContext) -> Done:
        PointsPanel.points = 0
        return Done("All gone.")


class PointsPanel(Panel):
    """Shows how many points there are."""

    slug = "points"
    title = "Points"
    actions = (Give, Reset)
    keeps = True
    points: ClassVar[int] = 40
    fetches: ClassVar[int] = 0

    def fetch(self, ctx: FetchContext) -> Any:
        PointsPanel.fetches += 1
        return {"points": PointsPanel.points}


@contextmanager
def installed_points() -> Iterator[None]:
    """Install the panel beside the real ones for the length of a test."""
    Give.runs.clear()
    Give.answer, PointsPanel.points, PointsPanel.fetches = None, 40, 0
    real = registry.panels()
    both = Installed({**real.plugins, "points": PointsPanel()}, real.broken)
    engine: dict[str, Any] = django_settings.TEMPLATES[0]
    templates = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]}]
    with patch.object(registry, "panels", lambda: both), override_settings(TEMPLATES=templates):
        yield


class Tab:
    """A tab of an account with the panel of points, as one agent has it open."""

    def __init__(self, hosts: dict[int, HostInMemory], agent: int = AGENT, **values: Any) -> None:
        self.account: Account = make_account(**{"trust": "signed_in", **values})
        hosts[self.account.pk] = HostInMemory()
        self.app = make_app(self.account)
        self.placement = make_placement(self.app, panel="points")
        self.headers = sign_in(self.account, agent) if self.account.trust == "signed_in" else {}
        self.agent = agent
        self.key = secrets.token_hex(16)
        self.open()

    def open(self) -> str:
        body = context_body(self.account, agent=self.agent, uuid="uuid-of-7")
        path = f"/a/{self.app.key}/context"
        response = Client().post(path, body, content_type="application/json", headers=self.headers)
        assert response.status_code == 200, response.content
        self.headers["X-Voxys-Context"] = response["X-Voxys-Context"]
        return response.content.decode()

    def press(self, action: str = "give", *, key: str | None = None, consent: str = "", **fields: Any) -> Any:
        headers = {**self.headers, "Idempotency-Key": key or self.key, "X-Voxys-Consent": consent}
        path = f"/a/{self.app.key}/panels/{self.placement.pk}/actions/{action}"
        fields = fields or {"points": 5, "reason": "kind"}
        return Client().post(path, fields, headers=headers)

    def outcome(self, *args: Any, **fields: Any) -> str:
        """Press and return the outcome."""
        response = self.press(*args, **fields)
        assert response.status_code == 200, response.content
        found = re.match(r'<div data-outcome="(\w+)"', response.content.decode())
        assert found, response.content
        return found[1]
