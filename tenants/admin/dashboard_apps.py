"""Dashboard apps in the Django admin; `panels` adds their placements."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tenants.admin.account_pages import address_with_link, overlap_of, page_context, still_good
from tenants.admin.base import AccountFilter, OfAccountsAdmin
from tenants.forms import DashboardAppForm, OverlapForm
from tenants.models import Account, DashboardApp
from tenants.publishing.addresses import frame_url
from tenants.services import rotate_app_key

# What the host has of a tab.
_OF_HOST = frozenset({"title", "position", "is_enabled"})


@admin.register(DashboardApp)
class DashboardAppAdmin(OfAccountsAdmin):
    """Dashboard apps: what they are called, for whom they are, and where."""

    form = DashboardAppForm
    list_display = ("title", "account", "position", "is_enabled", "is_draft", "is_published", "path")
    list_filter = (("account", AccountFilter), "is_enabled", "is_draft")
    list_select_related = ("account",)
    search_fields = ("title", "=key", "account__name")
    search_help_text = _("Title, account or key of the address")
    empty_text = _("Tabs are set up on an account's page, all at once, or added here one by one.")
    autocomplete_fields = ("account",)
    readonly_fields = ("address",)
    inlines: ClassVar[list[Any]] = []

    def get_fieldsets(self, request: HttpRequest, obj: DashboardApp | None = None) -> Any:
        first = ("account", "title", "position", "is_enabled")
        if obj is None:
            return [(None, {"fields": first})]
        audience = ("inboxes", "teams", "is_draft", "draft_agents")
        return [
            (None, {"fields": (*first, "address")}),
            (_("For whom"), {"fields": audience, "classes": ("collapse",)}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: DashboardApp | None = None) -> list[str]:
        # Placements and connections belong to the account: an app does not move between two.
        return [*super().get_readonly_fields(request, obj), *(["account"] if obj else [])]

    def get_urls(self) -> list[URLPattern]:
        rotate = self.admin_site.admin_view(self.rotate_key)
        return [
            path("<int:pk>/rotate-key/", rotate, name="tenants_dashboardapp_rotate_key"),
            *super().get_urls(),
        ]

    def rotate_key(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the app another address; the one before stays good for the chosen time."""
        app = self.get_visible(request, str(pk))
        back = reverse("admin:tenants_dashboardapp_change", args=[app.pk])
        form = OverlapForm(request.POST or None)
        overlap = overlap_of(self, request, form)
        if overlap is not None:
            rotate_app_key(app, keep_old_for=overlap)
            self.message_user(request, _("The app has a new address. Publish it now."), messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:tenants_account_publish", args=[app.account_id]))
        told = still_good(app.previous_key_ends_at)
        title = _("Change the app's address")
        context = page_context(self, request, title, app, form=form, back=back, still_good=told)
        return render(request, "tenants/rotate.html", context)

    def save_related(self, request: HttpRequest, form: DashboardAppForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # Only now all of the page is saved.
        if not change or _OF_HOST.intersection(form.changed_data):
            self._ask_to_publish(request, form.instance.account)

    def delete_model(self, request: HttpRequest, obj: DashboardApp) -> None:
        super().delete_model(request, obj)
        self._ask_to_publish(request, obj.account)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DashboardApp]) -> None:
        accounts = {app.account for app in queryset.select_related("account")}
        super().delete_queryset(request, queryset)
        for account in accounts:
            self._ask_to_publish(request, account)

    def what_else_changes(self, row: DashboardApp) -> str | Promise:
        return _("Publish afterwards: until then its tab stays in Voxys, and shows an error.") if row.host_id else ""

    def _ask_to_publish(self, request: HttpRequest, account: Account) -> None:
        """Say where to publish what the host does not know yet; before the first time the account's page does."""
        if account.published_at is not None:
            told = _("Voxys does not know of this change to %(account)s yet.") % {"account": account}
            address = reverse("admin:tenants_account_publish", args=[account.pk])
            link = format_html('{} <a class="page-link" href="{}">{}</a>', told, address, _("Publish"))
            self.message_user(request, link, messages.WARNING)

    @admin.display(description=_("published"), boolean=True)
    def is_published(self, app: DashboardApp) -> bool:
        return app.host_id is not None

    @admin.display(description=_("address"))
    def address(self, app: DashboardApp) -> SafeString | str:
        if not app.pk:
            return "-"
        rotate = reverse("admin:tenants_dashboardapp_rotate_key", args=[app.pk])
        return address_with_link(frame_url, app, rotate)

    @admin.display(description=_("address"))
    def path(self, app: DashboardApp) -> SafeString:
        return format_html('<span class="address" dir="ltr">{}</span>', reverse("frame", args=[app.key]))
