"""Connections and placements in the Django admin."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from panels import registry
from panels.admin.exporting import export_csv, export_urls, export_yaml
from panels.admin.health import health_urls, host_health_urls, placement_health_urls
from panels.admin.importing import import_urls
from panels.admin.tabs import connections_step, tabs_step, tabs_urls
from panels.admin.trials import TrialMixin
from panels.connectors.base import Connector
from panels.containment.origin import is_ours
from panels.forms import PREFIX, ConnectionForm, PlacementForm, PlacementRowForm, form_for
from panels.health import State, fetches_itself, read_host_health, read_placement_states, read_states
from panels.models import Connection, Placement
from panels.offers import read_offers
from panels.plugins import placement_state
from panels.services import check_connection, delete_placement, save_placement
from panels.settings_forms import secret_names, settings_form
from tenants.admin import steps
from tenants.admin.accounts import AccountAdmin
from tenants.admin.base import AccountFilter, OfAccountsAdmin
from tenants.admin.dashboard_apps import DashboardAppAdmin
from tenants.admin.secrets import secrets_table
from tenants.models import Account, DashboardApp
from tenants.selectors import may_read, may_write, visible_accounts
from voxysapps.admin_base import TabularInline

HEALTH_LINK = '<a href="{}"><span class="light light-{}" title="{}">{}</span></a>'


class PlacementInline(TabularInline[Placement, DashboardApp]):
    """The panels of a dashboard app, in order."""

    model = Placement
    form = PlacementRowForm
    fields = ("panel", "title", "position", "is_enabled")
    extra = 0
    show_change_link = True

    def get_min_num(self, request: HttpRequest, obj: DashboardApp | None = None, **kwargs: Any) -> int:
        # A new tab begins with a panel. One that has none, as files and programs make them, is saved without as well.
        return 0 if obj else 1

    def get_formset(self, request: HttpRequest, obj: DashboardApp | None = None, **kwargs: Any) -> Any:
        # Read once for all rows. Of a new tab the account is not known yet: saving says what is not offered.
        offers = read_offers(obj.account_id) if obj else None
        form = type(self.form.__name__, (self.form,), {"offers": offers})
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
    """Save an app's placements by their service."""
    for placement in formset.save(commit=False):
        try:
            save_placement(placement)
        except ValidationError as error:
            self.message_user(request, f"{placement.panel}: {' '.join(error.messages)}", messages.ERROR)
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


class _PluginAdmin(OfAccountsAdmin):
    """Rows with the settings of a plugin: the form is made for each plugin."""

    plugin_form: ClassVar[Any]
    # What is asked besides where secrets are stored.
    secret_fields: ClassVar[tuple[str, ...]] = ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        row = obj or self.new_row(request)
        form_class = settings_form(row)
        may_enter = obj is None or self.has_change_permission(request, obj)
        # What is only entered is empty to those who look: as if nothing were stored.
        hidden = () if may_enter or form_class is None else secret_names(form_class)
        names = tuple(PREFIX + name for name in form_class.base_fields if name not in hidden) if form_class else ()
        shown: list[tuple[Any, dict[str, Any]]] = [(None, {"fields": self.get_own_fields(obj)})]
        if names:
            shown.append((_("Settings"), {"fields": names}))
        if obj and obj.secrets.exists():
            asked = self.secret_fields if may_enter else ()
            shown.append((_("Stored secrets"), {"fields": ("stored_secrets", *asked)}))
        return shown

    def get_own_fields(self, obj: Any) -> tuple[str, ...]:
        """Return our fields, before the plugin's."""
        raise NotImplementedError

    def new_row(self, request: HttpRequest) -> Any:
        """Return what an empty page begins with."""
        raise NotImplementedError

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = form_for(self.plugin_form, obj or self.new_row(request))
        return super().get_form(request, obj, change, **{**kwargs, "form": form})

    @admin.display(description=_("stored secrets"))
    def stored_secrets(self, row: Any) -> SafeString | str:
        form_class = settings_form(row)
        labels = {name: field.label or name for name, field in form_class.base_fields.items()} if form_class else {}
        return secrets_table(row, labels)


