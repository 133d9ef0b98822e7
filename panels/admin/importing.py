"""Accounts from a file in the admin: the first press shows what it would change, the second does it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget

from panels.declarations.applying import AccountPlan, apply_plan, plan
from panels.declarations.shapes import ACCOUNT_FIELDS, Problem
from panels.declarations.uploads import (
    LIFETIME_SECONDS,
    MAX_ACCOUNTS,
    NotThere,
    Upload,
    digest_of,
    open_upload,
    read_upload,
    seal_upload,
)
from panels.declarations.yaml_files import MAX_BYTES, Unreadable, text_of
from tenants.admin.base import OfAccountsAdmin
from tenants.selectors import may_write, visible_accounts
from tenants.services import ACCOUNT_SECRETS

_YAML = (".yaml", ".yml")


class UploadForm(forms.Form):
    """A file of accounts."""

    file = forms.FileField(
        label=capfirst(gettext_lazy("file")),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.yaml,.yml,text/csv,application/yaml"}),
        # Django drops what is far too large before this form could see it.
        error_messages={"required": gettext_lazy("Choose a CSV or YAML file of at most 1 MB.")},
    )

    def clean_file(self) -> Upload:
        """Return the file's text."""
        uploaded = self.cleaned_data["file"]
        try:
            text = text_of(uploaded.read(MAX_BYTES + 1))
        except Unreadable as error:
            raise ValidationError(_("The file cannot be read: %(why)s") % {"why": error}) from None
        return Upload(text, str(uploaded.name).lower().endswith(_YAML))


def import_urls(admin: OfAccountsAdmin) -> list[URLPattern]:
    """Return the address of the page."""

    def shown(request: HttpRequest) -> HttpResponse:
        if not admin.has_add_permission(request):
            raise PermissionDenied
        return _confirmed(admin, request) if "sealed" in request.POST else _chosen(admin, request)

    return [path("import/", admin.admin_site.admin_view(shown), name="tenants_account_import")]


def _chosen(admin: OfAccountsAdmin, request: HttpRequest) -> HttpResponse:
    """Ask for a file; show what it would change."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        return _show_plans(admin, request, form.cleaned_data["file"])
    return _page(admin, request, form=form, columns=(*ACCOUNT_FIELDS, *ACCOUNT_SECRETS), limit=MAX_ACCOUNTS)


def _confirmed(admin: OfAccountsAdmin, request: HttpRequest) -> HttpResponse:
    """Do what was shown, unless by now it would be something else."""
    try:
        upload, seen = open_upload(request.POST["sealed"], **_owner(request))
    except NotThere:
        text = _("That was too long ago. Choose the file again.")
        admin.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:tenants_account_import"))
    plans, problems = _planned(request, upload)
    if digest_of(plans) != seen:
        text = _("Accounts were changed by somebody else meanwhile. This is what would be done now.")
        admin.message_user(request, text, messages.WARNING)
        return _show_plans(admin, request, upload)
    done = []
    for one in plans:
        refused = apply_plan(one).problems
        problems += refused
        if one.lines and not refused:
            done.append(one)
    if not problems:
        text = ngettext("%(number)d account imported.", "%(number)d accounts imported.", len(done))
        admin.message_user(request, text % {"number": len(done)}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:tenants_account_changelist"))
    return _page(admin, request, done=done, problems=problems, is_done=True)


def _show_plans(admin: OfAccountsAdmin, request: HttpRequest, upload: Upload) -> HttpResponse:
    plans, problems = _planned(request, upload)
    problems += [problem for one in plans for problem in one.problems]
    ready = [one for one in plans if one.lines and not one.problems]
    sealed = seal_upload(upload, digest_of(plans), **_owner(request)) if ready else ""
    return _page(
        admin,
        request,
        ready=ready,
        problems=problems,
        same=sum(one.is_empty for one in plans),
        sealed=sealed,
        minutes=LIFETIME_SECONDS // 60,
    )


def _planned(request: HttpRequest, upload: Upload) -> tuple[Sequence[AccountPlan], list[Problem]]:
    """Return what would be done to the user's own accounts, and what of the file could not be read."""
    declarations, secrets = read_upload(upload)
    user = request.user
    plans = plan(declarations, visible=visible_accounts(user), may_write=may_write(user), secrets=secrets)
    return plans, list(declarations.problems)


def _owner(request: HttpRequest) -> dict[str, Any]:
    """Return whose the sealed file is."""
    return {"user_id": request.user.pk, "session": request.session.session_key}


def _page(admin: OfAccountsAdmin, request: HttpRequest, **context: Any) -> HttpResponse:
    response = render(
        request,
        "panels/import.html",
        {**admin.admin_site.each_context(request), "title": _("Import accounts"), "opts": admin.opts, **context},
    )
    response["Cache-Control"] = "no-store"
    return response
