"""The way past Django's usual middleware, for frames and webhooks.

Those carry no cookies: a session, a signed-in user, messages and CSRF tokens would only cost them time
and put cookies where browsers refuse them. The admin and everything else go the usual way.
"""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

WITHOUT_COOKIES = ("/a/", "/hooks/")

Handler = Callable[[HttpRequest], HttpResponseBase]

_USUAL = (
    WhiteNoiseMiddleware,
    SessionMiddleware,
    CommonMiddleware,
    CsrfViewMiddleware,
    AuthenticationMiddleware,
    MessageMiddleware,
    XFrameOptionsMiddleware,
)


class ShortcutMiddleware:
    """Takes frames and webhooks past the usual middleware that follows it.

    Views on that way are `csrf_exempt`: their requests prove themselves by a header that no other site
    can set, or by a signature.
    """

    def __init__(self, get_response: Handler) -> None:
        self.usual_way = get_response
        self.shortcut = past_usual(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(WITHOUT_COOKIES):
            return self.shortcut(request)
        return self.usual_way(request)


def past_usual(handler: Handler) -> Handler:
    """Return the first handler in the chain that is not one of the usual middleware.

    Django wraps each middleware into a function that turns exceptions into answers; like every
    `functools.wraps` it knows what it wraps.
    """
    while isinstance(middleware := getattr(handler, "__wrapped__", None), _USUAL):
        handler = cast("Handler", middleware.get_response)
    return handler
