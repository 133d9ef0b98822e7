"""The settings of placements and connections: what a plugin's form asks for, its secrets apart from the rest."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from panels import registry
from panels.base import Panel
from panels.connectors.base import Connector
from panels.models import Connection, Placement
from panels.secret_field import SecretField
from tenants.secrets import get_secret


def plugin_slug(row: Connection | Placement) -> str:
    """Return the slug of the row's connector or panel."""
    return row.connector if isinstance(row, Connection) else row.panel


def settings_form(row: Connection | Placement) -> type[forms.Form] | None:
    """Return the form of the row's connector or panel, or None where that is not installed."""
    plugin = _plugin(row)
    return plugin.SettingsForm if plugin else None


def leads_elsewhere(row: Connection | Placement, before: Mapping[str, Any], slug: str) -> bool:
    """Return whether the row's secrets were given for another destination: with these settings, of that plugin."""
    plugin = _plugin(row)
    if plugin is None or slug != plugin_slug(row):
        return slug != plugin_slug(row)
    # A destination that is left out is the same as an empty one: forms store it, files need not name it.
    return any((before.get(name) or "") != (row.settings.get(name) or "") for name in plugin.destination)


def _plugin(row: Connection | Placement) -> type[Connector] | Panel | None:
    plugins: Mapping[str, type[Connector] | Panel] = (
        registry.connectors().plugins if isinstance(row, Connection) else registry.panels().plugins
    )
    return plugins.get(plugin_slug(row))


def secret_names(form_class: type[forms.Form]) -> tuple[str, ...]:
    """Return which of the form's fields are secrets."""
    return tuple(name for name, field in form_class.base_fields.items() if isinstance(field, SecretField))


def read_settings(row: Connection | Placement, form_class: type[forms.Form]) -> dict[str, Any]:
    """Return the row's settings as its plugin gets them: cleaned, and with its secrets. Raises `SealBroken`."""
    secrets = {name: value for name in secret_names(form_class) if (value := get_secret(row, name))}
    return clean_settings(form_class, {**row.settings, **secrets})


def clean_settings(form_class: type[forms.Form], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as the form cleans them; a value it refuses is replaced by the field's initial.

    A plugin's new version may know other fields than the one that stored the settings.
    """
    unbound = form_class()
    initial = {name: unbound.get_initial_for_field(field, name) for name, field in unbound.fields.items()}
    form = form_class(data={**initial, **stored})
    form.is_valid()
    return {**initial, **form.cleaned_data}


def split(form_class: type[forms.Form], entered: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the settings and the secrets among what was entered."""
    names = secret_names(form_class)
    secrets = {name: str(value) for name, value in entered.items() if name in names and value}
    return {name: value for name, value in entered.items() if name not in names}, secrets


def check_settings(
    form_class: type[forms.Form], entered: Any, secrets: Mapping[str, str], stored: tuple[str, ...] = ()
) -> None:
    """Raise ValidationError with a sentence for each setting that is wrong, missing or unknown.

    `stored` names the secrets that need not be entered again.
    """
    if not isinstance(entered, dict):
        raise ValidationError({"settings": _("Enter the settings as an object, such as {}.")})
    unbound = form_class()
    unknown = sorted({*entered, *secrets} - set(unbound.fields))
    if unknown:
        known = ", ".join(unbound.fields) or pgettext("settings", "none")
        raise ValidationError(
            {
                "settings": _("Unknown setting: %(unknown)s. Known settings: %(known)s.")
                % {"unknown": ", ".join(unknown), "known": known}
            }
        )
    initial = {name: unbound.get_initial_for_field(field, name) for name, field in unbound.fields.items()}
    form = form_class(data={**initial, **entered, **secrets})
    for name in stored:
        if name in form.fields:
            form.fields[name].required = False
    try:
        is_valid = form.is_valid()
    except Exception as error:
        # A plugin's own cleaning may raise anything. Without its text, which may quote a secret.
        sentence = _("The plugin's settings form failed: %(error)s. Tell its author.") % {"error": type(error).__name__}
        raise ValidationError({"settings": sentence}) from error
    if not is_valid:
        raise ValidationError(
            {"settings": [f"{name}: {message}" for name, messages in form.errors.items() for message in messages]}
        )
