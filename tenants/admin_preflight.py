"""The page of an account's pre-flight: a light for everything that can go wrong."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.admin_account_pages import account_page, page_context, require_change
from tenants.admin_base import OfAccountsAdmin
from tenants.admin_steps import Step
from tenants.models import Account, Light, Preflight
from tenants.preflight.services import run_preflight, shown_lights


def preflight_step(account: Account) -> Step:
    """See that everything works."""
    found = Preflight.objects.filter(account=account).first()
    return Step(
        gettext_lazy("Pre-flight"),
        found is not None and found.worst != Light.RED,
        reverse("admin:tenants_account_preflight", args=[account.pk]),
        gettext_lazy("Pre-flight"),
        gettext_lazy("Checks everything that can go wrong, and says what to do."),
    )


def preflight_urls(admin: OfAccountsAdmin) -> list[URLPattern]:
    """Return the address of the page."""
    return [account_page(admin, "preflight", "preflight", _show)]


def _show(admin: OfAccountsAdmin, request: HttpRequest, account: Account) -> HttpResponse:
    """Show the last pre-flight; a POST runs it."""
    if request.method == "POST":
        require_change(admin, request)
        run_preflight(account)
        return HttpResponseRedirect(request.path)
    found = Preflight.objects.filter(account=account).first()
    lights = shown_lights(found) if found else []
    context = page_context(admin, request, _("Pre-flight"), account, found=found, lights=lights)
    return render(request, "tenants/preflight.html", context)
