"""Accounts and dashboard apps in the Django admin."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tenants.models import Account, DashboardApp


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin[Account]):
    """Accounts with their host and trust."""

    list_display = ("name", "host_origin", "host_account_id", "coloured_trust", "is_active", "is_demonstration")
    list_filter = ("is_active", "trust", "is_demonstration")
    search_fields = ("name", "host_origin")
    readonly_fields = ("is_demonstration", "created_at")

    class Media:
        css: ClassVar = {"all": ("tenants/admin.css",)}

    @admin.display(description=_("trust"), ordering="trust")
    def coloured_trust(self, account: Account) -> SafeString:
        return format_html('<span class="trust trust-{0}">{0}</span>', account.trust)


@admin.register(DashboardApp)
class DashboardAppAdmin(admin.ModelAdmin[DashboardApp]):
    """Dashboard apps; `panels` adds their placements."""

    list_display = ("title", "account", "is_enabled", "address")
    list_filter = ("account", "is_enabled")
    list_select_related = ("account",)
    search_fields = ("title", "key", "account__name")
    fields = ("account", "title", "position", "is_enabled", "address")
    readonly_fields = ("address",)
    inlines: ClassVar = []

    def get_readonly_fields(self, request: HttpRequest, obj: DashboardApp | None = None) -> list[str]:
        # Placements and connections belong to the account: an app does not move between two.
        return [*super().get_readonly_fields(request, obj), *(["account"] if obj else [])]

    @admin.display(description=_("address to enter in Voxys"))
    def address(self, app: DashboardApp) -> str:
        return reverse("frame", args=[app.key]) if app.pk else "-"
