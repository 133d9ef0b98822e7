"""Forms for what operators enter about connections and placements: our fields, and the plugin's own."""

import copy
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import json
from unfold import widgets

from panels.models import Connection, Placement
from panels.secret_field import SecretField
from panels.services import (
    prove_connection,
    save_connection,
    save_placement,
    validate_connection,
    validate_placement,
)
from panels.settings_forms import secret_names, settings_form
from tenants.forms import KeepOldField, ask_for_secrets_again
from tenants.secrets import live_rows
from tenants.watchful_forms import WatchfulForm

# What the plugin's fields are called among ours.
PREFIX = "setting_"
_WIDGETS: tuple[tuple[type[forms.Widget], type[forms.Widget]], ...] = (
    (forms.PasswordInput, widgets.UnfoldAdminPasswordWidget),
    (forms.CheckboxSelectMultiple, widgets.UnfoldAdminCheckboxSelectMultipleWidget),
    (forms.Select, widgets.UnfoldAdminSelectWidget),
    (forms.CheckboxInput, widgets.UnfoldBooleanSwitchWidget),
    (forms.Textarea, widgets.UnfoldAdminTextareaWidget),
    (forms.NumberInput, widgets.UnfoldAdminIntegerFieldWidget),
    (forms.TextInput, widgets.UnfoldAdminTextInputWidget),
)


class PluginForm(WatchfulForm):
    """A row with its plugin's settings. Made for one plugin by `form_for`."""

    settings_class: ClassVar[type[forms.Form]] = forms.Form

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = {row.name: row for row in reversed(live_rows(self.instance))} if self.instance.pk else {}
        for name in self.settings_class.base_fields:
            field = self.fields.get(PREFIX + name)
            if field is None:
                continue
            if name in self.instance.settings:
                self.initial[PREFIX + name] = self.instance.settings[name]
            if name in stored:
                field.required = False
                told = _("Stored, ending in …%(last4)s. Leave empty to keep it.") % {"last4": stored[name].last4}
                field.help_text = f"{field.help_text} {told}".strip()

    @property
    def entered_secrets(self) -> dict[str, str]:
        """The secrets that were entered, by name."""
        names = secret_names(self.settings_class)
        return {name: value for name in names if (value := self.cleaned_data.get(PREFIX + name))}

    def validate(self) -> None:
        """Raise ValidationError for what could not be saved."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's, which its stubs leave out
        if self.errors:
            return
        # Where its package is gone for now, or broken, the row keeps its settings.
        if settings_form(self.instance) is not None:
            self.instance.settings = {
                name: plain_value(self.cleaned_data[PREFIX + name])
                for name, field in self.settings_class.base_fields.items()
                if not isinstance(field, SecretField) and PREFIX + name in self.cleaned_data
            }
        try:
            self.validate()
        except ValidationError as error:
            self.add_error(None, error.messages)

    def full_clean(self) -> None:
        """Check what was entered; secrets in a form with errors are asked for again."""
        super().full_clean()
        if self.is_bound and self.is_shown_again:
            ask_for_secrets_again(self, [PREFIX + name for name in secret_names(self.settings_class)])


class MatchByField(forms.CharField):
    """By what customers are found, in order, as text with commas."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return [word for part in text.split(",") if (word := part.strip())]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class ConnectionForm(PluginForm):
    """A connection; the outside system is tried with what was entered."""

    warning = ""
    # Whether the outside system is asked while validating; a trial asks it by itself.
    asks = True
    keep_old_hours = KeepOldField()
    match_by = MatchByField(
        label=gettext_lazy("Customers are found by"),
        required=False,
        widget=widgets.UnfoldAdminTextInputWidget,
        help_text=gettext_lazy(
            "In order, with commas, such as “attribute:shop_id, email, phone”. Empty: what suits the system."
        ),
    )

    class Meta:
        model = Connection
        fields = ("account", "name", "match_by", "is_enabled")

    def validate(self) -> None:
        validate_connection(self.instance, self.entered_secrets)
        if not self.asks:
            return
        try:
            self.warning = prove_connection(self.instance, self.entered_secrets)
        except ValidationError as error:
            advice = _("Nothing was saved. Mend it below or in the other system, and save again.")
            raise ValidationError([*error.messages, advice]) from None

    def save_by_service(self) -> None:
        """Save what was found good."""
        overlap = self.cleaned_data.get("keep_old_hours")
        save_connection(self.instance, self.entered_secrets, keep_old_for=overlap, is_validated=True)


class PlacementForm(PluginForm):
    """A placement with its panel's settings."""

    class Meta:
        model = Placement
        fields = ("title", "position", "is_enabled", "connections")
        widgets: ClassVar = {"connections": widgets.UnfoldAdminCheckboxSelectMultipleWidget}

    def validate(self) -> None:
        validate_placement(self.instance, self.cleaned_data.get("connections") or (), self.entered_secrets)

    def save_by_service(self) -> None:
        """Save what was found good."""
        connections = self.cleaned_data.get("connections")
        save_placement(self.instance, connections, self.entered_secrets, is_validated=True)


class TabsForm(forms.Form):
    """Which panels get a tab of their own."""

    panels = forms.MultipleChoiceField(
        label=gettext_lazy("Panels"),
        widget=widgets.UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy(
            "Each gets a tab of its own, filled from all connections. All of it can be changed later."
        ),
    )

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["panels"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = choices
        field.initial = [slug for slug, _title in choices]


def form_for(base: type[PluginForm], row: Connection | Placement) -> type[PluginForm]:
    """Return the form for rows of the same plugin as `row`."""
    settings_class = settings_form(row) or forms.Form
    fields = {PREFIX + name: _styled(field) for name, field in settings_class.base_fields.items()}
    return type(base.__name__, (base,), {"settings_class": settings_class, **fields})


def plain_value(value: Any) -> Any:
    """Return a cleaned value as it is stored: JSON."""
    if isinstance(value, Mapping | list | tuple | str | bool | int | float | None):
        return value
    return json.decode(json.encode(value, enc_hook=str))


def _styled(field: forms.Field) -> forms.Field:
    """Return the plugin's field with the admin's look; a widget of its own it keeps."""
    styled = copy.deepcopy(field)
    for plain, ours in _WIDGETS:
        if type(styled.widget) is plain:
            options = {"choices": styled.widget.choices} if isinstance(styled.widget, forms.Select) else {}
            attrs = {**styled.widget.attrs, **(styled.widget_attrs(styled.widget) or {})}
            styled.widget = ours(attrs=attrs, **options)
            styled.widget.is_required = styled.required
            break
    if isinstance(styled, forms.ChoiceField):
        styled.widget.choices = styled.choices
    return styled
