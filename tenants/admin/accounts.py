"""Accounts in the Django admin."""

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from tenants.admin.account_pages import address_with_link, rotation_urls
from tenants.admin.base import OfAccountsAdmin
from tenants.admin.preflight import preflight_step, preflight_urls
from tenants.admin.publishing import publish_step, publish_urls
from tenants.admin.secrets import secrets_table
from tenants.admin.steps import STEPS, steps_of
from tenants.admin.words import SECRETS, TRUST
from tenants.forms import AccountForm
from tenants.models import Account, Light
from tenants.publishing.addresses import hook_url
from tenants.services import ACCOUNT_SECRETS, check_host, delete_account

STEPS.extend((publish_step, preflight_step))
_ENTERED = {*ACCOUNT_SECRETS, "keep_old_hours"}

# Every night there is one.
_OLD_CHECK = dt.timedelta(days=2)


@admin.register(Account)
class AccountAdmin(OfAccountsAdmin):
    """Accounts with their host and trust."""

    form = AccountForm
    change_form_outer_before_template = "tenants/account_steps.html"
    list_display = ("name", "host_origin", "host_account_id", "coloured_trust", "is_proved", "light", "is_active")
    list_filter = ("is_active", "trust", "preflight__worst", "is_demonstration")
    list_select_related = ("preflight",)
    search_fields = ("name", "host_origin", "=host_account_id")
    search_help_text = _("Name, host address or account id")
    empty_text = _("Add the first account: it takes an address, a number and a token.")
    readonly_fields = ("is_demonstration", "created_at", "host_proved_at", "stored_secrets", "hook_address")
    actions = ("check_hosts",)
    add_fieldsets = (
        (
            None,
            {
                "fields": ("name", "host_origin", "host_account_id", "host_token"),
                "description": _("Everything else can wait. Nothing is served before the token was proved."),
            },
        ),
        (_("More"), {"fields": ("host_api", "trust", "locale", "time_zone"), "classes": ("collapse",)}),
    )
    fieldsets = (
        (None, {"fields": ("name", "is_active", "locale", "time_zone", "is_demonstration", "created_at")}),
        (
            _("Host"),
            {
                "fields": (
                    *("host_origin", "extra_host_origins", "host_account_id", "host_api"),
                    *("host_token", "hook_secret", "keep_old_hours", "stored_secrets", "host_proved_at"),
                    *("accepts_unsigned_hooks", "hook_address"),
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

    # Further pages of an account; `panels` puts its own in.
    pages: ClassVar[list[Callable[[OfAccountsAdmin], list[URLPattern]]]] = [rotation_urls, publish_urls, preflight_urls]

    def get_fieldsets(self, request: HttpRequest, obj: Account | None = None) -> Any:
        shown = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return shown
        # What is only entered is empty to those who look: as if nothing were stored.
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in _ENTERED]})
            for title, options in shown
        ]

    def get_urls(self) -> list[URLPattern]:
        return [*(url for pages_of in type(self).pages for url in pages_of(self)), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        account = self.get_visible(request, object_id)
        context = {"steps": steps_of(account), "may_change": self.has_change_permission(request)}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Account, form: AccountForm, change: bool) -> None:  # type: ignore[override]
        super().save_model(request, obj, form, change)
        if not obj.is_proved:
            self.message_user(
                request, _("Nothing is served for this account yet: enter an administrator's token."), messages.WARNING
            )

    def response_add(self, request: HttpRequest, obj: Account, post_url_continue: str | None = None) -> HttpResponse:
        """Go on with the next step on the account's own page."""
        self.message_user(request, _("%(account)s was saved.") % {"account": obj}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:tenants_account_change", args=[obj.pk]))

    def response_post_save_change(self, request: HttpRequest, obj: Account) -> HttpResponseRedirect:
        """Stay where there is something left to do, as after a change of the host."""
        if obj.is_proved:
            return super().response_post_save_change(request, obj)
        return HttpResponseRedirect(reverse("admin:tenants_account_change", args=[obj.pk]))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Account], search_term: str
    ) -> tuple[QuerySet[Account], bool]:
        """Find accounts by any of their fields; where one is chosen by typing, by name."""
        if request.path == reverse("admin:autocomplete"):
            return queryset.filter(name__icontains=search_term.strip()), False
        return super().get_search_results(request, queryset, search_term)

    def what_else_changes(self, row: Account) -> str | Promise:
        if row.published_at is None:
            return ""
        return _(
            "Its tabs stay in Voxys, and show an error then. To take them out, switch each of them off and publish"
            " before you delete the account."
        )

    def delete_model(self, request: HttpRequest, obj: Account) -> None:
        delete_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset:
            delete_account(account)

    @admin.action(description=_("Ask the host again whether the token is good"), permissions=["change"])
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

    @admin.display(description=_("pre-flight"), ordering="preflight__worst")
    def light(self, account: Account) -> SafeString | str:
        found = getattr(account, "preflight", None)
        if found is None:
            return str(_("not run yet"))
        shown = format_html('<span class="light light-{}">{}</span>', found.worst, Light(found.worst).label)
        if timezone.now() - found.checked_at < _OLD_CHECK:
            return shown
        ago = _("%(time)s ago") % {"time": timesince(found.checked_at, depth=1)}
        return format_html("{} {}", shown, ago)

    @admin.display(description=_("stored secrets"))
    def stored_secrets(self, account: Account) -> SafeString | str:
        return secrets_table(account, SECRETS)

    @admin.display(description=_("address for webhooks"))
    def hook_address(self, account: Account) -> SafeString | str:
        if not account.pk:
            return "-"
        rotate = reverse("admin:tenants_account_rotate_hook_key", args=[account.pk])
        return address_with_link(hook_url, account, rotate)

    @admin.display(description=_("trust"), ordering="trust")
    def coloured_trust(self, account: Account) -> SafeString:
        return format_html('<span class="trust trust-{}">{}</span>', account.trust, TRUST[account.trust])
