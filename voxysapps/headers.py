"""Headers of everything that is no frame: the admin, the API and whatever else people open by itself."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What we make ourselves needs no more: scripts and styles are files.
POLICY = _POLICY.format(scripts="'self'", styles="'self'")
# The admin is Unfold's. Its pages say in attributes what Alpine does, as expressions that Alpine turns into functions:
# without 'unsafe-eval' no menu opens, and the dialogue that is hidden so covers every page. Alpine's other build, which
# needs none, knows no arrow functions, and Unfold writes such. Inline scripts stay forbidden.
ADMIN = "/admin/"
# Alpine sets the width of a list's actions by a style attribute.
_STYLE_ATTRIBUTES = "'self' {hashes}; style-src-attr 'unsafe-inline'"
STYLE_HASHES = (
    "'sha256-bsV5JivYxvGywDAZ22EZJKBFip65Ng9xoJVLbBg7bdo='",  # htmx's, for its indicators
    "'sha256-+MEQ/O07HiRf96s+FyiSQj7xKrHjGPZWCed2MyGUBF4='",  # a list's without actions
)
ADMIN_POLICY = _POLICY.format(
    scripts="'self' 'unsafe-eval'", styles=_STYLE_ATTRIBUTES.format(hashes=" ".join(STYLE_HASHES))
)
PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), midi=(), payment=(), usb=()"
)
# With DEBUG on, Django answers these with a page that has its scripts and styles inside.
_DEBUG_PAGES = (HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR)


class AdminHeadersMiddleware:
    """Sets what a view has not set itself. Frames do not come this way: theirs are the account's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not (settings.DEBUG and response.status_code in _DEBUG_PAGES):
            policy = ADMIN_POLICY if request.path_info.startswith(ADMIN) else POLICY
            response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
