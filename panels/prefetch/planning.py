"""From hints to what is wanted: webhooks, and the list of open conversations where none arrive."""

import datetime as dt

from django.utils import timezone

from panels.prefetch import backlog
from panels.prefetch.backlog import Wanted
from tenants.host.client import CONVERSATIONS_A_PAGE, HostClient
from tenants.host.errors import HostError
from tenants.models import Account
from tenants.webhooks.events import HostEvent
from tenants.webhooks.planner import arrived_at

# A customer who wrote, or a conversation that was opened, is looked at next; others perhaps.
SOON, PERHAPS, SOME_DAY = 0, 1, 2
RESOLVED = "resolved"
# Webhooks that have not come for so long are not waited for: open conversations are looked through instead.
QUIET = dt.timedelta(minutes=15)
MAX_PAGES = 2


def plan(account_id: int, event: HostEvent) -> bool:
    """Want what the event makes likely to be looked at; return whether there was anything.

    The event is a hint: everything is read from the host.
    """
    if event.conversation_id is None:
        return False
    if event.status == RESOLVED:
        backlog.forget(account_id, event.conversation_id)
        return False
    priority = _priority(event)
    if priority is not None:
        backlog.want([Wanted(account_id, event.conversation_id, priority)])
    return priority is not None


def accounts_without_webhooks() -> list[int]:
    """Return the served accounts whose hosts have sent nothing for a while."""
    served = Account.objects.filter(is_active=True, host_proved_at__isnull=False).order_by("pk")
    ids = served.values_list("pk", flat=True)
    long_ago = timezone.now() - QUIET
    return [id_ for id_ in ids if (at := arrived_at(id_)) is None or at < long_ago]


def want_open_conversations(account_id: int) -> int:
    """Want the account's open conversations, the latest first, a few pages of them; return how many."""
    account = Account.objects.filter(pk=account_id, is_active=True, host_proved_at__isnull=False).first()
    if account is None:
        return 0
    client = HostClient(account)
    wanted: list[Wanted] = []
    try:
        for page in range(1, MAX_PAGES + 1):
            found = client.open_conversations(page)
            wanted += [Wanted(account_id, one.id, SOME_DAY) for one in found if one.id]
            if len(found) < CONVERSATIONS_A_PAGE:
                break
    except HostError:
        pass  # what was read is good all the same
    backlog.want(wanted)
    return len(wanted)


def _priority(event: HostEvent) -> int | None:
    if event.name in {"conversation_created", "conversation_status_changed"}:
        return SOON
    if event.name == "message_created":
        # Who writes to the customer is looking already.
        return SOON if event.is_incoming else None
    return PERHAPS if event.name == "conversation_updated" else None
