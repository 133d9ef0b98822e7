"""Which of the described settings and secrets are new. Values of secrets are compared here and told nowhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from panels.declarations.comparing import is_same, told
from panels.declarations.shapes import NamedSecret
from panels.models import Connection, Placement
from panels.settings_forms import secret_names, settings_form
from tenants.secrets import get_secret
from voxysapps.sealing import SealBroken


@dataclass(frozen=True, slots=True)
class SecretValues:
    """Values by the names that files call them."""

    values: Mapping[str, str]

    def __repr__(self) -> str:
        return "SecretValues(…)"

    def missing(self, named: Mapping[str, NamedSecret]) -> Iterator[tuple[str, str]]:
        """Yield the secrets without a value, each with a sentence."""
        for name, secret in named.items():
            if not self._value(secret):
                yield name, _("There is no value for “%(name)s”.") % {"name": secret.name}

    def entered(self, owner: Any, named: Mapping[str, NamedSecret], *, anew: bool = False) -> dict[str, str]:
        """Return the values that are not stored as they are; with `anew` all of them."""
        values = {name: self._value(secret) for name, secret in named.items()}
        return {name: value for name, value in values.items() if value and (anew or _stored(owner, name) != value)}

    def _value(self, secret: NamedSecret) -> str:
        return self.values.get(secret.name, "").strip()


def settings_told(row: Connection | Placement, before: Mapping[str, Any]) -> list[str]:
    """Return in words which settings changed. A value is told only where the form has such a setting, not secret."""
    form_class = settings_form(row)
    known = set(form_class.base_fields) - set(secret_names(form_class)) if form_class else set()
    lines = []
    for name in sorted({*before, *row.settings}):
        old, new = before.get(name), row.settings.get(name)
        if (name in before) != (name in row.settings) or not is_same(old, new):
            lines.append(f"settings.{name} {told(old)} → {told(new)}" if name in known else f"settings.{name}")
    return lines


def misplaced(
    row: Connection | Placement, settings: Mapping[str, Any], named: Mapping[str, NamedSecret]
) -> Iterator[tuple[str, str]]:
    """Yield what is a secret and stands among the settings, or the other way round, each with a sentence."""
    form_class = settings_form(row)
    if form_class is None:
        return
    names = secret_names(form_class)
    for name in sorted(set(names) & set(settings)):
        sentence = _("“%(name)s” is a secret. Enter it under secrets, as %(name)s: {env: NAME}")
        yield "settings", sentence % {"name": name}
    for name in named:
        if name not in names:
            yield f"secrets.{name}", _("This is no secret. Known: %(names)s.") % {"names": ", ".join(names) or "–"}


def _stored(owner: Any, name: str) -> str | None:
    try:
        return get_secret(owner, name) if owner.pk else None
    except SealBroken:
        return None  # sealed with a key that is gone: the value is needed again
