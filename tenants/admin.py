"""Accounts and dashboard apps in the Django admin."""

from typing import ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from tenants import admin_sessions, admin_viewing  # noqa: F401 - they register themselves
from tenants.forms import AccountForm
from tenants.models import Account, DashboardApp
from tenants.secrets import set_hook_secret
from tenants.services import check_host, store_proved_token


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin[Account]):
    """Accounts with their host and trust."""

    form = AccountForm
    list_display = ("name", "host_origin", "host_account_id", "coloured_trust", "is_proved", "is_active")
    list_filter = ("is_active", "trust", "is_demonstration")
    search_fields = ("name", "host_origin")
    readonly_fields = ("is_demonstration", "created_at", "host_proved_at", "stored_secrets", "hook_address")
    actions = ("check_hosts",)
    fieldsets = (
        (None, {"fields": ("name", "is_active", "locale", "time_zone", "is_demonstration", "created_at")}),
        (
            _("Host"),
            {
                "fields": (
                    *("host_origin", "extra_host_origins", "host_account_id", "host_api"),
                    *("host_token", "hook_secret", "accepts_unsigned_hooks", "hook_address"),
                    *("stored_secrets", "host_proved_at"),
                ),
                "description": _(
                    "Nothing is served before the token was seen to be an administrator's of this account."
                    " Another address or account id clears the secrets."
                ),
            },
        ),
        (
            _("Trust"),
            {
                "fields": ("trust", "sign_in_method"),
                "description": format_lazy(
                    '<p class="trust trust-verified">{}</p><p class="trust trust-link">{}</p>',
                    _("Verified: it proves that the context is true, not who looks. All ids are small numbers."),
                    _("Link: whoever has the address sees whichever customer they name. For demonstrations only."),
                ),
            },
        ),
        (
            _("Privacy"),
            {"fields": ("hides_from_unverified", "hides_from_agents", "view_records_kept_days")},
        ),
    )

    class Media:
        css: ClassVar = {"all": ("tenants/admin.css",)}

    def save_model(self, request: HttpRequest, obj: Account, form: AccountForm, change: bool) -> None:
        """Store the secrets that were entered; the form has tried the token."""
        super().save_model(request, obj, form, change)
        if secret := form.cleaned_data.get("hook_secret"):
            set_hook_secret(obj, secret)
        if token := form.cleaned_data.get("host_token"):
            try:
                store_proved_token(obj, token)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
        elif not obj.is_proved:
            self.message_user(
                request, _("Nothing is served for this account yet: enter an administrator's token."), messages.WARNING
            )

    @admin.action(description=_("Ask the host again whether the token is good"))
    def check_hosts(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset:
            try:
                check_host(account)
            except ValidationError as error:
                self.message_user(request, f"{account}: {' '.join(error.messages)}", messages.ERROR)
            else:
                self.message_user(request, _("%(account)s: the token is good.") % {"account": account})

    @admin.display(description=_("served"), boolean=True, ordering="host_proved_at")
    def is_proved(self, account: Account) -> bool:
        return account.is_proved

    @admin.display(description=_("stored secrets"))
    def stored_secrets(self, account: Account) -> str:
        stored = [
            str(label)
            for label, sealed in (
                (_("API token"), account.sealed_host_token),
                (_("webhook secret"), account.sealed_hook_secret),
            )
            if sealed
        ]
        return ", ".join(stored) or "-"

    @admin.display(description=_("address for webhooks"))
    def hook_address(self, account: Account) -> str:
        return reverse("hook", args=[account.hook_key]) if account.pk else "-"

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
