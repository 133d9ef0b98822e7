"""Placements in the Django admin."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from panels import registry
from panels.admin.health import placement_health_urls
from panels.admin.lights import health_link
from panels.admin.plugin_rows import PluginRowAdmin
from panels.forms import PlacementForm
from panels.health import State, fetches_itself, read_placement_states
from panels.models import Connection, Placement
from panels.plugins import placement_state
from tenants.admin.base import AccountFilter
from tenants.admin.filters import by_known


def _titles() -> dict[str, str]:
    """Return the titles of the installed panels, by slug."""
    return {slug: str(panel.title) for slug, panel in registry.panels().plugins.items()}


@admin.register(Placement)
class PlacementAdmin(PluginRowAdmin):
    """One panel in one app, with its settings."""

    plugin_form = PlacementForm
    list_display = ("name", "dashboard_app", "account", "position", "is_enabled", "health")
    list_filter = (("account", AccountFilter), ("panel", by_known(_titles)), "is_enabled")
    list_select_related = ("account", "dashboard_app")
    # As the model's own, without looking for the app's account, which is the placement's.
    ordering = ("account", "dashboard_app__position", "dashboard_app_id", "position", "id")
    search_fields = ("title", "panel", "dashboard_app__title")
    search_help_text = _("Title, panel or tab")
    empty_text = _("A placement is a panel in a tab. Add it on the page of its dashboard app.")

    @admin.display(description=_("placement"), ordering="title")
    def name(self, placement: Placement) -> str:
        return placement.title or self.kind(placement)

    @admin.display(description=_("panel"))
    def kind(self, placement: Placement) -> str:
        panel = registry.panels().plugins.get(placement.panel)
        return str(panel.title) if panel else placement.panel

    @admin.display(description=_("state"))
    def state(self, placement: Placement) -> SafeString:
        """Whether its panel can be shown: it may be broken, not installed, or switched off for the account."""
        light, word, sentence = placement_state(placement)
        return format_html('<span class="light light-{}" title="{}">{}</span> {}', light, sentence, word, sentence)

    @admin.display(description=_("health"), empty_value="-")
    def health(self, placement: Any) -> SafeString | None:
        """How it is doing where its panel fetches by itself. Others are filled by what has a health of its own."""
        known: dict[int, State] | None = getattr(placement, "states", None)
        state = (read_placement_states([placement]) if known is None else known).get(placement.pk)
        return health_link("admin:panels_placement_health", placement, state) if state else None

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list, with the health of the rows of its page."""
        changelist = super().get_changelist_instance(request)
        states = read_placement_states(changelist.result_list)
        for placement in changelist.result_list:
            placement.states = states
        return changelist

    def get_urls(self) -> list[Any]:
        return [*placement_health_urls(self), *super().get_urls()]

    def get_own_fields(self, obj: Placement | None) -> tuple[str, ...]:
        told = ("state", *(("health",) if fetches_itself(obj) else ())) if obj else ()
        return ("dashboard_app", "kind", *told, "title", "position", "is_enabled", "connections")

    def get_readonly_fields(self, request: HttpRequest, obj: Placement | None = None) -> list[str]:
        return ["stored_secrets", "dashboard_app", "kind", "state", "health"]

    def new_row(self, request: HttpRequest) -> Placement:
        return Placement()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: type[ModelForm[Placement]] = super().get_form(request, obj, change, **kwargs)
        field: Any = form.base_fields.get("connections")
        if field is not None:
            field.queryset = Connection.objects.for_account(obj.account_id) if obj else Connection.objects.none()
        return form

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Placements are added on their app's page.
        return False
