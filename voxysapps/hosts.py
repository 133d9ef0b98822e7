"""Under which names what answers: frames under their own, the admin and the rest under `ADMIN_HOSTS`.

What runs in a frame then cannot reach the admin: to the browser it is another site, with other cookies,
other storage and other windows.
"""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

EVERY_NAME = "*"
# Asked for by whatever supervises the product, under any name; and what both sides' pages load.
ON_BOTH_SIDES = ("/healthz", "/readyz", "/metrics")
# A frame's names are few. Past so many somebody plays with a wildcard of ALLOWED_HOSTS.
MAX_REMEMBERED = 200


class Hosts:
    """Which side of the product answers under the name that a request was sent to."""

    def __init__(self, admin_hosts: Sequence[str], static_url: str) -> None:
        self._admin_hosts = admin_hosts
        self._is_apart = EVERY_NAME not in admin_hosts
        self._static_url = static_url
        # As they stand in the Host header, so that a warm request costs one look-up.
        self._frame_hosts: set[str | None] = set()

    @classmethod
    def from_settings(cls) -> "Hosts":
        return cls(settings.ADMIN_HOSTS, settings.STATIC_URL)

    def has_frames(self, request: HttpRequest) -> bool:
        """Return whether frames and webhooks answer here. Raises `DisallowedHost` for a name not in ALLOWED_HOSTS."""
        header = request.META.get("HTTP_HOST")
        if header in self._frame_hosts:
            return True
        if self._is_apart and self._is_admin_host(request):
            return False
        request.get_host()
        if len(self._frame_hosts) < MAX_REMEMBERED:
            self._frame_hosts.add(header)
        return True

    def has_the_rest(self, request: HttpRequest) -> bool:
        """Return whether everything but frames and webhooks answers here: what is new is closed to frames' names."""
        return (
            not self._is_apart
            or request.path_info in ON_BOTH_SIDES
            or request.path_info.startswith(self._static_url)
            or self._is_admin_host(request)
        )

    def _is_admin_host(self, request: HttpRequest) -> bool:
        return validate_host(split_domain_port(request.get_host())[0], self._admin_hosts)
