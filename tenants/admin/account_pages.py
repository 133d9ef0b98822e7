"""What pages about one account have in common, and the page that changes its webhook address."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tenants.admin.base import OfAccountsAdmin
from tenants.forms import OverlapForm
from tenants.models import Account
from tenants.services import rotate_hook_key

Page = Callable[[OfAccountsAdmin, HttpRequest, Account], HttpResponse]


def account_page(admin: OfAccountsAdmin, tail: str, name: str, page: Page) -> URLPattern:
    """Return the address of a page about one of the operator's accounts; another's is 404."""

    def shown(request: HttpRequest, pk: int) -> HttpResponse:
        return page(admin, request, admin.get_visible(request, str(pk)))

    return path(f"<int:pk>/{tail}/", admin.admin_site.admin_view(shown), name=f"tenants_account_{name}")


def page_context(
    admin: OfAccountsAdmin, request: HttpRequest, title: str | Promise, row: Any, **more: Any
) -> dict[str, Any]:
    """Return what a page of ours needs besides its own things."""
    return {
        **admin.admin_site.each_context(request),
        "title": title,
        "subtitle": str(row),
        "opts": admin.opts,
        "original": row,
        "may_change": admin.has_change_permission(request, row),
        **more,
    }


def address_with_link(address: Callable[[Any], str], row: Any, rotate: str) -> SafeString:
    """Return the public address of the row, and where it is changed by whoever may."""
    try:
        shown = address(row)
    except ValidationError as error:  # PUBLIC_URL is not set
        shown = " ".join(error.messages)
    address_itself = format_html('<span class="address" dir="ltr">{}</span>', shown)
    if not getattr(row, "may_change", False):
        return address_itself
    return format_html('{} <a class="page-link" href="{}">{}</a>', address_itself, rotate, _("Change"))


def require_change(admin: OfAccountsAdmin, request: HttpRequest) -> None:
    """Refuse whoever may only look."""
    if not admin.has_change_permission(request):
        raise PermissionDenied


def overlap_of(admin: OfAccountsAdmin, request: HttpRequest, form: OverlapForm) -> dt.timedelta | None:
    """Return for how long the key that is replaced stays good; None while the form is only shown."""
    require_change(admin, request)
    return dt.timedelta(hours=form.cleaned_data["hours"]) if request.method == "POST" and form.is_valid() else None


def still_good(ends_at: dt.datetime | None) -> dt.datetime | None:
    """Return until when the key before is good, which another change would end."""
    return ends_at if ends_at and ends_at > timezone.now() else None


def rotation_urls(admin: OfAccountsAdmin) -> list[URLPattern]:
    """Return the address of the page that changes the webhook address."""
    return [account_page(admin, "rotate-hook-key", "rotate_hook_key", _show_rotation)]


def _show_rotation(admin: OfAccountsAdmin, request: HttpRequest, account: Account) -> HttpResponse:
    form = OverlapForm(request.POST or None)
    overlap = overlap_of(admin, request, form)
    if overlap is not None:
        rotate_hook_key(account, keep_old_for=overlap)
        admin.message_user(request, _("The account has a new address for webhooks. Publish it now."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:tenants_account_publish", args=[account.pk]))
    back = reverse("admin:tenants_account_change", args=[account.pk])
    title = _("Change the address for webhooks")
    told = still_good(account.previous_hook_key_ends_at)
    context = page_context(admin, request, title, account, form=form, back=back, still_good=told)
    return render(request, "tenants/rotate.html", context)
