"""The settings of placements and connections: what a plugin's form asks for, its secrets apart from the rest."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from panels import registry
from panels.base import Panel
from panels.connectors.base import Connector
from panels.errors import OperatorError
from panels.models import Connection, Placement
from panels.secret_field import SecretField
from tenants.models import SealedSecret
from tenants.secrets import live_rows, mark_used, place_of
from voxysapps.sealing import SealBroken, unseal

Answer = TypeVar("Answer")

# The code of the error that says so: nothing that is entered would mend it.
FORM_FAILED = "form_failed"


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


@dataclass(frozen=True, slots=True)
class Turn:
    """Settings as a plugin gets them: cleaned, with secrets. `rows` are the stored ones among those."""

    settings: Mapping[str, Any] = field(repr=False)
    rows: tuple[SealedSecret, ...] = ()


class Turns:
    """The same settings with the newest secrets first, and after them with the older ones that a rotation keeps."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = turns
        self._used: tuple[SealedSecret, ...] = ()
        # Whether the newest were refused where older ones were taken.
        self.took_older = False

    @property
    def newest(self) -> Mapping[str, Any]:
        """The settings with the newest secrets."""
        return self._turns[0].settings

    def ask(self, question: Callable[[Mapping[str, Any]], Answer]) -> Answer:
        """Return the first answer that is no refusal; where all are, raise the first."""
        refused: OperatorError | None = None
        for turn in self._turns:
            try:
                answer = question(turn.settings)
            except OperatorError as error:
                refused = refused or error
                continue
            self._used, self.took_older = turn.rows, refused is not None
            return answer
        assert refused is not None  # noqa: S101 - there is one turn at least
        raise refused

    def answered(self) -> None:
        """Note that the secrets of the last answer were accepted where they belong."""
        mark_used(*self._used)


def read_settings(
    row: Connection | Placement, form_class: type[forms.Form], entered: Mapping[str, str] | None = None
) -> Turns:
    """Return the row's settings as its plugin gets them: cleaned, and with its secrets. Raises `SealBroken`.

    `entered` are secrets to be used in place of the stored ones.
    """
    given = entered or {}
    wanted = set(secret_names(form_class)) - set(given)
    live: dict[str, list[SealedSecret]] = {}
    for one in live_rows(row) if wanted else ():
        if one.name in wanted:
            live.setdefault(one.name, []).append(one)
    turns = [_turn(row, form_class, [rows[0] for rows in live.values()], given)]
    if any(len(rows) > 1 for rows in live.values()):
        # A key and its secret are changed together, so the older ones belong together, too.
        with suppress(SealBroken):
            turns.append(_turn(row, form_class, [rows[-1] for rows in live.values()], given))
    return Turns(turns)


def _turn(
    row: Connection | Placement, form_class: type[forms.Form], rows: Sequence[SealedSecret], entered: Mapping[str, str]
) -> Turn:
    secrets = {one.name: unseal(one.sealed, place_of(row, one.name)) for one in rows}
    return Turn(clean_settings(form_class, {**row.settings, **secrets, **entered}), tuple(rows))


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
    if misplaced := sorted(set(entered) & set(secret_names(form_class))):
        # There they would be kept and shown as they are.
        sentence = _("This is a secret, and is sent in “secrets”: %(names)s.") % {"names": ", ".join(misplaced)}
        raise ValidationError({"settings": sentence})
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
        raise ValidationError({"settings": ValidationError(sentence, FORM_FAILED)}) from error
    if not is_valid:
        raise ValidationError(
            {"settings": [f"{name}: {message}" for name, messages in form.errors.items() for message in messages]}
        )
