"""The audit in the Django admin: to be searched, never changed."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tenants.admin_base import AccountFilter, OfAccountsAdmin
from tenants.models import AuditEntry
from tenants.selectors import is_platform_administrator


@admin.register(AuditEntry)
class AuditEntryAdmin(OfAccountsAdmin):
    """Who changed what, when, from what to what."""

    is_editable = False
    list_display = ("at", "actor", "via", "action", "object_type", "object_name", "account", "what")
    list_filter = (("account", AccountFilter), "via", "action")
    list_select_related = ("account",)
    search_fields = ("actor", "object_name")
    fields = ("at", "actor", "via", "account", "action", "object_type", "object_id", "object_name", "what")
    readonly_fields = fields
    date_hierarchy = "at"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the entries of the operator's accounts; those of no account are for platform administrators."""
        found = super().get_queryset(request)
        return found if is_platform_administrator(request.user) else found.filter(account__isnull=False)

    @admin.display(description=_("changes"))
    def what(self, entry: AuditEntry) -> SafeString | str:
        if not entry.changes:
            return "-"
        rows = ((name, _short(old), _short(new)) for name, (old, new) in entry.changes.items())
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {} → {}</li>", rows))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"  # noqa: PLR2004 - what a row has room for
