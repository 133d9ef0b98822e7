"""Where a request comes from."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
# What one household or office has of IPv6: counting single addresses would count nobody twice.
_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """Return the client's IP address, or `unknown`.

    It is the connection's, unless that is a proxy of `TRUSTED_PROXIES`: then the last one in
    `X-Forwarded-For` that is no such proxy. What stands before it, anybody can have written.
    """
    given: str = request.META.get("REMOTE_ADDR", "")
    if not settings.TRUSTED_PROXIES:
        return given or UNKNOWN
    hops = [given, *reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(","))]
    for hop in hops:
        address = _parse(hop)
        if address is None:
            return UNKNOWN
        if not any(address in network for network in _proxies(tuple(settings.TRUSTED_PROXIES))):
            return str(address)
    return str(_parse(hops[-1]) or UNKNOWN)


@lru_cache(maxsize=10_000)
def counted_address(address: str) -> str:
    """Return what is counted for an address: IPv6 by its /64, IPv4 as it is."""
    parsed = _parse(address)
    if parsed is None:
        return UNKNOWN
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, _PREFIX), strict=False).network_address)
    return str(parsed)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


@lru_cache(maxsize=4)
def _proxies(texts: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)
