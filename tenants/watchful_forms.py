"""Two operators at the same page: whoever saves second is told, and overwrites nothing unseen."""

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from msgspec import json

from tenants import audit
from tenants.models import AuditEntry

# What the page began with, sent back by it.
SEEN = "_seen"
# What the platform itself writes down now and then, and no page lets anybody change.
_OURS = frozenset({"host_proved_at", "published_at", "host_id", "paused_at"})


def digest_of(row: Model) -> str:
    """Return a digest of what people have entered into the row."""
    told = {name: value for name, value in audit.values(row).items() if name not in _OURS}
    return hashlib.sha256(json.encode(told, order="sorted")).hexdigest()[:32]


class WatchfulForm(forms.ModelForm[Any]):
    """Refuses once to save over what somebody else has saved since the page was opened.

    What was entered stays. The page with the error is about the other's values, so saving again is meant.
    """

    # Whether this form is shown again with its errors. A trial's page stays as it is, in its own window.
    is_shown_again = True

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] | None = super().clean()
        seen = self.data.get(SEEN)
        # The row has the values of the database still: it is given the form's after this.
        if seen and self.is_shown_again and self.instance.pk and seen != digest_of(self.instance):
            raise ValidationError(_told(self.instance), code="conflict")
        return cleaned


def _told(row: Model) -> str:
    """Return what is said to whoever comes second."""
    kind = row._meta.label_lower  # noqa: SLF001 - Django's own name for it
    entry = AuditEntry.objects.filter(object_type=kind, object_id=str(row.pk)).order_by("-pk").first()
    said = _("Somebody else has changed this since you opened the page.")
    if entry is not None:
        said = _("%(who)s has changed this %(time)s ago, after you opened the page.") % {
            "who": entry.actor,
            "time": timesince(entry.at),
        }
    again = _("Nothing was saved. Look at it in another window; save again to put yours in its place.")
    return f"{said} {again}"
