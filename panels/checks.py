"""System checks of the installed plugins: what is broken is said at start, with the remedy.

`manage.py check` calls it an error. Every other command goes on, so that somebody's package keeps nobody from migrating
or serving: to it the same is a warning. docs/panels/containment.md
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 -- Django's names
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from panels import registry
from panels.base import Panel
from panels.capabilities import CAPABILITIES
from panels.inspection import describe

# What runs commands, named by its first argument.
_RUNNERS = frozenset({"manage.py", "voxysapps", "django-admin"})
_EXCLUDE = "To start without it, add “{slug}” to PANELS_EXCLUDE."


@register("panels")
def check_plugins(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report every panel and connector that cannot be used. The others work all the same."""
    found = [*_broken(), *_capabilities(), *_unreadable(), *_excluded_in_vain()]
    for slug, panel in registry.panels().plugins.items():
        found += check_panel(slug, panel)
    return found


def check_panel(slug: str, panel: Panel) -> list[CheckMessage]:
    """Report what keeps one panel from being shown."""
    return [*_templates(slug, panel), *_settings(slug, panel), *_no_data(slug, panel)]


def _message(number: int, sentence: str, *, hint: str, about: str) -> CheckMessage:
    if _goes_on():
        return Warning(sentence, hint=hint, obj=about, id=f"panels.W{number:03}")
    return Error(sentence, hint=hint, obj=about, id=f"panels.E{number:03}")


def _goes_on() -> bool:
    """Return whether this process runs a command that an error would keep from its work: any but `check`."""
    is_command = len(sys.argv) > 1 and Path(sys.argv[0]).name in _RUNNERS
    return is_command and sys.argv[1] != "check"


def _broken() -> Iterator[CheckMessage]:
    working = {(one.kind, one.slug) for one in registry.list_found() if one.state == "works"}
    for one in registry.list_found():
        if one.state == "broken":
            hint = "Mend, update or uninstall the package."
            # Where another one has the slug and works, excluding it would switch that off, too.
            if not one.is_ours and (one.kind, one.slug) not in working:
                hint = f"{hint} {_EXCLUDE.format(slug=one.slug)}"
            yield _message(1, one.sentence, hint=hint, about=f"{one.kind} {one.slug}")


def _capabilities() -> Iterator[CheckMessage]:
    for name, sentence in CAPABILITIES.broken.items():
        hint = f"Mend, update or uninstall the package. {_EXCLUDE.format(slug=name)}"
        yield _message(7, sentence, hint=hint, about=f"capability {name}")


def _no_data(slug: str, panel: Panel) -> Iterator[CheckMessage]:
    if panel.capability is None and type(panel).fetch is Panel.fetch:
        yield _message(
            2,
            "The panel has no data: neither a capability nor a fetch method.",
            hint="Set `capability`, or write `fetch`.",
            about=f"panel {slug}",
        )


def _templates(slug: str, panel: Panel) -> Iterator[CheckMessage]:
    for name in (panel.template, panel.empty_template, *panel.parts.values()):
        try:
            get_template(name)
        except Exception as error:  # noqa: BLE001 - compiling it imports its tag libraries, which may do anything
            hint = f"Put it into the package's templates/{slug}/ folder."
            if not isinstance(error, TemplateDoesNotExist):
                hint = "Mend the template."
            yield _message(
                3, f"The template {name} cannot be used: {describe(error)}", hint=hint, about=f"panel {slug}"
            )


def _settings(slug: str, panel: Panel) -> Iterator[CheckMessage]:
    form = panel.SettingsForm()
    for name, field in form.fields.items():
        if field.required and form.get_initial_for_field(field, name) is None:
            yield _message(
                4,
                f"The setting “{name}” is required but has no initial value, so a new placement could not be shown.",
                hint="Give the field an `initial`, or `required=False`.",
                about=f"panel {slug}",
            )


def _unreadable() -> Iterator[CheckMessage]:
    for package in registry.list_unreadable():
        yield _message(
            5,
            f"The entry points of the package {package} cannot be read, so none of its plugins is there.",
            hint="Install it again, or uninstall it.",
            about=package,
        )


def _excluded_in_vain() -> Iterator[CheckMessage]:
    known = {one.slug for one in registry.list_found()} | registry.capability_names()
    for slug in settings.PANELS_EXCLUDE:
        if slug not in known:
            yield Warning(
                f"PANELS_EXCLUDE names “{slug}”, which is no installed panel or connector.",
                hint="Take it out once the package is uninstalled for good.",
                id="panels.W006",
            )
