"""What can be wrong with a company's systems: chosen per account and system, in the simulator's drawer or by a script.

Injected where requests leave. The demonstration's connector asks nobody: it then fails as it would have.
"""

import time
from collections.abc import Callable
from enum import StrEnum

from django.core.cache import cache

from panels.connectors.demo.connector import raise_fault
from voxysapps.outgoing import OutgoingError, Response, seconds_for_request

SLOW_SECONDS = 5.0
RETRY_AFTER_SECONDS = 20
_KEPT_SECONDS = 8 * 3600
_HTML = b"<!doctype html><html><head><title>Maintenance</title></head><body>We are back soon.</body></html>"


class SystemFault(StrEnum):
    """How a system fails, or the way to it."""

    NONE = "none"
    SLOW = "slow"
    LIMITED = "limited"
    BROKEN = "broken"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    HTML = "html"
    TRUNCATED = "truncated"


def answer_with(fault: SystemFault, send: Callable[[], Response]) -> Response:
    """Return what a system with this fault answers to a request; `send` asks the real one. Raises `OutgoingError`."""
    match fault:
        case SystemFault.LIMITED:
            headers = {"content-type": "application/json", "retry-after": str(RETRY_AFTER_SECONDS)}
            return Response(429, headers, b'{"error": "Too many requests"}')
        case SystemFault.BROKEN:
            return Response(500, {"content-type": "application/json"}, b'{"error": "Internal server error"}')
        case SystemFault.HTML:
            return Response(200, {"content-type": "text/html"}, _HTML)
        case SystemFault.REFUSED:
            raise OutgoingError("unreachable")
        case SystemFault.TIMEOUT:
            time.sleep(seconds_for_request())
            raise OutgoingError("timeout")
        case SystemFault.SLOW:
            time.sleep(min(SLOW_SECONDS, seconds_for_request()))
    answer = send()
    if fault is SystemFault.TRUNCATED:
        return Response(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
    return answer


def fail_in_place(fault: SystemFault, name: str) -> None:
    """Fail as the demonstration's connector, called `name`, does with such a fault; return where it answers."""
    match fault:
        case SystemFault.NONE:
            return
        case SystemFault.SLOW:
            time.sleep(SLOW_SECONDS)
        case SystemFault.LIMITED:
            raise_fault(name, "rate_limited")
        case _:
            raise_fault(name, "temporary")


def read_faults(account_id: int) -> dict[str, SystemFault]:
    """Return the faults of the account's systems, by name: `c12` is connection 12, `p5` what placement 5 asks."""
    stored = cache.get(_key(account_id)) or {}
    return {system: SystemFault(fault) for system, fault in stored.items() if fault in set(SystemFault)}


def set_fault(account_id: int, system: str, fault: SystemFault) -> None:
    """Let one system of the account have the fault from now on, for some hours."""
    faults = {**read_faults(account_id), system: fault}
    kept = {one: str(other) for one, other in faults.items() if other is not SystemFault.NONE}
    cache.set(_key(account_id), kept, _KEPT_SECONDS)


def _key(account_id: int) -> str:
    return f"{account_id}:seen:faults"
