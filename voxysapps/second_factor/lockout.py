"""Wrong passwords: how many are taken, and what whoever has used them up is told.

Failures are counted for a name at an address, and for an address alone, which a whole office may share.
"""

from http import HTTPStatus
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from voxysapps.client_address import UNKNOWN, client_address, counted_address

# An address may fail so many times as often as one name at it.
ADDRESS_FACTOR = 10
_SECONDS_PER_MINUTE = 60
# Axes stores it so; PostgreSQL refuses more, and whoever sends it would get a 500.
_LONGEST_NAME = 255


class Handler(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Axes' own handler, with another limit for addresses, and nobody who clears an address by signing in."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return what is compared with the limit: an address's failures count for a tenth of a name's."""
        by_name, by_address = (
            sum(attempts.values_list("failures_since_start", flat=True))
            for attempts in self.get_user_attempts(request, credentials)
        )
        return int(max(by_name, by_address // ADDRESS_FACTOR))

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Forget the failures of the name that has signed in: others at the address go on counting."""
        by_name, _by_address = self.filter_user_attempts(request, credentials)
        number, _rows = by_name.delete()
        return int(number)


def address_of(request: HttpRequest) -> str | None:
    """Return the address that failures are counted for; None, as one for all, where it is not known."""
    address = counted_address(client_address(request))
    return None if address == UNKNOWN else address


def name_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """Return the name that failures are counted for: no longer than the database has room for."""
    name = (request.POST if credentials is None else credentials).get("username")
    return None if name is None else str(name)[:_LONGEST_NAME]


def describe_client(*args: Any) -> str:
    """Return what log lines call whoever signs in: they hold no names and no addresses."""
    return "somebody"


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """Answer a refused sign-in, with the same words whether there is such a user or not."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    minutes = seconds // _SECONDS_PER_MINUTE
    text = ngettext(
        "Too many wrong passwords were entered. Try again in %(number)d minute.",
        "Too many wrong passwords were entered. Try again in %(number)d minutes.",
        minutes,
    ) % {"number": minutes}
    context = {**admin.site.each_context(request), "title": _("Wait a while"), "text": text}
    answer = render(request, "second_factor/locked_out.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(seconds)
    answer["Cache-Control"] = "no-store"
    return answer
