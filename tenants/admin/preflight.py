"""The page of an account's pre-flight: a light for everything that can go wrong."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.admin.account_pages import account_page, page_context, require_change
from tenants.admin.base import OfAccountsAdmin
from tenants.admin.steps import Step
from tenants.models import Account, Light, Preflight
from tenants.preflight.runs import current_run, run_here, start
from tenants.preflight.services import counted_lights, shown_lights
from tenants.preflight.tasks import enqueue_run


def preflight_step(account: Account) -> Step:
    """See that everything works."""
    found = Preflight.objects.filter(account=account).first()
    return Step(
        gettext_lazy("Pre-flight"),
        found is not None and found.worst != Light.RED,
        reverse("admin:tenants_account_preflight", args=[account.pk]),
        gettext_lazy("Pre-flight"),
        gettext_lazy("Checks everything that can go wrong, and says what to do."),
        is_for_all=True,
    )


def preflight_urls(admin: OfAccountsAdmin) -> list[URLPattern]:
    """Return the addresses of the page, and of the part of it that changes while a run is on its way."""
    return [
        account_page(admin, "preflight", "preflight", _show),
        account_page(admin, "preflight/lights", "preflight_lights", _show_lights),
    ]


def _show(admin: OfAccountsAdmin, request: HttpRequest, account: Account) -> HttpResponse:
    """Show the run that is on its way, or the last pre-flight; a POST begins one."""
    if request.method == "POST":
        require_change(admin, request)
        _begin(admin, request, account)
        return HttpResponseRedirect(request.path)
    context = page_context(admin, request, _("Pre-flight"), account, **_lights_of(account))
    return render(request, "tenants/preflight.html", context)


def _begin(admin: OfAccountsAdmin, request: HttpRequest, account: Account) -> None:
    if "here" in request.POST:
        run_here(account)
    elif not start(account, enqueue=enqueue_run):
        text = _("The queue cannot be reached, so no worker was asked: this page has checked the account itself.")
        admin.message_user(request, text, messages.WARNING)


def _show_lights(admin: OfAccountsAdmin, request: HttpRequest, account: Account) -> HttpResponse:
    """Show what changes while a run is on its way."""
    context = {"original": account, "may_change": admin.has_change_permission(request, account), **_lights_of(account)}
    return render(request, "tenants/preflight_lights.html", context)


def _lights_of(account: Account) -> dict[str, Any]:
    found = Preflight.objects.filter(account=account).first()
    run = current_run(account)
    lights = run.lights if run else found.lights if found else []
    return {"run": run, "found": found, "lights": shown_lights(lights), "counts": counted_lights(lights)}
