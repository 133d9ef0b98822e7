"""The admin as a whole, and what surrounds its pages: the navigation, the account's menu and the style."""

from dataclasses import replace
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.sites import UnfoldAdminSite

# By group: models, each with its icon (fonts.google.com/icons). What is not registered is left out.
GROUPS = (
    (
        gettext_lazy("Accounts"),
        (
            ("tenants.account", "apartment"),
            ("tenants.dashboardapp", "dashboard"),
            ("panels.connection", "cable"),
        ),
    ),
    (
        gettext_lazy("What happened"),
        (
            ("tenants.viewrecord", "visibility"),
            ("tenants.agentsession", "support_agent"),
            ("tenants.notice", "notifications"),
            ("tenants.auditentry", "history"),
        ),
    ),
    (
        gettext_lazy("Platform"),
        (
            ("tenants.operator", "badge"),
            ("tenants.apitoken", "key"),
            ("panels.pluginoffer", "extension"),
            ("auth.user", "person"),
            ("auth.group", "group"),
        ),
    ),
)


class Site(UnfoldAdminSite):  # type: ignore[misc]  # Unfold has no types
    """Unfold's site, whose results of a search our cache can keep: it takes no lazy texts."""

    index_template = "tenants/overview.html"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the sign-in as a page of its own, also to a part of a page whose session has ended."""
        response: HttpResponse = super().login(request, extra_context)
        if "HX-Request" in request.headers:
            response["HX-Refresh"] = "true"
        return response

    def _search_apps(self, app_list: list[dict[str, Any]], search_term: str) -> list[Any]:
        found = super()._search_apps(app_list, search_term)
        return [replace(result, description=str(result.description)) for result in found]


# What Unfold asks for by its settings:


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of the sidebar, with what the user may look at."""
    groups = [{"title": title, "items": _items(request, models)} for title, models in GROUPS]
    return [group for group in groups if group["items"]]


def _items(request: HttpRequest, models: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    found = []
    for label, icon in models:
        model = apps.get_model(label)
        model_admin = admin.site._registry.get(model)  # noqa: SLF001 - there is no other way to it
        if model_admin is None or not model_admin.has_view_permission(request):
            continue
        link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")  # noqa: SLF001
        found.append({"title": capfirst(model._meta.verbose_name_plural), "icon": icon, "link": link})  # noqa: SLF001
    return found


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what the account's menu offers besides signing out."""
    links = [{"title": _("Second factor"), "link": reverse("second_factor:manage")}]
    if request.user.is_authenticated and request.user.has_usable_password():
        links.append({"title": _("Change password"), "link": reverse("admin:password_change")})
    return links


def extra_context(request: HttpRequest) -> dict[str, Any]:
    """Return what replaces Unfold's own: the colours are in our stylesheet, where the policy takes them."""
    return {"colors": None}


def stylesheet(request: HttpRequest) -> str:
    return static("voxysapps/admin.css")


def stylesheet_rtl(request: HttpRequest) -> str:
    return static("voxysapps/admin-rtl.css")


def icon(request: HttpRequest) -> str:
    return static("voxysapps/icon.svg")


def language_address(request: HttpRequest) -> str:
    return reverse("set_language")
