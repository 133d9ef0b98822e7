"""What can be wrong with a host: chosen per account, in the simulator's drawer or by a script."""

import time
from enum import StrEnum
from http import HTTPStatus

from django.http import HttpResponse, JsonResponse

SLOW_SECONDS = 5.0
RETRY_AFTER_SECONDS = 20


class Fault(StrEnum):
    """`old` is no fault, but a host before 2023: no uuid, no `hmac_verified`, no signed webhooks."""

    NONE = "none"
    DOWN = "down"
    SLOW = "slow"
    BAD_TOKEN = "bad_token"  # noqa: S105 - a name
    LIMITED = "limited"
    PLAN_LIMIT = "plan_limit"
    OLD = "old"


def faulty_answer(fault: Fault, method: str) -> HttpResponse | None:
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
    return None
