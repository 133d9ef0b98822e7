"""The audit in the Django admin: to be searched, never changed."""

import datetime as dt
import json
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext_lazy as _

from tenants.admin.base import AccountFilter
from tenants.admin.dates import DatedAdmin
from tenants.admin.filters import by_known
from tenants.admin.words import ACTIONS, SECRETS, TOLD
from tenants.audit import VIAS
from tenants.models import AuditEntry
from tenants.selectors import is_platform_administrator

# How many changes a row of the list has room for.
_ROOM = 3
_NOTHING: tuple[Any, ...] = (None, "", [], {})


@admin.register(AuditEntry)
class AuditEntryAdmin(DatedAdmin):
    """Who changed what, when, from what to what."""

    is_editable = False
    list_display = ("at", "actor", "via", "done", "thing", "object_name", "account", "short")
    list_filter = (
        ("account", AccountFilter),
        ("via", by_known(lambda: dict(zip(VIAS, VIAS, strict=True)))),
        ("action", by_known(lambda: ACTIONS)),
    )
    list_select_related = ("account",)
    search_fields = ("actor", "object_name")
    search_help_text = _("Who, or the name of what was changed")
    empty_text = _("Every change is written down here, with who made it.")
    fields = ("at", "actor", "via", "account", "done", "thing", "object_id", "object_name", "what")
    readonly_fields = fields
    date_hierarchy = "at"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the entries of the operator's accounts; those of no account are for platform administrators."""
        found = super().get_queryset(request)
        return found if is_platform_administrator(request.user) else found.filter(account__isnull=False)

    @admin.display(description=_("action"), ordering="action")
    def done(self, entry: AuditEntry) -> str:
        return str(ACTIONS.get(entry.action, entry.action))

    @admin.display(description=_("kind"), ordering="object_type")
    def thing(self, entry: AuditEntry) -> str:
        model = _model(entry)
        return str(model._meta.verbose_name) if model else entry.object_type  # noqa: SLF001 - Django's own name

    @admin.display(description=_("changes"))
    def what(self, entry: AuditEntry) -> SafeString | str:
        return _listed(_sentences(entry))

    @admin.display(description=_("changes"))
    def short(self, entry: AuditEntry) -> SafeString | str:
        """Return the first changes: a row of the list has room for no more."""
        sentences = _sentences(entry)
        more = len(sentences) - _ROOM
        if more > 0:
            told = ngettext("and %(number)d more", "and %(number)d more", more) % {"number": more}
            sentences = [*sentences[:_ROOM], told]
        return _listed(sentences)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _model(entry: AuditEntry) -> type[Model] | None:
    try:
        return apps.get_model(entry.object_type)
    except (LookupError, ValueError):  # gone with its app
        return None


def _sentences(entry: AuditEntry) -> list[str]:
    """Return what was changed, one sentence a field; of what was added, what it begins with."""
    model, sentences = _model(entry), list[str]()
    for name, (old, new) in entry.changes.items():
        if name == "account" or (old in _NOTHING and new in _NOTHING):
            continue  # it has a column of its own
        label = _label(model, name)
        if isinstance(old, dict) and isinstance(new, dict):
            keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
            sentences.extend(f"{label}, {key}: {_told(old.get(key), new.get(key))}" for key in keys)
        else:
            sentences.append(f"{label}: {_told(old, new)}")
    return sentences


def _told(old: Any, new: Any) -> str:
    if not get_language_bidi():
        return _short(new) if old in _NOTHING else f"{_short(old)} → {_short(new)}"
    # Values have directions of their own, and the arrow points on.
    before, after = (f"\u2068{_short(value)}\u2069" for value in (old, new))
    return after if old in _NOTHING else f"{before} ← {after}"


def _label(model: type[Model] | None, name: str) -> str:
    """Return what the forms call the field."""
    try:
        field: Any = model._meta.get_field(name) if model else None  # noqa: SLF001 - Django's own name for it
    except FieldDoesNotExist:
        field = None
    return str(SECRETS.get(name) or getattr(field, "verbose_name", TOLD.get(name, name)))


def _listed(sentences: list[str]) -> SafeString | str:
    if not sentences:
        return "-"
    rows = format_html_join("", '<li dir="auto">{}</li>', ((sentence,) for sentence in sentences))
    return format_html('<ul class="changes">{}</ul>', rows)


def _moment(text: str) -> dt.datetime | None:
    """Return the time that the audit has written down as ISO 8601; None for any other text."""
    try:
        moment = parse_datetime(text) if "T" in text else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _short(value: Any) -> str:
    if value in _NOTHING:
        return "∅"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = "; ".join(value)
    elif isinstance(value, str) and (moment := _moment(value)):
        return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"  # noqa: PLR2004 - what a row has room for
