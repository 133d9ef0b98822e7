"""The usual tabs of an account in one go, and what is left to do before."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from panels import registry
from panels.forms import TabsForm
from panels.models import Connection, Placement
from panels.offers import read_offers
from panels.services import save_tabs
from tenants.admin.account_pages import page_context
from tenants.admin.base import OfAccountsAdmin
from tenants.admin.steps import Step
from tenants.models import Account, DashboardApp


def connections_step(account: Account) -> Step:
    """Connect the systems that the panels are filled from."""
    return Step(
        gettext_lazy("Connect systems"),
        Connection.objects.for_account(account).exists(),
        f"{reverse('admin:panels_connection_add')}?account={account.pk}",
        gettext_lazy("Add a connection"),
        gettext_lazy("The shop, the payment provider and whatever else knows the customers."),
        f"{reverse('admin:panels_connection_changelist')}?account__id__exact={account.pk}",
    )


def tabs_address(account: Account) -> str:
    """Return where the account's tabs are listed."""
    return f"{reverse('admin:tenants_dashboardapp_changelist')}?account__id__exact={account.pk}"


def tabs_step(account: Account) -> Step:
    """Create the dashboard apps."""
    return Step(
        gettext_lazy("Set up tabs"),
        DashboardApp.objects.for_account(account).exists(),
        reverse("admin:tenants_account_tabs", args=[account.pk]),
        gettext_lazy("Set up tabs"),
        gettext_lazy("Each tab shows one or more panels."),
        tabs_address(account),
    )


def tabs_urls(admin: OfAccountsAdmin) -> list[URLPattern]:
    """Return the address of the page that creates the usual tabs."""

    def shown(request: HttpRequest, pk: int) -> HttpResponse:
        return _show_tabs(admin, request, admin.get_visible(request, str(pk)))

    return [path("<int:pk>/tabs/", admin.admin_site.admin_view(shown), name="tenants_account_tabs")]


def _show_tabs(admin: OfAccountsAdmin, request: HttpRequest, account: Any) -> HttpResponse:
    if not admin.has_change_permission(request, account):
        raise PermissionDenied
    placed = set(Placement.objects.for_account(account).values_list("panel", flat=True))
    offers = read_offers(account.pk)
    titles = {
        slug: str(panel.title)
        for slug, panel in registry.panels().plugins.items()
        if slug not in placed and offers.has_panel(slug)
    }
    form = TabsForm(list(titles.items()), request.POST or None)
    back = reverse("admin:tenants_account_change", args=[account.pk])
    if request.method == "POST" and form.is_valid() and _saved(account, form, titles):
        number = len(form.cleaned_data["panels"])
        text = ngettext("%(number)d tab created.", "%(number)d tabs created.", number) % {"number": number}
        admin.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(back)
    context = page_context(
        admin,
        request,
        _("Set up tabs"),
        account,
        form=form,
        back=back,
        titles=titles,
        tabs=tabs_address(account),
        add=f"{reverse('admin:tenants_dashboardapp_add')}?account={account.pk}",
    )
    return render(request, "panels/tabs.html", context)


def _saved(account: Account, form: TabsForm, titles: Mapping[str, str]) -> bool:
    """Create the chosen tabs; say beside the choice why there are none."""
    last = DashboardApp.objects.for_account(account).aggregate(last=Max("position"))["last"]
    chosen = {slug: titles[slug] for slug in form.cleaned_data["panels"]}
    try:
        save_tabs(account, chosen, first_position=0 if last is None else last + 1)
    except ValidationError as error:
        form.add_error("panels", error)
        return False
    return True
