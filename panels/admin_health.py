"""The page of a connection's health: what happened lately, and what an operator can do about it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from panels.health import read_queue, read_states, read_statistics
from panels.models import Connection
from panels.services import drop_fetched, pause_connection, resume_connection
from tenants.admin_account_pages import page_context, require_change
from tenants.admin_base import OfAccountsAdmin

_DEEDS: dict[str, tuple[Callable[[Connection], None], str | Promise]] = {
    "pause": (pause_connection, gettext_lazy("Paused: nobody asks it until you resume it.")),
    "resume": (resume_connection, gettext_lazy("Resumed: it is asked again from now on.")),
    "drop": (drop_fetched, gettext_lazy("What was fetched is forgotten. It is fetched anew when somebody looks.")),
}


def health_urls(admin: OfAccountsAdmin) -> list[URLPattern]:
    """Return the address of the page."""

    def shown(request: HttpRequest, pk: int) -> HttpResponse:
        return _show(admin, request, admin.get_visible(request, str(pk)))

    return [path("<int:pk>/health/", admin.admin_site.admin_view(shown), name="panels_connection_health")]


def _show(admin: OfAccountsAdmin, request: HttpRequest, connection: Connection) -> HttpResponse:
    if request.method == "POST":
        require_change(admin, request)
        deed = _DEEDS.get(request.POST.get("deed", ""))
        if deed is not None:
            deed[0](connection)
            admin.message_user(request, str(deed[1]), messages.SUCCESS)
        return HttpResponseRedirect(request.path)
    figures = read_statistics(connection)
    context = page_context(
        admin,
        request,
        _("Health"),
        connection,
        state=read_states([connection])[connection.pk],
        figures=figures,
        errors=[(_kind(kind), number) for kind, number in figures.errors.items()],
        queue=read_queue(connection.account_id),
    )
    return render(request, "panels/health.html", context)


def _kind(kind: str) -> str:
    words = {
        "temporary": pgettext("error", "did not answer"),
        "limited": pgettext("error", "asked us to wait"),
        "final": pgettext("error", "refused this customer"),
        "operator": pgettext("error", "needs an operator"),
        "broken": pgettext("error", "failed in the connector"),
    }
    return words.get(kind, kind)
