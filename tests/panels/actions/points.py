"""A panel whose actions the tests count, and whose answers they choose."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from django import forms
from django.conf import settings as django_settings
from django.test.utils import override_settings

from panels import registry
from panels.api import Action, ActionContext, Done, FetchContext, Panel, PanelContext
from panels.registry import Installed

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
    engine = django_settings.TEMPLATES[0]
    templates = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]}]
    with patch.object(registry, "panels", lambda: both), override_settings(TEMPLATES=templates):
        yield
