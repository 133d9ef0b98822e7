"""What the product counts, and /metrics, which shows it to Prometheus.

Labels are words of ours, each listed here: nothing of a request or a customer can become one.

Every process counts for itself, and /metrics answers for the process that is asked. Where several share an
address, or a worker shall be seen, set PROMETHEUS_MULTIPROC_DIR to one folder, empty at the start, for all
processes of the machine: whichever is asked then answers for all of them.
"""

import os
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from voxysapps.client_address import client_address
from voxysapps.problems import STATUS

Counted = Literal["requests", "confirmations", "sign_ins", "webhooks", "host_calls"]

OTHER = "other"
# By counter: what it counts, and the results it tells apart.
COUNTED: dict[Counted, tuple[str, tuple[str, ...]]] = {
    "requests": ("Requests to frames, by the code of the problem they were answered with, or ok.", ("ok", *STATUS)),
    "confirmations": (
        "Posted contexts by what became of them.",
        ("confirmed", "refused", "unavailable", "sign_in_required"),
    ),
    "sign_ins": (
        "Steps of agents' sign-ins.",
        ("asked", "signed_in", "wrong_code", "used_up", "limited", "revoked"),
    ),
    "webhooks": (
        "Webhooks by what became of them.",
        ("accepted", "repeated", "unsigned", "wrong_signature", "too_old", "too_large", "unreadable", "unknown",
         "unavailable"),
    ),
    "host_calls": (
        "Calls of hosts' APIs: ok, the status, or why there was no answer.",
        ("ok", "refused_address", "bad_address", "unresolved", "unreachable", "timeout", "too_large", "bad_redirect",
         "unreadable",
         "400", "401", "402", "403", "404", "422", "429", "500", "502", "503", "504"),
    ),
}  # fmt: skip

_registry = CollectorRegistry()
# Looked up beforehand: finding a counter by its label costs three times the counting.
_children = {
    (name, result): counter.labels(result)
    for name, (what, results) in COUNTED.items()
    for counter in [Counter(f"voxys_{name}", what, ["result"], registry=_registry)]
    for result in (*results, OTHER)
}


def count(name: Counted, *, result: str) -> None:
    """Count one more. A result that is not listed above counts as `other`."""
    (_children.get((name, result)) or _children[name, OTHER]).inc()


@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all counters to those in METRICS_NETWORKS; to others there is nothing here."""
    if not _may_read(request):
        raise Http404
    registry = _registry
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(
        generate_latest(registry), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


# Whoever sends one of these stands between us and the client, whose address then is not the connection's.
_FROM_A_PROXY = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def _may_read(request: HttpRequest) -> bool:
    """Return whether the client is in METRICS_NETWORKS. A proxy on this machine does not put all its clients there."""
    comes_by_a_proxy = any(header in request.META for header in _FROM_A_PROXY)
    if comes_by_a_proxy and not settings.TRUSTED_PROXIES:
        return False
    try:
        address = ip_address(client_address(request) if comes_by_a_proxy else request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in _networks(tuple(settings.METRICS_NETWORKS)))


@cache
def _networks(texts: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(text, strict=False) for text in texts]
