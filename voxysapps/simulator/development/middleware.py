"""Notes the requests of a frame, where somebody looks, and keeps its templates new."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from panels.requests import FrameRequest
from voxysapps.simulator.accounts import is_of_stand_in
from voxysapps.simulator.development import records
from voxysapps.simulator.development.keeping_up import keep_up
from voxysapps.simulator.development.recorder import noted
from voxysapps.simulator.development.records import Request, Tab
from voxysapps.simulator.development.watching import is_watched

_STATES = re.compile(rb'data-placement="(\d+)" data-state="(\w+)"')


class DevelopmentMiddleware:
    """Surrounds what is asked under /a/; there only in development (`DEVELOPMENT` in the settings)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/a/") or not settings.SIMULATOR:
            return self.get_response(request)
        keep_up()
        if not is_watched():
            return self.get_response(request)
        with noted(Request(method=request.method or "", path=_inner_path(request))) as work:
            response = self.get_response(request)
        account = getattr(request, "account", None)
        if account is not None and is_of_stand_in(account) and hasattr(request, "context"):
            _keep(request, response, work)  # type: ignore[arg-type]  # it has what the context middleware sets
        return response


def _keep(request: FrameRequest, response: HttpResponseBase, work: Request) -> None:
    context = request.context
    key = records.tab_key(context.account_id, request.dashboard_app.pk, context.conversation_id)
    tab = records.read(key, Tab) or Tab()
    body = getattr(response, "content", b"")
    work.status, work.size = response.status_code, len(body)
    work.states = {id_.decode(): state.decode() for id_, state in _STATES.findall(body)}
    tab.requests = [work, *tab.requests][: records.MAX_REQUESTS]
    tab.customer, tab.agent_id, tab.role = context.identity.digest(), context.agent_id, context.role
    entry = getattr(request, "entry", None)
    if entry is not None:
        ids = (str(placement.id) for placement in request.plan.placements)
        tab.fragments = dict(zip(ids, entry.keys.fragments, strict=True))
    records.write(key, tab)


def _inner_path(request: HttpRequest) -> str:
    """Return the address below the app's, without the app's key."""
    return request.path_info.split("/", 3)[-1]
