"""Connections in the Django admin."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from panels import registry
from panels.admin.health import health_urls
from panels.admin.lights import health_link
from panels.admin.plugin_rows import PluginRowAdmin
from panels.admin.trials import TrialMixin
from panels.connectors.base import Connector
from panels.containment.origin import is_ours
from panels.forms import ConnectionForm
from panels.health import read_states
from panels.models import Connection
from panels.needed import Needed, place_of, require_not_needed
from panels.offers import read_offers
from panels.services import check_connection, delete_connection, delete_connections
from tenants.admin.base import AccountFilter
from tenants.admin.filters import by_known
from tenants.selectors import visible_accounts


def _titles() -> dict[str, str]:
    """Return the titles of the installed connectors, by slug."""
    return {slug: str(kind.title) for slug, kind in registry.connectors().plugins.items()}


@admin.register(Connection)
class ConnectionAdmin(TrialMixin, PluginRowAdmin):
    """Connections to outside systems."""

    plugin_form = ConnectionForm
    secret_fields = ("keep_old_hours",)
    list_display = ("name", "account", "kind", "is_enabled", "health")
    list_filter = (("account", AccountFilter), ("connector", by_known(_titles)), "is_enabled")
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
        return health_link("admin:panels_connection_health", connection, state)

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
        places = [place_of(one) for one in row.placements.select_related("dashboard_app")[:20]]
        if not places:
            return ""
        return _(
            "It was chosen with others for these panels: %(panels)s. They are filled from the others alone then."
        ) % {"panels": ", ".join(places)}

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # Before it is asked whether they may go.
        require_not_needed(list(objs))
        return super().get_deleted_objects(objs, request)

    def delete_model(self, request: HttpRequest, obj: Connection) -> None:
        delete_connection(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        delete_connections(list(queryset))

    def why_not_deleted(self, error: ValidationError) -> str:
        """Return it with links to where something else is chosen."""
        if not isinstance(error, Needed):
            return super().why_not_deleted(error)
        links = ((reverse("admin:panels_placement_change", args=[one.pk]), place) for one, place in error.named)
        places = format_html_join(", ", '<a class="page-link" href="{}">{}</a>', links)
        return format_html("{} {}{}. {}", error.why, places, error.more, error.advice)

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
