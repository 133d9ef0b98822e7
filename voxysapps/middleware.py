"""The way past Django's usual middleware, for frames and webhooks.

Those carry no cookies: a session, a signed-in user, messages and CSRF tokens would only cost them time
and put cookies where browsers refuse them. The admin and everything else go the usual way.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from axes.middleware import AxesMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import Http404, HttpRequest, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django_otp.middleware import OTPMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

from tenants.middleware import AuditMiddleware
from voxysapps.headers import AdminHeadersMiddleware
from voxysapps.hosts import Hosts
from voxysapps.metrics import OTHER, count
from voxysapps.problems import Problem, problem
from voxysapps.second_factor.middleware import SecondFactorMiddleware

FRAMES = "/a/"
WITHOUT_COOKIES = (FRAMES, "/hooks/")

Handler = Callable[[HttpRequest], HttpResponseBase]

_USUAL = (
    AdminHeadersMiddleware,
    WhiteNoiseMiddleware,
    SessionMiddleware,
    LocaleMiddleware,
    CommonMiddleware,
    CsrfViewMiddleware,
    AuthenticationMiddleware,
    OTPMiddleware,
    MessageMiddleware,
    XFrameOptionsMiddleware,
    SecondFactorMiddleware,
    AuditMiddleware,
    AxesMiddleware,
)


class ShortcutMiddleware:
    """Takes frames and webhooks past the usual middleware that follows it, and lets nothing in under a wrong name.

    Views on that way are `csrf_exempt`: their requests prove themselves by a header that no other site
    can set, or by a signature.
    """

    def __init__(self, get_response: Handler) -> None:
        self.usual_way = get_response
        self.shortcut = past_usual(get_response)
        self.hosts = Hosts.from_settings()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(WITHOUT_COOKIES):
            response = self.shortcut(request) if self.hosts.has_frames(request) else _no_frames_here()
            if request.path_info.startswith(FRAMES):
                count("requests", result=_outcome(response))
            return response
        if not self.hosts.has_the_rest(request):
            raise Http404
        return self.usual_way(request)


def _outcome(response: HttpResponseBase) -> str:
    if isinstance(response, Problem):
        return response.code
    return "ok" if response.status_code < HTTPStatus.BAD_REQUEST else OTHER


def _no_frames_here() -> HttpResponseBase:
    return problem("unknown_app", "Dashboard apps do not answer under this name.")


def past_usual(handler: Handler) -> Handler:
    """Return the first handler in the chain that is not one of the usual middleware.

    Django wraps each middleware into a function that turns exceptions into answers; like every
    `functools.wraps` it knows what it wraps.
    """
    while isinstance(middleware := getattr(handler, "__wrapped__", None), _USUAL):
        handler = cast("Handler", middleware.get_response)
    return handler
