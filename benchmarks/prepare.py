"""Makes what the measured product shows: an account, an app of three placements, their snapshots.

Runs in the product's environment, as a process of its own; prints the app's key and an agent's session
token as JSON. There is no host: what it would say lies in the cache, as after the agent's last look.
"""

import json
import os
import re
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
from benchmarks.prepared import HOOK_SECRET, PANELS, ROWS  # noqa: E402
from panels import refresh, snapshots  # noqa: E402
from panels.configuration import AppPlan, forget_plans, get_plan  # noqa: E402
from panels.fragments import build_sections  # noqa: E402
from panels.models import Connection, Placement  # noqa: E402
from panels.shell import render_sections  # noqa: E402
from panels.snapshots import Source  # noqa: E402
from tenants.models import Account, DashboardApp  # noqa: E402
from tenants.secrets import set_hook_secret  # noqa: E402
from tenants.trust.confirmation import ConfirmedContext, confirm  # noqa: E402
from tenants.trust.records import (  # noqa: E402
    AgentRecord,
    ContactRecord,
    ConversationRecord,
    Evidence,
    InboxRecord,
    agent_key,
    conversation_key,
    inbox_key,
)
from tenants.trust.sessions import find_session, issue_session  # noqa: E402
from voxysapps.context import AppContext, parse_app_context  # noqa: E402

# Longer than any measurement takes.
FRESH_SECONDS = 3600
_ROW = re.compile(rb" data-row[ >]")


def main(trust: str, host_origins: list[str]) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    app = create_app(trust, host_origins)
    posted = parse_app_context(contexts.trimmed())
    token = let_host_say(app.account, posted)
    session = find_session(app.account_id, token)
    context = confirm(posted, account=app.account, app=app, session=session, evidence=Evidence(app.account))
    for source in _plan(app).placements:
        for each in source.sources:
            fetch(context, each)
    set_number_of_rows(app, context)
    print(json.dumps({"key": app.key, "token": token, "hook_key": app.account.hook_key}))


def let_host_say(account: Account, posted: AppContext) -> str:
    """Put what the host would say about the context into the cache; return a session token of its agent."""
    agent, conversation, contact = posted.agent, posted.conversation, posted.contact
    if not (agent and agent.id and conversation and conversation.id and conversation.inbox_id and contact.id):
        raise SystemExit("The context names no agent, conversation, inbox or contact.")
    now = time.time() + FRESH_SECONDS
    customer = ContactRecord(
        now, contact.id, True, contact.name, contact.email, contact.phone_number, contact.identifier
    )
    said = {
        agent_key(account.pk, agent.id): AgentRecord(now, agent.id, "agent", confirmed=True),
        inbox_key(account.pk, conversation.inbox_id): InboxRecord(
            now, conversation.inbox_id, frozenset(range(agent.id, agent.id + 10))
        ),
        conversation_key(account.pk, conversation.id): ConversationRecord(
            *(now, conversation.id, True, conversation.uuid, conversation.inbox_id),
            *(conversation.meta.channel, conversation.meta.hmac_verified),
            contact=customer,
        ),
    }
    cache.set_many({key: msgpack.encode(record) for key, record in said.items()}, FRESH_SECONDS)
    _session, token = issue_session(
        account, agent_id=agent.id, agent_name="", agent_email="", method="mail", browser="benchmark"
    )
    return token


def create_app(trust: str, host_origins: list[str]) -> DashboardApp:
    account = Account.objects.create(
        name="Benchmark",
        host_origin=host_origins[0],
        extra_host_origins=host_origins[1:],
        host_account_id=contexts.ACCOUNT_ID,
        host_proved_at=timezone.now(),
        trust=trust,
        locale="en",
    )
    set_hook_secret(account, HOOK_SECRET)
    app = DashboardApp.objects.create(account=account, title="Benchmark")
    shop = Connection.objects.create(account=account, name="Shop", connector="demo")
    for position, panel in enumerate(PANELS):
        placement = Placement.objects.create(account=account, dashboard_app=app, panel=panel, position=position)
        placement.connections.add(shop)
    return app


def fetch(context: ConfirmedContext, source: Source) -> None:
    """Fetch as a worker would, then make the answer stay fresh."""
    account_id, customer = context.account_id, context.identity.digest()
    refresh.refresh_source(account_id, source, context.identity, trace_id="", wanted_at=0)
    data = snapshots.read_data(account_id, [source], customer)
    snapshots.write_answer(account_id, source, customer, data[source.key], now=time.time(), fresh_for=FRESH_SECONDS)


def set_number_of_rows(app: DashboardApp, context: ConfirmedContext) -> None:
    """Let the orders have as many rows as are missing to `ROWS`: what the other panels have, varies by day."""
    orders = Placement.objects.get(dashboard_app=app, panel="orders")
    orders.settings = {"rows": 1}
    orders.save()
    others = count_rows(app, context) - 1
    orders.settings = {"rows": ROWS - others}
    orders.save()
    if (rows := count_rows(app, context)) != ROWS:
        raise SystemExit(f"The app shows {rows} rows instead of {ROWS}.")


def count_rows(app: DashboardApp, context: ConfirmedContext) -> int:
    plan = _plan(app)
    html = render_sections(build_sections(plan, plan.placements, context, "en"), "en")
    return len(_ROW.findall(html))


def _plan(app: DashboardApp) -> AppPlan:
    forget_plans()
    plan = get_plan(app.key)
    if plan is None:
        raise SystemExit("The app is not there.")
    return plan


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
