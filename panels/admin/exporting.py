"""Accounts as CSV or YAML from the admin: those chosen in the list, or all that the list shows. Without secrets."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from panels.declarations.csv_files import write_csv
from panels.declarations.dumping import dump_yaml
from tenants.admin.base import OfAccountsAdmin
from tenants.models import Account

_Answer = Callable[[QuerySet[Account]], HttpResponse]


def _csv(accounts: QuerySet[Account]) -> HttpResponse:
    return _download("".join(write_csv(accounts.order_by("pk"))), "text/csv", "accounts.csv")


def _yaml(accounts: QuerySet[Account]) -> HttpResponse:
    return _download(dump_yaml(accounts.order_by("pk")), "application/yaml", "accounts.yaml")


@admin.action(description=_("Export the chosen accounts as CSV"), permissions=["view"])
def export_csv(admin: OfAccountsAdmin, request: HttpRequest, accounts: QuerySet[Account]) -> HttpResponse:
    """Send a table of the chosen accounts."""
    return _csv(accounts)


@admin.action(description=_("Export the chosen accounts as YAML"), permissions=["view"])
def export_yaml(admin: OfAccountsAdmin, request: HttpRequest, accounts: QuerySet[Account]) -> HttpResponse:
    """Send the chosen accounts with their connections, apps and placements."""
    return _yaml(accounts)


def export_urls(admin: OfAccountsAdmin) -> list[URLPattern]:
    """Return the addresses of the whole list, as it is filtered and searched, in both formats."""
    return [_list_page(admin, "csv", _csv), _list_page(admin, "yaml", _yaml)]


def _list_page(admin: OfAccountsAdmin, name: str, answer: _Answer) -> URLPattern:
    @require_safe
    def exported(request: HttpRequest) -> HttpResponse:
        if not admin.has_view_permission(request):
            raise PermissionDenied
        try:
            shown: Any = admin.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{reverse('admin:tenants_account_changelist')}?e=1")
        return answer(shown.queryset)

    return path(f"export/{name}/", admin.admin_site.admin_view(exported), name=f"tenants_account_export_{name}")


def _download(text: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
