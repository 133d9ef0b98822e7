"""Who is at work in the admin, for the audit."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from tenants.audit import acting


class AuditMiddleware:
    """Lets what is changed in the admin be written down as done by who has signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/admin/"):
            return self.get_response(request)
        with acting(request.user, "admin"):
            return self.get_response(request)
