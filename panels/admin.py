"""Connections and placements in the Django admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import ManyToManyField, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.forms.models import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from panels.forms import ConnectionForm, PlacementForm
from panels.models import Connection, Placement
from panels.services import check_connection
from tenants.admin import DashboardAppAdmin
from tenants.models import DashboardApp


class PlacementInline(admin.StackedInline[Placement, DashboardApp]):
    """The panels of a dashboard app, in order."""

    model = Placement
    form = PlacementForm
    fields = ("panel", "title", "position", "is_enabled", "connections", "settings")
    extra = 0

    def get_formset(
        self, request: HttpRequest, obj: DashboardApp | None = None, **kwargs: Any
    ) -> type[BaseInlineFormSet[Placement, DashboardApp, ModelForm[Placement]]]:
        request.edited_app = obj  # type: ignore[attr-defined]  # for the choice of connections below
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        app: DashboardApp | None = getattr(request, "edited_app", None)
        of_account = Connection.objects.for_account(app.account_id) if app else Connection.objects.none()
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, "queryset": of_account})


def save_formset(self: DashboardAppAdmin, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
    """Give new placements the account of their app."""
    for placement in formset.save(commit=False):
        if isinstance(placement, Placement):
            placement.account = form.instance.account
        placement.save()
    for deleted in formset.deleted_objects:
        deleted.delete()
    formset.save_m2m()


# tenants knows nothing of panels, so panels puts its part into the app's page.
DashboardAppAdmin.inlines = [*DashboardAppAdmin.inlines, PlacementInline]
DashboardAppAdmin.save_formset = save_formset  # type: ignore[method-assign, assignment]


@admin.register(Connection)
class ConnectionAdmin(admin.ModelAdmin[Connection]):
    """Connections to outside systems."""

    form = ConnectionForm
    list_display = ("name", "account", "connector", "is_enabled")
    list_filter = ("account", "connector", "is_enabled")
    list_select_related = ("account",)
    search_fields = ("name", "account__name")
    actions = ("check_connections",)

    @admin.action(description=_("Check that the chosen connections answer"))
    def check_connections(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset.select_related("account"):
            answers, sentence = check_connection(connection)
            level = messages.SUCCESS if answers else messages.ERROR
            self.message_user(request, f"{connection.account}, {connection}: {sentence}", level)

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> list[str]:
        # Placements of the account use it: it does not move to another.
        return ["account"] if obj else []
