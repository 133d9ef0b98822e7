"""What the simulator's tools ask: is there newer code, what is behind the open tab, which systems fail.

All that is of an account is of one of the stand-in host, by the host's number of it, and there only in development.
"""

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt

from panels import registry
from panels.configuration import get_plan
from panels.models import Connection, Placement
from panels.testing.payloads import read_payloads
from tenants.models import Account
from voxysapps.simulator.accounts import connected_account, host_account_or_404
from voxysapps.simulator.addresses import addresses_for
from voxysapps.simulator.controls import refusal, sent_json
from voxysapps.simulator.development.faults import SystemFault, read_faults, set_fault
from voxysapps.simulator.development.inspection import Inspected, describe, inspected, make_due
from voxysapps.simulator.development.keeping_up import keep_up
from voxysapps.simulator.development.watching import note_watcher
from voxysapps.simulator.policies import cell_policy
from voxysapps.simulator.registration import registered_urls
from voxysapps.simulator.switch import when_simulating


@when_simulating()
def code(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Return which code answers here, and by which the tab was last answered: by an older one, it is to be reloaded.

    Names are empty where nobody watches the files. Asking tells that somebody looks.
    """
    note_watcher()
    here, seen = keep_up(), _inspected(request, account_id)
    answered = max((one.code for one in seen.tab.requests), default="")
    return _no_store({"code": here.code, "loaded": here.loaded, "answered": answered})


@when_simulating()
def inspect(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Return what is behind the tab of `?app=` (its key) in `?conversation=`."""
    note_watcher()
    keep_up()
    return _no_store(describe(_inspected(request, account_id)))


@when_simulating("POST")
def refetch(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Let what the tab shows be fetched anew when it asks next."""
    sent_json(request)
    return _no_store({"sources": make_due(_inspected(request, account_id))})


@when_simulating("GET", "POST")
def system_faults(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Return the account's systems with their faults, or, by POST of `{"system": "c12", "fault": "slow"}`, set one."""
    account = _account_or_404(account_id)
    if request.method == "POST":
        sent = sent_json(request)
        system, fault = sent.get("system"), sent.get("fault")
        if system not in dict(_systems(account)):
            raise Http404
        if not isinstance(fault, str) or fault not in set(SystemFault):
            return refusal(f"Choose one of {', '.join(SystemFault)}.")
        set_fault(account.pk, str(system), SystemFault(fault))
    faults = read_faults(account.pk)
    rows = [
        {"system": system, "name": name, "fault": faults.get(system, SystemFault.NONE)}
        for system, name in _systems(account)
    ]
    return _no_store({"systems": rows, "faults": list(SystemFault)})


@when_simulating()
def payloads(request: HttpRequest) -> HttpResponseBase:
    """Return what real hosts of every generation have sent, by name."""
    return JsonResponse(read_payloads())


@when_simulating()
@xframe_options_exempt
def cell(request: HttpRequest) -> HttpResponseBase:
    """Return a page with room for one frame: the simulator shows many side by side, each alone with its host."""
    response = render(request, "simulator/cell.html")
    response["Content-Security-Policy"] = cell_policy(addresses_for(request), registered_urls())
    response["Cache-Control"] = "no-store"
    return response


def _account_or_404(account_id: int) -> Account:
    if not settings.DEVELOPMENT:
        raise Http404
    account = connected_account(host_account_or_404(account_id).id)
    if account is None:
        raise Http404
    return account


def _inspected(request: HttpRequest, account_id: int) -> Inspected:
    account = _account_or_404(account_id)
    plan = get_plan(request.GET.get("app", ""))
    if plan is None or plan.account.pk != account.pk:
        raise Http404
    asked = request.GET.get("conversation", "")
    return inspected(plan, int(asked) if asked.isdecimal() else None)


def _systems(account: Account) -> list[tuple[str, str]]:
    """Return the systems that the account's panels ask, and what they are called."""
    connections = Connection.objects.for_account(account).filter(is_enabled=True)
    placements = Placement.objects.for_account(account).filter(is_enabled=True)
    plugins = registry.panels().plugins
    return [
        *((f"c{one.pk}", f"{one.name} ({one.connector})") for one in connections),
        *(
            (f"p{one.pk}", str(one.title or panel.title))
            for one in placements
            if (panel := plugins.get(one.panel)) and panel.capability is None
        ),
    ]


def _no_store(body: dict[str, object]) -> HttpResponse:
    return JsonResponse(body, status=HTTPStatus.OK, headers={"Cache-Control": "no-store"})
