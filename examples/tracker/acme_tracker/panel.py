"""Where the customer's parcels are."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from panels.api import Panel, PanelContext


class ParcelsSettingsForm(forms.Form):
    """How much is shown."""

    rows = forms.IntegerField(label=_("Parcels shown"), initial=5, min_value=1, max_value=50)


class ParcelsPanel(Panel):
    """Shows the last parcels, of all trackers that are connected."""

    slug = "acme-parcels"
    title = _("Parcels")
    requires_api = "~=1.1"
    capability = "acme_parcels"
    SettingsForm = ParcelsSettingsForm

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        parcels, rows = ctx.data.parcels, ctx.settings["rows"]
        return {
            "parcels": parcels[:rows],
            "hidden": max(len(parcels) - rows, 0),
            "is_of_several": len(ctx.connections) > 1,
        }
