"""Runs with the environment of a running product: makes the crowd's account, or tells what is stored.

`python -m tests.support.inside make <host> <number there> <hook secret> <latency>`, `… tell`,
`… place <account> <panel> <settings> <secrets>`, which puts a panel on top of the account's first tab, and
`… make_tab <panels> <panels>`, which makes an account with two tabs. All print JSON.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

import redis  # noqa: E402 - Django comes first
from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from panels.models import Connection, Placement, PrefetchItem  # noqa: E402
from panels.services import save_placement  # noqa: E402
from panels.statistics import read_statistics  # noqa: E402
from tenants.models import Account, DashboardApp, ViewRecord  # noqa: E402
from tenants.secrets import set_hook_secret, set_host_token  # noqa: E402
from voxysapps.cache import redis_key  # noqa: E402
from voxysapps.journal import stream_key  # noqa: E402
from voxysapps.models import JournalEntry  # noqa: E402
from voxysapps.redis_urls import cache_url  # noqa: E402

NAME = "Crowd"
PANELS = ("customer", "orders", "payments")
# What is held only while somebody is at it.
HELD = ("*:lock:*", "*:slot:*", "*:queued:*", "*:lock", "webhooks:planner", "views:drain")


def make(host: str, number: str, hook_secret: str, latency: str) -> dict[str, Any]:
    account = Account.objects.create(
        name=NAME,
        host_origin=host,
        host_api=host,
        host_account_id=int(number),
        trust="verified",
        host_proved_at=timezone.now(),
    )
    set_host_token(account, "a token of the crowd")
    set_hook_secret(account, hook_secret)
    app = DashboardApp.objects.create(account=account, title=NAME)
    shop = Connection.objects.create(account=account, name="Shop", connector="demo", settings={"latency": int(latency)})
    for position, panel in enumerate(PANELS):
        placement = Placement.objects.create(account=account, dashboard_app=app, panel=panel, position=position)
        placement.connections.add(shop)
    return {"hook_key": account.hook_key, "app_key": app.key}


def place(account_id: str, panel: str, settings_json: str, secrets_json: str) -> dict[str, Any]:
    app = DashboardApp.objects.for_account(int(account_id)).order_by("position", "pk")[0]
    placement = Placement(dashboard_app=app, panel=panel, position=0, settings=json.loads(settings_json))
    for number, one in enumerate(app.placements.order_by("position", "pk"), start=1):
        one.position = number
        one.save()
    save_placement(placement, secrets=json.loads(secrets_json))
    return {"placement": placement.pk}


def tell() -> dict[str, Any]:
    """Return what waits, what is held, and what the shop was asked.

    In the order of the work (webhooks, items, calls): when nothing waits any longer, all that was asked is counted.
    """
    shop = Connection.objects.get(account__name=NAME)
    with redis.Redis.from_url(cache_url(settings.REDIS_URL)) as client:
        journals = {name: client.xlen(stream_key(name)) for name in ("hooks", "views")}
        rows = JournalEntry.objects.exclude(entry=b"").count()
        items = PrefetchItem.objects.for_account(shop.account_id)
        waiting, claimed = items.count(), items.filter(is_claimed=True).count()
        statistics = read_statistics(shop.account_id, [shop.pk])[shop.pk]
        held = [key.decode() for pattern in HELD for key in client.scan_iter(match=redis_key(pattern), count=1000)]
        streams = {stream_key(name) for name in journals}
        keys = [key.decode() for key in client.scan_iter(match=redis_key("*"), count=1000)]
        everlasting = [key for key in keys if key not in streams and client.ttl(key) == -1]
    return {
        "calls": statistics.calls,
        "errors": statistics.errors,
        "items": waiting,
        "claimed": claimed,
        "held": sorted(set(held)),
        "journals": journals,
        "rows": rows,
        "everlasting": everlasting,
        "views": ViewRecord.objects.for_account(shop.account_id).count(),
    }


def make_tab(mixed: str, good: str) -> dict[str, Any]:
    """Make an account that shows data to whoever has a tab's address, with a tab of each list of panels."""
    account = Account.objects.create(
        name="Hostile",
        host_origin="https://voxys.example",
        host_account_id=6_666,
        trust="link",
        host_proved_at=timezone.now(),
    )
    Connection.objects.create(account=account, name="Shop", connector="demo", settings={"latency": 0})
    made: dict[str, Any] = {"number": account.host_account_id}
    for title, panels in (("mixed", mixed), ("good", good)):
        app = DashboardApp.objects.create(account=account, title=title)
        for position, panel in enumerate(panels.split(",")):
            Placement.objects.create(account=account, dashboard_app=app, panel=panel, position=position)
        made[title] = app.key
    return made


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    commands: dict[str, Callable[..., dict[str, Any]]]
    commands = {"make": make, "make_tab": make_tab, "place": place, "tell": tell}
    sys.stdout.write(json.dumps(commands[command](*arguments)))
