"""The switch that every page of the stand-in host is behind."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def when_simulating(*methods: str) -> Callable[[View[P]], View[P]]:
    """Return a decorator: the view does not exist, whatever the method, unless the stand-in host is switched on.

    Nobody signs in to the stand-in host, so there is nothing for CSRF tokens to guard; what changes it asks
    for JSON or for an agent's token, which pages of other sites cannot send.
    """

    def decorate(view: View[P]) -> View[P]:
        allowed = require_http_methods(list(methods or ("GET", "HEAD")))(view)

        @csrf_exempt
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not settings.SIMULATOR:
                raise Http404
            return allowed(request, *args, **kwargs)

        return guarded

    return decorate
