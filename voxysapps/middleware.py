"""Django's middleware, stepping aside for frames and webhooks.

Those carry no cookies: a session, a signed-in user, messages and CSRF tokens would only cost them time
and put cookies where browsers refuse them. The admin and everything else have the usual stack.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware as DjangoAuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware as DjangoMessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware as DjangoXFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware as DjangoCommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware as DjangoCsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin
from whitenoise.middleware import WhiteNoiseMiddleware as PlainWhiteNoiseMiddleware

WITHOUT_COOKIES = ("/a/", "/hooks/")


class _Aside(MiddlewareMixin):
    """Leaves the paths of `WITHOUT_COOKIES` to the next middleware."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(WITHOUT_COOKIES):
            return self.get_response(request)  # type: ignore[return-value]  # the stack is synchronous
        return super().__call__(request)  # type: ignore[return-value]


class WhiteNoiseMiddleware(PlainWhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise is untyped
    """Static files. No `MiddlewareMixin`, so no `_Aside`."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        aside = request.path_info.startswith(WITHOUT_COOKIES)
        response: HttpResponseBase = self.get_response(request) if aside else super().__call__(request)
        return response


class SessionMiddleware(_Aside, DjangoSessionMiddleware):
    """Operators' sessions."""


class CommonMiddleware(_Aside, DjangoCommonMiddleware):
    """Trailing slashes and content lengths."""


class CsrfViewMiddleware(_Aside, DjangoCsrfViewMiddleware):
    """Forms against forgery. A frame's requests carry a token in a header, which no other site can set."""

    def process_view(
        self, request: HttpRequest, callback: Callable[..., Any], callback_args: Any, callback_kwargs: Any
    ) -> Any:
        if request.path_info.startswith(WITHOUT_COOKIES):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


class AuthenticationMiddleware(_Aside, DjangoAuthenticationMiddleware):
    """The signed-in operator."""


class MessageMiddleware(_Aside, DjangoMessageMiddleware):
    """The admin's messages."""


class XFrameOptionsMiddleware(_Aside, DjangoXFrameOptionsMiddleware):
    """Nothing but the frames may be framed."""
