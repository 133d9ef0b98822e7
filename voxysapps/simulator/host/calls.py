"""Calls of the stand-in host's REST API: who asks, about which account, and how it says no (host-contract 3.1, 3.2)."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from voxysapps.simulator.demonstration.shapes import Agent, Person, Talk
from voxysapps.simulator.host.changes import Invalid
from voxysapps.simulator.host.faults import Fault, faulty_answer
from voxysapps.simulator.host.state import HostAccount, load
from voxysapps.simulator.host.tokens import owner_of

# The window is the host's own page: what is wrong with its API for others does not concern it.
WINDOW_HEADER = "X-Simulator-Window"
_FOR_OTHERS = frozenset(Fault) - {Fault.NONE, Fault.OLD}


@dataclass(frozen=True)
class Call:
    """One call: the account as it is now, the agent whose token it came with, and what was sent."""

    request: HttpRequest
    host: HostAccount
    agent: Agent
    sent: dict[str, Any]

    @property
    def asked(self) -> dict[str, str]:
        return self.request.GET.dict()

    def require_administrator(self) -> None:
        if self.agent.role != "administrator":
            raise unauthorized()

    def talk(self, id_: int) -> Talk:
        """Return the conversation, if the agent may see its inbox."""
        talk = self.host.talk(id_)
        if talk is None:
            raise not_found()
        if not self.host.may_see(self.agent, talk.inbox):
            raise unauthorized()
        return talk

    def person(self, id_: int) -> Person:
        person = self.host.person(id_)
        if person is None:
            raise not_found()
        return person

    def part(self, name: str) -> dict[str, Any]:
        """Return the object in which Rails expects the fields of a record."""
        part = self.sent.get(name)
        if not isinstance(part, dict) or not part:
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": f"param is missing or the value is empty: {name}"})
        return part


class Refusal(Exception):
    """The host says no, in its own words."""

    def __init__(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def unauthorized(sentence: str = "You are not authorized to do this action") -> Refusal:
    return Refusal(HTTPStatus.UNAUTHORIZED, {"error": sentence})


def not_found() -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, {"error": "Resource could not be found"})


Answerer = Callable[..., Any]


def answers(**by_method: Answerer) -> Callable[..., HttpResponseBase]:
    """Return a view that lets the function of the request's method answer a `Call`.

    What it returns is sent as JSON; None is an empty 204, and a `Refusal` or `Invalid` the host's own error.
    """

    @csrf_exempt
    def view(request: HttpRequest, account_id: int | str | None = None, **ids: int) -> HttpResponseBase:
        if not settings.SIMULATOR:
            raise Http404
        try:
            call = _call(request, None if account_id is None else int(account_id))
            if isinstance(call, HttpResponse):
                return call
            answerer = by_method.get(request.method or "")
            if answerer is None:
                raise not_found()
            answer = answerer(call, **ids)
        except Invalid as error:
            body = {"message": error.message, "attributes": [error.attribute] if error.attribute else []}
            return JsonResponse(body, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except Refusal as refusal:
            return JsonResponse(refusal.body, status=refusal.status)
        if isinstance(answer, HttpResponseBase):
            return answer
        return HttpResponse(status=HTTPStatus.NO_CONTENT) if answer is None else JsonResponse(answer, safe=False)

    return view


def _call(request: HttpRequest, account_id: int | None) -> Call | HttpResponse:
    owner = owner_of(_token(request))
    # Faults are the account's; a token is good for one account here, so a profile has those, too.
    asked_for = account_id if account_id is not None else owner[0].host_account_id if owner else None
    host = load(asked_for) if asked_for is not None else None
    if host and not (request.headers.get(WINDOW_HEADER) and host.fault in _FOR_OTHERS):
        faulty = faulty_answer(host.fault, request.method or "", request.path)
        if faulty is not None:
            return faulty
    if owner is None:
        raise unauthorized("Invalid Access Token")
    if host is None:
        raise not_found()
    seed, agent = owner
    if seed.host_account_id != host.id:
        raise unauthorized("You are not authorized to access this account")
    return Call(request=request, host=host, agent=agent, sent=_sent(request))


def _token(request: HttpRequest) -> str:
    scheme, _space, bearer = request.headers.get("Authorization", "").partition(" ")
    given: str = request.META.get("HTTP_API_ACCESS_TOKEN", "")
    return given or (bearer if scheme == "Bearer" else "")


def _sent(request: HttpRequest) -> dict[str, Any]:
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return request.POST.dict()
    if not request.body:
        return {}
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Refusal(HTTPStatus.BAD_REQUEST, {"status": 400, "error": "Bad Request"}) from None
    return sent if isinstance(sent, dict) else {}
