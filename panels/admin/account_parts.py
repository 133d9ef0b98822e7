"""What panels put into the pages of accounts and dashboard apps, which know nothing of panels."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from panels.admin.exporting import export_csv, export_urls, export_yaml
from panels.admin.health import host_health_urls
from panels.admin.importing import import_urls
from panels.admin.lights import HEALTH_LINK
from panels.admin.tabs import connections_step, tabs_step, tabs_urls
from panels.health import read_host_health
from panels.models import Placement
from panels.offers import read_offers
from panels.placement_rows import PlacementRowForm, PlacementRows
from panels.services import delete_placement, save_placement
from tenants.admin import steps
from tenants.admin.accounts import AccountAdmin
from tenants.admin.dashboard_apps import DashboardAppAdmin
from tenants.models import Account, DashboardApp
from tenants.refused_forms import RowRefused, refusal_of
from tenants.selectors import may_read, may_write
from voxysapps.admin_base import TabularInline


class PlacementInline(TabularInline[Placement, DashboardApp]):
    """The panels of a dashboard app, in order."""

    model = Placement
    form = PlacementRowForm
    formset = PlacementRows
    fields = ("panel", "title", "position", "is_enabled")
    extra = 0
    show_change_link = True

    def get_min_num(self, request: HttpRequest, obj: DashboardApp | None = None, **kwargs: Any) -> int:
        # A new tab begins with a panel. One that has none, as files and programs make them, is saved without as well.
        return 0 if obj else 1

    def get_formset(self, request: HttpRequest, obj: DashboardApp | None = None, **kwargs: Any) -> Any:
        # Read once for all rows. Of a new tab the account is not known yet: saving says what is not offered.
        offers = read_offers(obj.account_id) if obj else None
        form = type(self.form.__name__, (self.form,), {"offers": offers, "refused": refusal_of(request)})
        return super().get_formset(request, obj, **{**kwargs, "form": form})

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_read(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_write(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_write(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_write(request.user)


def save_formset(self: DashboardAppAdmin, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
    """Save an app's placements by their service. Raises `RowRefused`: then nothing of the page is saved."""
    prefixes = {id(row.instance): row.prefix for row in formset.forms}
    for placement in formset.save(commit=False):
        try:
            save_placement(placement, is_validated=True)
        except ValidationError as error:
            raise RowRefused(prefixes[id(placement)], error) from None
    for deleted in formset.deleted_objects:
        delete_placement(deleted)


@admin.display(description=_("as a source of panels"))
def host_health(self: AccountAdmin, account: Account) -> SafeString | str:
    """Return how the host is doing for the account's panels, and where more of it is told."""
    address = reverse("admin:tenants_account_host_health", args=[account.pk])
    lights = [
        (address, one.state.light, one.state.sentence, one.state.light.label) for one in read_host_health(account)
    ]
    return format_html_join(" ", HEALTH_LINK, lights) or "-"


# tenants knows nothing of panels, so panels puts its part into the pages of apps and accounts.
DashboardAppAdmin.inlines = [*DashboardAppAdmin.inlines, PlacementInline]
DashboardAppAdmin.save_formset = save_formset  # type: ignore[method-assign, assignment]
AccountAdmin.host_health = host_health  # type: ignore[attr-defined]
AccountAdmin.readonly_fields = (*AccountAdmin.readonly_fields, "host_health")  # type: ignore[assignment]
HOST_FIELDS: Any = AccountAdmin.fieldsets[1][1]
HOST_FIELDS["fields"] = (*HOST_FIELDS["fields"], "host_health")
AccountAdmin.pages.extend((tabs_urls, import_urls, export_urls, host_health_urls))
AccountAdmin.actions = (*AccountAdmin.actions, export_csv, export_yaml)  # type: ignore[assignment]
AccountAdmin.list_before_template = "panels/account_files.html"  # type: ignore[attr-defined]  # Unfold's
steps.STEPS[steps.STEPS.index(steps.tabs_step)] = tabs_step
steps.STEPS.insert(steps.STEPS.index(tabs_step), connections_step)
