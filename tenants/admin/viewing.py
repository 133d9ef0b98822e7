"""View records in the Django admin: to be searched and exported, never changed."""

import csv
from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from tenants.admin.base import AccountFilter
from tenants.admin.dates import DatedAdmin
from tenants.admin.words import TRUST
from tenants.models import ViewRecord
from tenants.selectors import visible_accounts
from tenants.trust.identity import identifier_digests

# More in one query are more than SQLite takes.
_ACCOUNTS_AT_ONCE = 500
_COLUMNS = (
    *("seen_at", "account_id", "agent_id", "session_id", "conversation_id", "contact_id", "dashboard_app_id"),
    *("panels", "trust", "identifiers_edited"),
)
# Longer numbers are phones or identifiers, not ids.
_LONGEST_ID = 9
# A spreadsheet would take these for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@admin.register(ViewRecord)
class ViewRecordAdmin(DatedAdmin):
    """Who saw which customer's data, when, through which panels."""

    list_display = (
        *("seen_at", "account", "agent_id", "contact_id", "conversation_id", "dashboard_app", "shown_panels"),
        *("level", "identifiers_edited"),
    )
    list_filter = (("account", AccountFilter), "trust", "identifiers_edited", "seen_at")
    list_select_related = ("account", "dashboard_app")
    search_fields = ("=agent_id", "=contact_id", "=conversation_id")
    search_help_text = _("An id, or a customer's e-mail or phone")
    empty_text = _("Whenever an agent is shown a customer's data, it is written down here within a minute.")
    date_hierarchy = "seen_at"
    actions = ("export",)
    is_editable = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ViewRecord], search_term: str
    ) -> tuple[QuerySet[ViewRecord], bool]:
        """Find ids as they are, and anything else by its digest, which is another one in every account."""
        value = search_term.strip()
        if not value or (value.isdecimal() and len(value) <= _LONGEST_ID):
            return super().get_search_results(request, queryset, search_term)
        found: list[int] = []
        # Where an account or a day is chosen, few are left to be searched.
        has_records = Exists(queryset.order_by().filter(account=OuterRef("pk")))
        account_ids = list(visible_accounts(request.user).filter(has_records).values_list("pk", flat=True))
        for begin in range(0, len(account_ids), _ACCOUNTS_AT_ONCE):
            wanted = [_of_customer(account_id, value) for account_id in account_ids[begin : begin + _ACCOUNTS_AT_ONCE]]
            found += queryset.filter(reduce(or_, wanted)).order_by().values_list("pk", flat=True)
        return queryset.filter(pk__in=found), False

    @admin.display(description=_("trust"), ordering="trust")
    def level(self, record: ViewRecord) -> str:
        return str(TRUST.get(record.trust, record.trust))

    @admin.display(description=_("panels"))
    def shown_panels(self, record: ViewRecord) -> str:
        return ", ".join(record.panels)

    @admin.action(description=_("Export the chosen records as CSV"), permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[ViewRecord]) -> HttpResponseBase:
        rows = queryset.order_by("seen_at", "pk").values_list(*_COLUMNS)
        response = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="view-records.csv"'
        response["Cache-Control"] = "no-store"
        return response


def _of_customer(account_id: int, value: str) -> Q:
    (digest,) = identifier_digests(account_id, value)
    return Q(account_id=account_id, identifiers__contains=f" {digest} ")


class _Line:
    """What csv writes to: it gives each line back."""

    def write(self, line: str) -> str:
        return line


def _csv(rows: QuerySet[Any, Any]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(_COLUMNS)
    for row in rows.iterator(chunk_size=2_000):
        yield writer.writerow([_cell(value) for value in row])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = (
        " ".join(value) if isinstance(value, list) else value.isoformat() if hasattr(value, "isoformat") else str(value)
    )
    return f"'{text}" if text.startswith(_FORMULA) else text
