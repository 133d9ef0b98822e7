"""The page that shows what publishing would change in the host, and does it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.admin.account_pages import account_page, page_context, require_change
from tenants.admin.base import OfAccountsAdmin
from tenants.admin.steps import Step
from tenants.models import Account
from tenants.publishing.plan import make_plan
from tenants.publishing.services import publish


def publish_step(account: Account) -> Step:
    """Put the tabs and the webhook into the host."""
    return Step(
        gettext_lazy("Publish to Voxys"),
        account.published_at is not None,
        reverse("admin:tenants_account_publish", args=[account.pk]),
        gettext_lazy("Publish"),
        gettext_lazy("Puts the tabs and the webhook into the host, and shows the difference before."),
    )


def publish_urls(admin: OfAccountsAdmin) -> list[URLPattern]:
    """Return the address of the page."""
    return [account_page(admin, "publish", "publish", _show)]


def _show(admin: OfAccountsAdmin, request: HttpRequest, account: Account) -> HttpResponse:
    require_change(admin, request)
    if request.method == "POST":
        return _publish(admin, request, account)
    plan, problem = None, ""
    try:
        plan = make_plan(account)
    except ValidationError as error:
        problem = " ".join(error.messages)
    paste = plan.paste if plan else ()
    context = page_context(admin, request, _("Publish to Voxys"), account, plan=plan, problem=problem, paste=paste)
    return render(request, "tenants/publish.html", context)


def _publish(admin: OfAccountsAdmin, request: HttpRequest, account: Account) -> HttpResponse:
    outcome = None
    try:
        outcome = publish(account)
    except ValidationError as error:
        admin.message_user(request, " ".join(error.messages), messages.ERROR)
    if outcome is not None and outcome.is_complete:
        text = _("Published.") if outcome.done else _("The host has everything already.")
        admin.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:tenants_account_change", args=[account.pk]))
    paste = outcome.paste if outcome else ()
    context = page_context(admin, request, _("Publish to Voxys"), account, outcome=outcome, paste=paste)
    return render(request, "tenants/publish.html", context)
