"""Where the stand-in host and the frames are opened: two origins where that can be had without settings."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from tenants.models import Account

# Where the stand-in host's API is on this server; what the platform is given as the address of the host's API.
HOST_PATH = "/simulator/host"
_LOOPBACK_PAGE = "localhost"
_LOOPBACK_FRAMES = "127.0.0.1"


@dataclass(frozen=True)
class Addresses:
    """The origins of the agent's window and of the frames, and what the frames' policy must allow."""

    page: str
    frames: str
    frame_sources: tuple[str, ...]

    @property
    def are_apart(self) -> bool:
        return self.page != self.frames


def addresses_for(request: HttpRequest) -> Addresses:
    """Return the addresses to use for `request`."""
    return addresses_at(request.scheme or "http", request.get_host())


def addresses_at(scheme: str, host: str) -> Addresses:
    """Return the addresses to use where the window is opened at `host`: a name, and perhaps a port.

    A server on this machine answers to two names that browsers hold for two sites. Any other server is
    known to answer to two names only if both are among its allowed hosts.
    """
    name, port = _split(host)
    if _is_loopback(name):
        # A developer's own pages may be served at any port of this machine.
        sources = tuple(f"{scheme}://{loopback}:*" for loopback in (_LOOPBACK_FRAMES, _LOOPBACK_PAGE))
        return Addresses(
            page=f"{scheme}://{_LOOPBACK_PAGE}{port}",
            frames=f"{scheme}://{_LOOPBACK_FRAMES}{port}",
            frame_sources=sources,
        )
    others = (other for other in settings.ALLOWED_HOSTS if other != name and not _is_pattern(other))
    apart = next((other for other in others if not _is_loopback(other)), name)
    frames = f"{scheme}://{apart}{port}"
    return Addresses(page=f"{scheme}://{name}{port}", frames=frames, frame_sources=(frames,))


def server_address() -> str | None:
    """Return how this server's processes reach it, as it was told when the demonstration accounts were made."""
    apis = Account.objects.filter(is_demonstration=True, host_api__endswith=HOST_PATH).order_by("id")
    api = apis.values_list("host_api", flat=True).first()
    return api.removesuffix(HOST_PATH) if api else None


def _split(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    return (name, colon + port) if colon and port.isdigit() else (host, "")


def _is_loopback(name: str) -> bool:
    return name in ("localhost", "127.0.0.1", "[::1]") or name.endswith(".localhost")


def _is_pattern(host: str) -> bool:
    return host == "*" or host.startswith(".")
