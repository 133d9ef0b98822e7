"""The pages of the second factor: entering a code, setting it up, and changing it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import django_otp
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from voxysapps.second_factor import devices
from voxysapps.second_factor.forms import CodeForm, SetUpForm
from voxysapps.second_factor.pictures import qr_code
from voxysapps.second_factor.redirects import next_page

# The secret that is being set up. It is the session's, not the user's: whoever saw one that was never
# confirmed knows nothing of the one that will be.
_KEY = "second_factor_key"

View = Callable[[HttpRequest], HttpResponse]


def _own_page(view: View) -> View:
    """Let whoever has entered a password see a page that nothing may keep."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return view(request)

    decorated: View = require_http_methods(["GET", "HEAD", "POST"])(guarded)
    return never_cache(csrf_protect(sensitive_post_parameters("code")(decorated)))


@_own_page
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a code; with it the session is signed in."""
    if not devices.has_second_factor(request.user):
        return redirect("second_factor:manage")
    if _is_verified(request):
        return HttpResponseRedirect(next_page(request))
    form = CodeForm(_user(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        _sign_in(request, form.device)
        return HttpResponseRedirect(next_page(request))
    return _page(request, "verify", _("Enter your code"), form=form, next=next_page(request))


@_own_page
@sensitive_variables("key")
def set_up(request: HttpRequest) -> HttpResponse:
    """Show a secret for an authenticator app; take its first code, and show recovery codes."""
    if devices.has_second_factor(request.user):
        return redirect("second_factor:manage")
    user = _user(request)
    key: str = request.session.get(_KEY) or devices.new_key()
    request.session[_KEY] = key
    form = SetUpForm(user, key, request.POST or None)
    if request.method == "POST" and form.is_valid():
        del request.session[_KEY]
        _sign_in(request, form.device)
        return _show_recovery_codes(request, form.recovery_codes)
    return _page(
        request,
        "set_up",
        _("Set up the second factor"),
        form=form,
        next=next_page(request),
        picture=qr_code(devices.provisioning_address(user, key)),
        key=devices.shown_key(key),
    )


@_own_page
def manage(request: HttpRequest) -> HttpResponse:
    """Show what one's own second factor is; make new recovery codes or remove it, for a code."""
    user = _user(request)
    has_device = devices.has_second_factor(user)
    form = CodeForm(user, request.POST or None)
    if request.method == "POST" and has_device and form.is_valid():
        if "remove" not in request.POST:
            return _show_recovery_codes(request, devices.renew_recovery_codes(user))
        devices.reset(user)
        messages.success(request, _("Your second factor is removed."))
        return redirect("second_factor:manage")
    return _page(
        request,
        "manage",
        _("Second factor"),
        form=form,
        has_device=has_device,
        left=devices.left_recovery_codes(user),
        is_required=settings.ADMIN_SECOND_FACTOR,
    )


def _user(request: HttpRequest) -> Any:
    return request.user


def _is_verified(request: HttpRequest) -> bool:
    return bool(_user(request).is_verified())


def _sign_in(request: HttpRequest, device: Any) -> None:
    # A new key: whoever has planted or seen the one before is left with nothing.
    request.session.cycle_key()
    django_otp.login(request, device)


@sensitive_variables("codes")
def _show_recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return _page(request, "recovery_codes", _("Your recovery codes"), codes=codes, next=next_page(request))


def _page(request: HttpRequest, name: str, title: Any, **context: Any) -> HttpResponse:
    return TemplateResponse(
        request, f"second_factor/{name}.html", {**admin.site.each_context(request), "title": title, **context}
    )
