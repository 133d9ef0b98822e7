"""The placements of a dashboard app as rows of its page: which panel, where. Their settings have pages of their own."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT, ManagementForm
from django.forms.models import BaseInlineFormSet
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import widgets

from panels import registry
from panels.models import Placement
from panels.offers import Offers
from panels.services import validate_placement
from panels.settings_forms import FORM_FAILED
from tenants.models import DashboardApp
from tenants.refused_forms import RowRefused, add_refusal


class PanelSelect(widgets.UnfoldAdminSelectWidget):  # type: ignore[misc]  # Unfold has no types
    """Which panel. A stored row's cannot be changed, and is sent all the same: browsers leave out what is disabled."""

    is_fixed = False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        shown: SafeString = super().render(name, value, attrs, renderer)
        if not self.is_fixed:
            return shown
        return shown + format_html('<input type="hidden" name="{}" value="{}">', name, value)


class PlacementRowForm(forms.ModelForm[Placement]):
    """One row. What the service would refuse of it is said at its field."""

    # What the account is offered, where it is known.
    offers: ClassVar[Offers | None] = None
    # Why the page was not saved.
    refused: ClassVar[ValidationError | None] = None
    panel = forms.ChoiceField(label=gettext_lazy("Panel"), widget=PanelSelect)

    class Meta:
        model = Placement
        fields = ("panel", "title", "position", "is_enabled")

    def __init__(self, *args: Any, was_removed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._was_removed = was_removed
        stored, field = self.instance.panel, self.fields["panel"]
        installed = registry.panels().plugins
        titles = {
            slug: str(panel.title)
            for slug, panel in installed.items()
            if self.offers is None or self.offers.has_panel(slug)
        }
        choices = [("", "---------"), *titles.items()]
        if stored and stored not in titles:
            text = (
                _("%(panel)s (switched off for this account)")
                if stored in installed
                else _("%(panel)s (not installed)")
            )
            title = installed[stored].title if stored in installed else stored
            choices.append((stored, text % {"panel": title}))
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = choices
        if stored:
            # Another panel's settings would mean something else.
            field.disabled = True
            field.widget.is_fixed = True

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's, which its stubs leave out
        # What is not saved is not refused.
        if not self.has_changed() or self.cleaned_data.get("DELETE"):
            return
        if self._was_removed:
            said = _("Somebody else has removed this panel since you opened the page.")
            advice = _("Save again to put it back, or take the row out.")
            self.add_error(None, f"{said} {advice}")
        elif isinstance(self.refused, RowRefused) and self.refused.prefix == self.prefix:
            add_refusal(self, self.refused)
        elif not self.errors:
            self._ask_service()

    def _ask_service(self) -> None:
        placement = self.instance
        if placement.dashboard_app.account_id is None:
            return  # a new tab whose account is wrong: that is said first
        placement.account_id = placement.dashboard_app.account_id
        try:
            validate_placement(placement, ())
        except ValidationError as error:
            add_refusal(self, _with_advice(error, placement), {"settings": "panel"})


class PlacementRows(BaseInlineFormSet[Placement, DashboardApp, forms.ModelForm[Placement]]):
    """All rows. One that somebody else has removed meanwhile stays on the page, as a new one.

    Django would not show it any longer, and refuse the page because of it.
    """

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        self._removed = range(0)
        super().__init__(data, *args, **kwargs)
        if isinstance(data, QueryDict) and self.instance.pk:
            self._keep_removed(data)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "was_removed": index in self._removed}

    def _keep_removed(self, data: QueryDict) -> None:
        """Let rows that are no longer stored come after those that are."""
        counts: Any = ManagementForm(data, prefix=self.prefix)
        if not counts.is_valid() or counts.cleaned_data[TOTAL_FORM_COUNT] > self.absolute_max:
            return  # what no page of ours sends is refused as a whole
        total = counts.cleaned_data[TOTAL_FORM_COUNT]
        initial = min(counts.cleaned_data[INITIAL_FORM_COUNT], total)
        known = {str(row.pk): row for row in self.get_queryset()}
        sent = {number: known.get(data.get(f"{self.prefix}-{number}-id", "")) for number in range(initial)}
        stored = {number: row for number, row in sent.items() if row is not None}
        # In the order of the page: somebody else may have added rows, or moved them.
        self._queryset = list(stored.values())
        if len(stored) == initial:
            return
        # What both have removed is gone as it was meant.
        kept = [one for one in sent if one not in stored and not data.get(f"{self.prefix}-{one}-DELETE")]
        order = (*stored, *kept, *range(initial, total))
        self._removed = range(len(stored), len(stored) + len(kept))
        self.data = self._renumbered(data, order)
        self.data |= {
            f"{self.prefix}-{TOTAL_FORM_COUNT}": str(len(order)),
            f"{self.prefix}-{INITIAL_FORM_COUNT}": str(len(stored)),
            **{f"{self.prefix}-{number}-id": "" for number in self._removed},
        }

    def _renumbered(self, data: QueryDict, order: Sequence[int]) -> QueryDict:
        """Return what was sent, with these rows in this order."""
        places = {f"{self.prefix}-{old}-": f"{self.prefix}-{new}-" for new, old in enumerate(order)}
        renumbered = data.copy()
        renumbered.clear()
        for name, values in data.lists():
            row = self._row_of(name)
            if not row:
                renumbered.setlist(name, values)
            elif row in places:
                renumbered.setlist(places[row] + name.removeprefix(row), values)
        return renumbered

    def _row_of(self, name: str) -> str:
        """Return the prefix of the row that a field belongs to, or ""."""
        number, found, _field = name.removeprefix(f"{self.prefix}-").partition("-")
        is_row = name.startswith(f"{self.prefix}-") and found and number.isdecimal()
        return f"{self.prefix}-{number}-" if is_row else ""


def _with_advice(error: ValidationError, placement: Placement) -> ValidationError:
    """Return the error, with what to do where it is about settings: they are not entered in rows."""
    of_settings = error.error_dict.get("settings", []) if hasattr(error, "error_dict") else []
    if not of_settings or any(one.code == FORM_FAILED for one in of_settings):
        return error
    advice = _("It has a page of its own for its settings: press “Change” beside it.")
    if not placement.pk:
        advice = _("This panel needs settings from the start, which no row has room for: add it by a file or the API.")
    return ValidationError({**error.error_dict, "settings": [*of_settings, advice]})
