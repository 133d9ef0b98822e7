"""What can be wrong with a host: chosen per account, in the simulator's drawer or by a script."""

import time
from enum import StrEnum
from http import HTTPStatus

from django.http import HttpResponse, JsonResponse

SLOW_SECONDS = 5.0
RETRY_AFTER_SECONDS = 20


class Fault(StrEnum):
    """`old` is no fault, but a host before 2023: no uuid, no `hmac_verified`, no signed webhooks.

    `no_apps` and `no_webhooks`: nobody may change the one or the other, administrators neither.
    """

    NONE = "none"
    DOWN = "down"
    SLOW = "slow"
    BAD_TOKEN = "bad_token"  # noqa: S105 - a name
    LIMITED = "limited"
    PLAN_LIMIT = "plan_limit"
    NO_APPS = "no_apps"
    NO_WEBHOOKS = "no_webhooks"
    OLD = "old"


# What of the API each of these closes to changes.
_CLOSED = {Fault.NO_APPS: "dashboard_apps", Fault.NO_WEBHOOKS: "webhooks"}


def faulty_answer(fault: Fault, method: str, path: str) -> HttpResponse | None:
    """Return what a host with this fault answers to everybody; None where it does its work."""
    match fault:
        case Fault.DOWN:
            page = "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
            return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE)
        case Fault.SLOW:
            time.sleep(SLOW_SECONDS)
        case Fault.BAD_TOKEN:
            return JsonResponse({"error": "Invalid Access Token"}, status=HTTPStatus.UNAUTHORIZED)
        case Fault.LIMITED:
            answer = HttpResponse("Retry later\n", status=HTTPStatus.TOO_MANY_REQUESTS, content_type="text/plain")
            answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return answer
        case Fault.PLAN_LIMIT if method == "POST":
            sentence = "Account limit exceeded. Upgrade to a higher plan"
            return JsonResponse({"error": sentence}, status=HTTPStatus.PAYMENT_REQUIRED)
        case Fault.NO_APPS | Fault.NO_WEBHOOKS if method != "GET" and _CLOSED[fault] in path.split("/"):
            sentence = "You are not authorized to do this action"
            return JsonResponse({"error": sentence}, status=HTTPStatus.UNAUTHORIZED)
    return None
