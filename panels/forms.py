"""Forms for what operators enter about placements and connections."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from panels import registry
from panels.models import Connection, Placement


class ConnectionForm(forms.ModelForm[Connection]):
    """A connection, with its settings checked by its connector's own form."""

    connector = forms.ChoiceField(label=capfirst(gettext_lazy("connector")))

    class Meta:
        model = Connection
        fields = ("account", "name", "connector", "settings", "is_enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plugins = registry.connectors().plugins
        _choose(self, "connector", {slug: str(kind.title) for slug, kind in plugins.items()})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = registry.connectors().plugins.get(cleaned.get("connector", ""))
        if kind is not None:
            cleaned["settings"] = _checked(kind.SettingsForm, cleaned.get("settings"))
        return cleaned


class PlacementForm(forms.ModelForm[Placement]):
    """A placement, with its settings checked by its panel's own form."""

    panel = forms.ChoiceField(label=capfirst(gettext_lazy("panel")))

    class Meta:
        model = Placement
        fields = ("panel", "title", "position", "settings", "connections", "is_enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plugins = registry.panels().plugins
        _choose(self, "panel", {slug: str(panel.title) for slug, panel in plugins.items()})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        panel = registry.panels().plugins.get(cleaned.get("panel", ""))
        if panel is not None:
            cleaned["settings"] = _checked(panel.SettingsForm, cleaned.get("settings"))
        return cleaned


def _choose(form: forms.ModelForm[Any], name: str, titles: dict[str, str]) -> None:
    """Offer the installed plugins, and keep the stored one where its package is gone."""
    stored = getattr(form.instance, name)
    choices = [("", "---------"), *titles.items()]
    if stored and stored not in titles:
        choices.append((stored, _("%(slug)s (not installed)") % {"slug": stored}))
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
    field.choices = choices


def _checked(form_class: type[forms.Form], entered: Any) -> dict[str, Any]:
    """Return the settings as entered, or raise a ValidationError that names each wrong one."""
    if not isinstance(entered, dict | None):
        raise ValidationError({"settings": _("Enter the settings as an object, such as {}.")})
    settings: dict[str, Any] = entered or {}
    unbound = form_class()
    unknown = sorted(set(settings) - set(unbound.fields))
    if unknown:
        known = ", ".join(unbound.fields) or pgettext("settings", "none")
        raise ValidationError(
            {
                "settings": _("Unknown setting: %(unknown)s. Known settings: %(known)s.")
                % {"unknown": ", ".join(unknown), "known": known}
            }
        )
    initial = {name: unbound.get_initial_for_field(field, name) for name, field in unbound.fields.items()}
    form = form_class(data={**initial, **settings})
    if not form.is_valid():
        raise ValidationError(
            {"settings": [f"{name}: {message}" for name, messages in form.errors.items() for message in messages]}
        )
    return settings
