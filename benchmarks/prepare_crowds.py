"""Makes accounts with many customers, run in the product's environment; prints how to reach them as JSON.

Of every conversation lies in the cache what the host would say of it. The customers' data do not: their system
takes `latency` milliseconds for an answer. Of the account `flood` all conversations are wanted ahead, and none is
begun before `benchmarks.crowds.Flood` lets it.
"""

import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voxysapps.settings")
django.setup()

from django.core.cache import cache  # noqa: E402 - Django comes first
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from msgspec import msgpack  # noqa: E402

from benchmarks import contexts  # noqa: E402
from benchmarks.prepared import FLOOD, HOOK_SECRET  # noqa: E402
from panels.models import Connection, Placement  # noqa: E402
from panels.prefetch import backlog  # noqa: E402
from panels.prefetch.backlog import Wanted  # noqa: E402
from tenants.models import Account, DashboardApp  # noqa: E402
from tenants.secrets import set_hook_secret  # noqa: E402
from tenants.trust.records import ContactRecord, ConversationRecord, conversation_key  # noqa: E402
from voxysapps.context import parse_app_context  # noqa: E402

# Longer than any measurement takes.
FRESH_SECONDS = 3600
_AT_A_TIME = 1_000


def main(host_origin: str, latency: int, customers: int, waiting: int, panels: list[str]) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    app = create_app(host_origin, contexts.ACCOUNT_ID, latency, panels)
    let_host_say(app.account, customers)
    made = {"key": app.key, "hook_key": app.account.hook_key}
    if waiting:
        flood = create_app(host_origin, FLOOD, latency, panels).account
        let_host_say(flood, waiting)
        backlog.pause(flood.pk, FRESH_SECONDS)
        backlog.want(Wanted(flood.pk, number) for number in range(1, waiting + 1))
        made["flood_hook_key"] = flood.hook_key
        made["flood_paused_key"] = backlog.paused_key(flood.pk)
    print(json.dumps(made))


def create_app(host_origin: str, number: int, latency: int, panels: list[str]) -> DashboardApp:
    account = Account.objects.create(
        name=f"Benchmark {number}",
        host_origin=host_origin,
        host_account_id=number,
        host_proved_at=timezone.now(),
        trust="link",
        locale="en",
    )
    set_hook_secret(account, HOOK_SECRET)
    app = DashboardApp.objects.create(account=account, title="Benchmark")
    shop = Connection.objects.create(account=account, name="Shop", connector="demo", settings={"latency": latency})
    for position, panel in enumerate(panels):
        placement = Placement.objects.create(account=account, dashboard_app=app, panel=panel, position=position)
        placement.connections.add(shop)
    return app


def let_host_say(account: Account, customers: int) -> None:
    """Put what the host would say of conversations 1 to `customers` into the cache."""
    now = time.time() + FRESH_SECONDS
    said: dict[str, bytes] = {}
    for number in range(1, customers + 1):
        posted = parse_app_context(contexts.of_customer(number))
        contact, meta = posted.contact, posted.conversation.meta if posted.conversation else None
        record = ConversationRecord(
            read_at=now,
            id=number,
            known=True,
            channel=meta.channel if meta else None,
            hmac_verified=meta.hmac_verified if meta else None,
            contact=ContactRecord(
                now, contact.id or 0, True, contact.name, contact.email, contact.phone_number, contact.identifier
            ),
        )
        said[conversation_key(account.pk, number)] = msgpack.encode(record)
        if len(said) == _AT_A_TIME or number == customers:
            cache.set_many(said, FRESH_SECONDS)
            said.clear()


if __name__ == "__main__":
    origin, latency, customers, waiting, *panels = sys.argv[1:]
    main(origin, int(latency), int(customers), int(waiting), panels)
