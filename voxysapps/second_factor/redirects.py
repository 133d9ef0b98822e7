"""Where to go once the second factor is proved."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def with_next(address: str, wanted: str) -> str:
    """Return the address with the page to go on to, unless that is the admin's index."""
    return address if wanted in ("", reverse("admin:index")) else f"{address}?{urlencode({'next': wanted})}"


def next_page(request: HttpRequest) -> str:
    """Return the path that the request wants to go on to, if it is one of our own; else the admin's index."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    # Without hosts only paths are safe; those that begin with // are none.
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("admin:index")
