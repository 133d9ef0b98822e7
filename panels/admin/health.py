"""The pages of health: what happened lately, and what an operator can do about it.

Of a connection, the host, and a panel that fetches by itself.
"""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from panels.health import Health, read_health, read_host_health, read_placement_health, read_queue
from panels.models import Connection, Placement
from panels.services import drop_fetched, pause_connection, resume_connection
from tenants.admin.account_pages import account_page, page_context, require_change
from tenants.admin.base import OfAccountsAdmin
from tenants.models import Account

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
    return _render(admin, request, connection, connection.account, [read_health(connection)], may_pause=True)


def placement_health_urls(admin: OfAccountsAdmin) -> list[URLPattern]:
    """Return the address of the page about a placement whose panel fetches by itself."""

    def shown(request: HttpRequest, pk: int) -> HttpResponse:
        placement: Placement = admin.get_visible(request, str(pk))
        health = read_placement_health(placement)
        if health is None:
            raise Http404
        return _render(admin, request, placement, placement.account, [health])

    return [path("<int:pk>/health/", admin.admin_site.admin_view(shown), name="panels_placement_health")]


def host_health_urls(admin: OfAccountsAdmin) -> list[URLPattern]:
    """Return the address of the page about an account's host as a source of its panels."""
    return [account_page(admin, "host-health", "host_health", _show_host)]


def _show_host(admin: OfAccountsAdmin, request: HttpRequest, account: Account) -> HttpResponse:
    return _render(admin, request, account, account, read_host_health(account))


def _render(
    admin: OfAccountsAdmin,
    request: HttpRequest,
    row: Connection | Placement | Account,
    account: Account,
    systems: Sequence[Health],
    *,
    may_pause: bool = False,
) -> HttpResponse:
    context = page_context(
        admin,
        request,
        _("Health"),
        row,
        systems=[{"health": one, "errors": _errors(one)} for one in systems],
        # A connection's page leads to the host's.
        host=read_host_health(account) if may_pause else (),
        host_url=reverse("admin:tenants_account_host_health", args=[account.pk]),
        may_pause=may_pause,
        queue=read_queue(account.pk),
    )
    return render(request, "panels/health.html", context)


def _errors(health: Health) -> list[tuple[str, int]]:
    return [(_kind(kind), number) for kind, number in health.figures.errors.items()]


def _kind(kind: str) -> str:
    words = {
        "temporary": pgettext("error", "did not answer"),
        "limited": pgettext("error", "asked us to wait"),
        "final": pgettext("error", "refused this customer"),
        "operator": pgettext("error", "needs an operator"),
        "broken": pgettext("error", "failed in the connector"),
    }
    return words.get(kind, kind)
