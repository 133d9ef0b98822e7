"""The stand-in host: its page, what its store holds, and frames as its mobile app shows them."""

import time
from dataclasses import replace
from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt

from panels.configuration import get_plan
from panels.requests import FrameRequest
from tenants.models import Account
from voxysapps.bridge.views import frame
from voxysapps.simulator.accounts import connected_account, host_account_or_404
from voxysapps.simulator.addresses import HOST_PATH, Addresses, addresses_for, server_address
from voxysapps.simulator.demonstration import DEMONSTRATION_ACCOUNTS, HOST_ACCOUNTS
from voxysapps.simulator.demonstration.records import Record, account_record
from voxysapps.simulator.demonstration.shapes import DemonstrationAccount
from voxysapps.simulator.host import answers
from voxysapps.simulator.host.faults import Fault
from voxysapps.simulator.host.state import HostAccount
from voxysapps.simulator.host.tokens import administrator_of, agent_token
from voxysapps.simulator.models import Mail, RegisteredApp
from voxysapps.simulator.policies import PLAIN_POLICY, page_policy, widened_for_webview
from voxysapps.simulator.registration import addresses_of, registered_urls
from voxysapps.simulator.seed import own_address
from voxysapps.simulator.switch import when_simulating

MAX_SLOWNESS_MS = 5_000


@when_simulating()
def page(request: HttpRequest) -> HttpResponseBase:
    """Return the agent's window, at the address whose frames are cross-origin as in the real host."""
    addresses = addresses_for(request)
    if addresses.page != f"{request.scheme}://{request.get_host()}":
        return HttpResponseRedirect(addresses.page + request.get_full_path())
    config = {
        "accounts": [_account_config(seed) for seed in HOST_ACCOUNTS],
        "frameOrigin": addresses.frames,
        "framesAreApart": addresses.are_apart,
        "webview": addresses.frames + reverse("simulator:webview", args=["KEY"]),
        "probe": addresses.frames + reverse("simulator:probe"),
        "api": reverse("simulator:host-profile").removesuffix("/profile"),
        "customers": _without_id("simulator:customer"),
        "faults": _without_id("simulator:fault"),
        "faultNames": list(Fault),
        "startingOver": _without_id("simulator:start-over"),
        "development": _without_id("simulator:development") if settings.DEVELOPMENT else None,
        "payloads": reverse("simulator:payloads"),
        "cell": reverse("simulator:cell"),
        "mailbox": reverse("simulator:mailbox"),
        "kit": reverse("simulator:kit"),
    }
    response = render(request, "simulator/page.html", {"config": config})
    response["Content-Security-Policy"] = page_policy(addresses, registered_urls())
    # The phone is a window of another origin, and must keep its opener.
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    response["Cache-Control"] = "no-store"
    return response


@when_simulating()
def account_data(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Return what the host would have loaded for the account: people, conversations, apps."""
    host = host_account_or_404(account_id)
    account = connected_account(host.id)
    record = account_record(_as_sent(host), now=host.now)
    apps = [answers.dashboard_app(row) for row in RegisteredApp.objects.filter(host_account_id=host.id)]
    record["dashboard_apps"] = apps if account is None else _reachable(apps, account, addresses_for(request))
    # Whoever opens the window may be any of its agents.
    record["tokens"] = {agent.id: agent_token(host.id, agent.id) for agent in host.seed.agents}
    record["fault"] = host.fault
    record["host_origins"] = account.host_origins if account else None
    record["trust"] = account.trust if account else None
    response = JsonResponse(record)
    response["Cache-Control"] = "no-store"
    return response


@when_simulating()
def account_news(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Return what the host's live connection would have told: the open conversation as it is, and which there are."""
    host = host_account_or_404(account_id)
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


@when_simulating()
def profile(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Return an agent's profile settings: the access token, and what else an operator copies to connect the account.

    `?agent=` names the agent; without it, it is the account's administrator.
    """
    host = host_account_or_404(account_id)
    asked = request.GET.get("agent", "")
    agent = host.agent(int(asked)) if asked.isdecimal() else administrator_of(host.seed)
    if agent is None:
        raise Http404
    page_address = addresses_for(request).page
    context = {
        "seed": host.seed,
        "agent": agent,
        "token": agent_token(host.id, agent.id),
        "host_address": page_address,
        "api_address": (server_address() or own_address(page_address)) + HOST_PATH,
        "is_connected": connected_account(host.id) is not None,
        "is_dark": request.GET.get("theme") == "dark",
        "window": f"{reverse('simulator:page')}#account={host.id}&agent={agent.id}",
    }
    response = render(request, "simulator/profile.html", context)
    response["Content-Security-Policy"] = PLAIN_POLICY
    response["Cache-Control"] = "no-store"
    return response


def _account_config(seed: DemonstrationAccount) -> dict[str, object]:
    id_ = seed.host_account_id
    account = connected_account(id_)
    return {
        "id": id_,
        # Scripts may name the account by this, too.
        "demonstrationId": account.pk if account and account.is_demonstration else None,
        "name": seed.name,
        "isConnected": account is not None,
        "isDemonstration": seed in DEMONSTRATION_ACCOUNTS,
        "data": reverse("simulator:data", args=[id_]),
        "news": reverse("simulator:news", args=[id_]),
        "profile": reverse("simulator:profile", args=[id_]),
    }


def _reachable(apps: list[Record], account: Account, here: Addresses) -> list[Record]:
    """Return the apps with addresses that reach this server from where the window is opened.

    What is registered at this server's own names leads a browser on another machine to itself.
    """
    registered = addresses_of(account)
    if here.page == registered.page:
        return apps
    own = (registered.page, registered.frames)
    return [{**app, "content": [_moved(item, own, here.frames) for item in app["content"]]} for app in apps]


def _moved(item: Record, own: tuple[str, ...], frames: str) -> Record:
    origin = next((origin for origin in own if item["url"].startswith(f"{origin}/")), None)
    return item if origin is None else {**item, "url": frames + item["url"].removeprefix(origin)}


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