@admin.register(Connection)
class ConnectionAdmin(TrialMixin, _PluginAdmin):
    """Connections to outside systems."""

    plugin_form = ConnectionForm
    secret_fields = ("keep_old_hours",)
    list_display = ("name", "account", "kind", "is_enabled", "health")
    list_filter = (("account", AccountFilter), "connector", "is_enabled")
    list_select_related = ("account",)
    search_fields = ("name", "account__name")
    search_help_text = _("Name or account")
    empty_text = _(
        "A connection has the address and the credentials of a shop or another system that knows the customers."
    )
    autocomplete_fields = ("account",)
    actions = ("check_connections",)

    @admin.display(description=_("connector"), ordering="connector")
    def kind(self, connection: Connection) -> str:
        kind = registry.connectors().plugins.get(connection.connector)
        return str(kind.title) if kind else connection.connector

    def get_own_fields(self, obj: Connection | None) -> tuple[str, ...]:
        return ("account", "name", *(("kind",) if obj else ()), "match_by", "is_enabled", *(("health",) if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> list[str]:
        # Placements of the account use it: it does not move to another, nor become something else.
        return ["stored_secrets", *(["account", "kind", "health"] if obj else [])]

    def get_urls(self) -> list[Any]:
        return [*health_urls(self), *super().get_urls()]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list, with the health of the rows of its page."""
        changelist = super().get_changelist_instance(request)
        states = read_states(changelist.result_list)
        for connection in changelist.result_list:
            connection.state = states[connection.pk]
        return changelist

    @admin.display(description=_("health"))
    def health(self, connection: Any) -> SafeString:
        state = getattr(connection, "state", None) or read_states([connection])[connection.pk]
        return _health_link("admin:panels_connection_health", connection, state)

    def new_row(self, request: HttpRequest) -> Connection:
        return Connection(connector=request.GET.get("connector", ""))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None:
            return form
        connector = request.GET.get("connector", "")

        class NewConnectionForm(form):  # type: ignore[misc, valid-type]
            """A connection of the chosen connector."""

            def __init__(self, *args: Any, **more: Any) -> None:
                super().__init__(*args, **more)
                self.instance.connector = connector

        return NewConnectionForm

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        kind = registry.connectors().plugins.get(request.GET.get("connector", ""))
        return {**super().get_changeform_initial_data(request), **({"name": str(kind.title)[:60]} if kind else {})}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask first which kind of system it is: the form is that connector's."""
        kinds = _offered(request, registry.connectors().plugins)
        if request.GET.get("connector") in kinds:
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            raise Http404
        query = request.GET.copy()
        links = []
        # Where several show the same, the product's own names it.
        named = sorted(registry.panels().plugins.values(), key=is_ours)
        panels = {panel.capability: str(panel.title) for panel in named}
        # Invented data are nobody's first choice.
        for slug, kind in sorted(kinds.items(), key=lambda one: (one[0] == "demo", str(one[1].title).lower())):
            query["connector"] = slug
            fills = ", ".join(panels.get(capability, capability) for capability in kind.capabilities)
            links.append({"title": kind.title, "url": f"?{query.urlencode()}", "fills": fills})
        if len(links) == 1:
            return HttpResponseRedirect(f"{request.path}{links[0]['url']}")
        context = {**self.admin_site.each_context(request), "title": _("Add a connection"), "links": links}
        return render(request, "panels/choose_connector.html", {**context, "opts": self.opts})

    def save_model(self, request: HttpRequest, obj: Connection, form: ConnectionForm, change: bool) -> None:  # type: ignore[override]
        super().save_model(request, obj, form, change)
        if form.warning:
            self.message_user(request, _("Saved, but it does not answer now: %s") % form.warning, messages.WARNING)

    def what_else_changes(self, row: Connection) -> str | Promise:
        places = [f"{one} ({one.dashboard_app.title})" for one in row.placements.select_related("dashboard_app")[:20]]
        if not places:
            return ""
        return _(
            "It was chosen for these panels: %(panels)s. One that has no other connection chosen is filled from every"
            " connection of the account then."
        ) % {"panels": ", ".join(places)}

    @admin.action(description=_("Check that the chosen connections answer"), permissions=["change"])
    def check_connections(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset.select_related("account"):
            answers, sentence = check_connection(connection)
            level = messages.SUCCESS if answers else messages.ERROR
            self.message_user(request, f"{connection.account}, {connection}: {sentence}", level)


def _offered(request: HttpRequest, kinds: Mapping[str, type[Connector]]) -> dict[str, type[Connector]]:
    """Return the connectors to choose from: of the account's, where the address names one that the user sees."""
    text = request.GET.get("account", "")
    account = visible_accounts(request.user).filter(pk=int(text)).first() if text.isdecimal() else None
    if account is None:
        return dict(kinds)
    offers = read_offers(account.pk)
    return {slug: kind for slug, kind in kinds.items() if offers.has_connector(slug)}


def _health_link(page: str, row: Connection | Placement, state: State) -> SafeString:
    """Return the light of the row, leading to the page of this name."""
    address = reverse(page, args=[row.pk])
    return format_html(HEALTH_LINK, address, state.light, state.sentence, state.light.label)


@admin.register(Placement)
class PlacementAdmin(_PluginAdmin):
    """One panel in one app, with its settings."""

    plugin_form = PlacementForm
    list_display = ("name", "dashboard_app", "account", "position", "is_enabled", "health")
    list_filter = (("account", AccountFilter), "panel", "is_enabled")
    list_select_related = ("account", "dashboard_app")
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
        return _health_link("admin:panels_placement_health", placement, state) if state else None

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
