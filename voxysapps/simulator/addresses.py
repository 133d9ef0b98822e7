"""Where the stand-in host and the frames are opened: two origins where that can be had without settings."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

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
    """Return the addresses to use for `request`.

    A server on this machine answers to two names that browsers hold for two sites. Any other server is
    known to answer to two names only if both are among its allowed hosts.
    """
    name, port = _split(request.get_host())
    if _is_loopback(name):
        # A developer's own pages may be served at any port of this machine.
        sources = tuple(f"{request.scheme}://{host}:*" for host in (_LOOPBACK_FRAMES, _LOOPBACK_PAGE))
        return Addresses(
            page=f"{request.scheme}://{_LOOPBACK_PAGE}{port}",
            frames=f"{request.scheme}://{_LOOPBACK_FRAMES}{port}",
            frame_sources=sources,
        )
    others = (host for host in settings.ALLOWED_HOSTS if host != name and not _is_pattern(host))
    apart = next((host for host in others if not _is_loopback(host)), name)
    frames = f"{request.scheme}://{apart}{port}"
    return Addresses(page=f"{request.scheme}://{name}{port}", frames=frames, frame_sources=(frames,))


def _split(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    return (name, colon + port) if colon and port.isdigit() else (host, "")


def _is_loopback(name: str) -> bool:
    return name in ("localhost", "127.0.0.1", "[::1]") or name.endswith(".localhost")


def _is_pattern(host: str) -> bool:
    return host == "*" or host.startswith(".")
