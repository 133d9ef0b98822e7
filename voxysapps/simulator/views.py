"""The stand-in host: its page, what its store holds, and frames as its mobile app shows them."""

import time
from dataclasses import replace
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt

from panels.configuration import get_plan
from panels.requests import FrameRequest
from tenants.models import Account
from voxysapps.bridge.views import frame
from voxysapps.simulator.addresses import addresses_for
from voxysapps.simulator.demonstration.records import account_record
from voxysapps.simulator.demonstration.shapes import DemonstrationAccount
from voxysapps.simulator.host import answers
from voxysapps.simulator.host.faults import Fault
from voxysapps.simulator.host.state import HostAccount, load
from voxysapps.simulator.host.tokens import agent_token
from voxysapps.simulator.models import Mail
from voxysapps.simulator.policies import page_policy, widened_for_webview
from voxysapps.simulator.switch import when_simulating

MAX_SLOWNESS_MS = 5_000


@when_simulating()
def page(request: HttpRequest) -> HttpResponseBase:
    """Return the agent's window, at the address whose frames are cross-origin as in the real host."""
    addresses = addresses_for(request)
    if addresses.page != f"{request.scheme}://{request.get_host()}":
        return HttpResponseRedirect(addresses.page + request.get_full_path())
    accounts = Account.objects.filter(is_demonstration=True).order_by("id")
    config = {
        "accounts": [
            {
                "id": account.pk,
                "name": account.name,
                "data": reverse("simulator:data", args=[account.pk]),
                "news": reverse("simulator:news", args=[account.pk]),
            }
            for account in accounts
        ],
        "frameOrigin": addresses.frames,
        "framesAreApart": addresses.are_apart,
        "webview": addresses.frames + reverse("simulator:webview", args=["KEY"]),
        "probe": addresses.frames + reverse("simulator:probe"),
        "api": reverse("simulator:host-profile").removesuffix("/profile"),
        "customers": _without_id("simulator:customer"),
        "faults": _without_id("simulator:fault"),
        "faultNames": list(Fault),
        "startingOver": _without_id("simulator:start-over"),
        "mailbox": reverse("simulator:mailbox"),
    }
    response = render(request, "simulator/page.html", {"config": config})
    response["Content-Security-Policy"] = page_policy(addresses)
    # The phone is a window of another origin, and must keep its opener.
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    response["Cache-Control"] = "no-store"
    return response


@when_simulating()
def account_data(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Return what the host would have loaded for the account: people, conversations, apps."""
    host = load(get_object_or_404(Account, pk=account_id, is_demonstration=True))
    if host is None:
        raise Http404
    record = account_record(_as_sent(host), now=host.now)
    record["dashboard_apps"] = answers.dashboard_apps(host, addresses_for(request).frames)
    record["host_origins"] = host.account.host_origins
    # Whoever opens the window may be any of its agents.
    record["tokens"] = {agent.id: agent_token(host.seed.host_account_id, agent.id) for agent in host.seed.agents}
    record["fault"] = host.fault
    record["trust"] = host.account.trust
    response = JsonResponse(record)
    response["Cache-Control"] = "no-store"
    return response


@when_simulating()
def account_news(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Return what the host's live connection would have told: the open conversation as it is, and which there are."""
    host = load(get_object_or_404(Account, pk=account_id, is_demonstration=True))
    if host is None:
        raise Http404
    asked = request.GET.get("conversation", "")
    talk = host.talk(int(asked)) if asked.isdecimal() else None
    news = {
        "conversation": answers.news(host, talk) if talk else None,
        "conversation_ids": [talk.id for talk in host.seed.talks],
        "unread_mails": Mail.objects.filter(is_read=False).count(),
    }
    response = JsonResponse(news)
    response["Cache-Control"] = "no-store"
    return response


def _without_id(name: str) -> str:
    return reverse(name, args=[0]).removesuffix("/0")


def _as_sent(host: HostAccount) -> DemonstrationAccount:
    """Return the account as this host's generation has it."""
    if not host.is_old:
        return host.seed
    talks = (talk if talk.shape == "oldest" else replace(talk, shape="old") for talk in host.seed.talks)
    return replace(host.seed, talks=tuple(talks))


@when_simulating()
def webview(request: HttpRequest, app_key: str) -> HttpResponseBase:
    """Return the frame's own document, in which the host's mobile app is played by a script."""
    plan = get_plan(app_key)
    if plan is None:
        raise Http404
    request = cast(FrameRequest, request)
    request.plan, request.account, request.dashboard_app = plan, plan.account, plan.app
    # The document is changed below: it must come whole, and as it is.
    for header in ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH"):
        request.META.pop(header, None)
    response = frame(request, app_key)
    head = render_to_string(
        "simulator/webview_head.html",
        {
            "base": f"/a/{app_key}/",
            "host_origin": addresses_for(request).page,
            "script": static("simulator/webview.js"),
        },
    )
    html = response.content.decode()
    response.content = html.replace("<head>", f"<head>{head}", 1).encode()
    response["Content-Length"] = str(len(response.content))
    response["Content-Security-Policy"] = widened_for_webview(response["Content-Security-Policy"])
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    response["Cache-Control"] = "no-store"
    del response["ETag"]
    return response


@when_simulating()
@xframe_options_exempt
def probe(request: HttpRequest) -> HttpResponseBase:
    """Return an app that records what it is sent, and asks in every way, right and wrong."""
    addresses = addresses_for(request)
    context = {"slow": _slowness(request), "is_phone": "phone" in request.GET, "host_origin": addresses.page}
    response = render(request, "simulator/probe.html", context)
    response["Content-Security-Policy"] = (
        f"default-src 'self'; frame-ancestors {addresses.page} {addresses.frames}; base-uri 'none'"
    )
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@when_simulating()
def slow_image(request: HttpRequest) -> HttpResponseBase:
    """Return a picture after a while: what delays a page's `load`."""
    time.sleep(_slowness(request) / 1000)
    return HttpResponse('<svg xmlns="http://www.w3.org/2000/svg"/>', content_type="image/svg+xml")


def _slowness(request: HttpRequest) -> int:
    asked = request.GET.get("slow", "")
    return min(int(asked), MAX_SLOWNESS_MS) if asked.isdecimal() else 0
