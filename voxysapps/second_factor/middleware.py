"""A password alone signs nobody in who has a second factor, or must have one."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from voxysapps.second_factor.devices import has_second_factor
from voxysapps.second_factor.redirects import next_page, with_next

# What somebody between password and code may use.
_OPEN = ("admin:login", "admin:logout", "admin:jsi18n", "set_language", "second_factor:verify", "second_factor:set_up")


class SecondFactorMiddleware:
    """Stands before everything that knows its users by a session. Comes after OTPMiddleware.

    Until the code was entered the user is nobody, to every view there is and will be; in the admin they are led to
    where the code is entered or set up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        page = missing_step(request)
        if page is None:
            return self.get_response(request)
        if request.path == reverse("admin:login") and request.method != "POST":
            # Their password is known; whoever is somebody else signs out first.
            return HttpResponseRedirect(with_next(reverse(page), next_page(request)))
        if request.path in _open_paths():
            return self.get_response(request)
        if request.path.startswith(reverse("admin:index")):
            # What was posted is not repeated.
            wanted = request.get_full_path() if request.method in ("GET", "HEAD") else ""
            return HttpResponseRedirect(with_next(reverse(page), wanted))
        request.user = AnonymousUser()
        # Django's other ways to the same user.
        request._cached_user = AnonymousUser()  # type: ignore[attr-defined]  # noqa: SLF001
        request.auser = _nobody
        return self.get_response(request)


def missing_step(request: HttpRequest) -> str | None:
    """Return the name of the page that the user has to pass first; None where nothing is missing."""
    user = request.user
    if not user.is_authenticated or user.is_verified():  # type: ignore[attr-defined]  # django-otp adds it
        return None
    if has_second_factor(user):
        return "second_factor:verify"
    return "second_factor:set_up" if settings.ADMIN_SECOND_FACTOR else None


async def _nobody() -> AnonymousUser:
    return AnonymousUser()


@cache
def _open_paths() -> frozenset[str]:
    return frozenset(map(reverse, _OPEN))
