"""Loyalty points of the customer, and a way to give some."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from acme_loyalty.system import LoyaltySystem
from panels.api import Action, ActionContext, Done, FetchContext, Panel, PanelContext, SecretField

ASK_FROM = 500


class SettingsForm(forms.Form):
    """What an operator enters for a placement."""

    address = forms.URLField(label=gettext_lazy("Address of the loyalty system"), assume_scheme="https", required=False)
    token = SecretField(label=gettext_lazy("Token"), required=False)
    rows = forms.IntegerField(label=gettext_lazy("Bookings shown"), initial=5, min_value=1, max_value=50)


class GiveForm(forms.Form):
    """What an agent enters."""

    points = forms.IntegerField(label=gettext_lazy("Points"), min_value=1, max_value=5000)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=100)


class GivePoints(Action):
    """Gives points; asks before it gives many."""

    name = "give-points"
    title = gettext_lazy("Give points")
    Form = GiveForm
    is_repeatable = True  # the loyalty system takes the key

    def question(self, ctx: PanelContext, params: Mapping[str, Any]) -> str:
        if params["points"] < ASK_FROM:
            return ""
        return _("Give %(points)s points to %(name)s?") % {"points": params["points"], "name": ctx.identity.name}

    def run(self, ctx: ActionContext) -> Done:
        system, points = LoyaltySystem(ctx.settings), ctx.params["points"]
        now = system.give(system.member(ctx.identity), points, reason=ctx.params["reason"], key=ctx.key)
        message = _("%(points)s points given. There are %(now)s now.") % {"points": points, "now": now}
        return Done(message, note=f"{points} points")


class LoyaltyPanel(Panel):
    """Shows points, level and the last bookings."""

    slug = "acme-loyalty"
    title = gettext_lazy("Loyalty points")
    requires_api = "~=1.1"
    SettingsForm = SettingsForm
    destination = ("address",)  # another address clears the token
    actions = (GivePoints,)
    keeps = True
    skeleton_lines = 3

    def fetch(self, ctx: FetchContext) -> Any:
        return LoyaltySystem(ctx.settings).find(ctx.identity)

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        member = ctx.data or {}
        return {"member": member, "bookings": (member.get("bookings") or [])[: ctx.settings["rows"]]}
