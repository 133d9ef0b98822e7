"""System checks of the installed plugins: what is broken is said at start, with the remedy."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template

from panels import registry
from panels.base import Panel


@register("panels")
def check_plugins(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report every panel and connector that cannot be used. The others work all the same."""
    found: list[CheckMessage] = [
        Error(sentence, hint="Mend or uninstall the package.", obj=f"{kind} {slug}", id="panels.E001")
        for kind, broken in (("panel", registry.panels().broken), ("connector", registry.connectors().broken))
        for slug, sentence in broken.items()
    ]
    for slug, panel in registry.panels().plugins.items():
        found.extend(check_panel(slug, panel))
    return found


def check_panel(slug: str, panel: Panel) -> list[CheckMessage]:
    """Report what keeps one panel from being shown."""
    found = [*_check_templates(slug, panel), *_check_settings(slug, panel)]
    if panel.capability is None and type(panel).fetch is Panel.fetch:
        found.append(
            Error(
                "The panel has no data: neither a capability nor a fetch method.",
                hint="Set `capability`, or write `fetch`.",
                obj=f"panel {slug}",
                id="panels.E002",
            )
        )
    return found


def _check_templates(slug: str, panel: Panel) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name in (panel.template, panel.empty_template, *panel.parts.values()):
        try:
            get_template(name)
        except (TemplateDoesNotExist, TemplateSyntaxError) as error:
            found.append(
                Error(
                    f"The template {name} cannot be used: {type(error).__name__}: {error}",
                    hint=f"Put it into the package's templates/{slug}/ folder.",
                    obj=f"panel {slug}",
                    id="panels.E003",
                )
            )
    return found


def _check_settings(slug: str, panel: Panel) -> list[CheckMessage]:
    form = panel.SettingsForm()
    lacking = [
        name
        for name, field in form.fields.items()
        if field.required and form.get_initial_for_field(field, name) is None
    ]
    return [
        Error(
            f"The setting “{name}” is required but has no initial value, so a new placement could not be shown.",
            hint="Give the field an `initial`, or `required=False`.",
            obj=f"panel {slug}",
            id="panels.E004",
        )
        for name in lacking
    ]
