"""Accounts from a file in the admin: the first press shows what it would change, the second does it."""

import time
from collections.abc import Mapping, Sequence
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

from panels.declarations import uploads
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

# Problems by their account's place in the file.
Refused = Mapping[str, Sequence[Problem]]


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
        sealed = open_upload(request.POST["sealed"], **_owner(request))
    except NotThere:
        text = _("That was too long ago. Choose the file again.")
        admin.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:tenants_account_import"))
    plans, problems = _planned(request, sealed.upload)
    if digest_of(plans) != sealed.seen:
        text = _("Accounts were changed by somebody else meanwhile. This is what would be done now.")
        admin.message_user(request, text, messages.WARNING)
        return _show_plans(admin, request, sealed.upload)
    done, refused, left = _apply(plans, sealed.refused)
    imported = ngettext("%(number)d account imported.", "%(number)d accounts imported.", len(done))
    if left:
        text = ngettext(
            "%(number)d account is left, since hosts took their time. Import once more to go on.",
            "%(number)d accounts are left, since hosts took their time. Import once more to go on.",
            left,
        )
        told = f"{imported % {'number': len(done)}} {text % {'number': left}}"
        admin.message_user(request, told, messages.WARNING)
        return _show_plans(admin, request, sealed.upload, refused)
    problems += [problem for one in refused.values() for problem in one]
    if not problems:
        admin.message_user(request, imported % {"number": len(done)}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:tenants_account_changelist"))
    return _page(admin, request, done=done, problems=problems, is_done=True)


def _apply(plans: Sequence[AccountPlan], refused: Refused) -> tuple[list[AccountPlan], Refused, int]:
    """Do the plans, for as long as a browser waits; return those done, what is refused by now, and how many are left.

    What an earlier press was refused is not tried again: hosts that do not answer would take all the time.
    """
    ends_at = time.monotonic() + uploads.SECONDS
    done, problems = [], dict(refused)
    todo = [one for one in plans if one.declared.where not in refused and (one.lines or one.problems)]
    for number, one in enumerate(todo, 1):
        if found := apply_plan(one).problems:
            problems[one.declared.where] = found
        else:
            done.append(one)
        left = sum(not other.problems for other in todo[number:])
        if left and time.monotonic() > ends_at:
            return done, problems, left
    return done, problems, 0


def _show_plans(
    admin: OfAccountsAdmin, request: HttpRequest, upload: Upload, refused: Refused | None = None
) -> HttpResponse:
    """Show what would be done; `refused` is what was tried already."""
    plans, problems = _planned(request, upload)
    known = {one.declared.where: one.problems for one in plans if one.problems} | dict(refused or {})
    problems += [problem for one in known.values() for problem in one]
    ready = [one for one in plans if one.lines and one.declared.where not in known]
    sealed = seal_upload(upload, digest_of(plans), **_owner(request), refused=refused) if ready else ""
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
