"""Fetching ahead: who the customer of a conversation is, and what all of the account's tabs will show of them."""

import time
from collections.abc import Iterable, Sequence

from django.core.cache import cache
from msgspec import structs

from panels import refresh, snapshots
from panels.configuration import read_sources
from panels.guard import Busy
from panels.prefetch.rendering import render_ahead
from panels.snapshots import Head, Source
from tenants.host.errors import HostError
from tenants.models import Account, Trust
from tenants.trust.audience import Viewing
from tenants.trust.confirmation import identity_of, vouched_for
from tenants.trust.identity import Identity
from tenants.trust.records import ConversationRecord, Evidence
from voxysapps.limits import Counter, count_and_append
from voxysapps.problems import new_trace_id

# One item takes no longer: the rest is fetched when its turn comes again.
SECONDS_AN_ITEM = 30.0
# Of one account's host: a flood of webhooks is no flood of questions.
READS_PER_MINUTE = 120
_BUSY_SECONDS = 2.0
_HOST_AWAY_SECONDS = 30.0
_MAX_WAIT_SECONDS = 300.0


class TooManyQuestions(Exception):
    """The host has been asked often enough within this minute. `wait` is the number of seconds until the next."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


def fetch_conversation(account_id: int, conversation_id: int) -> float | None:
    """Read what confirming the conversation needs, fetch its customer's data and render them ahead.

    What is fresh is left alone.

    Returns after how many seconds it is worth trying again, or None when there is nothing left to do.
    Raises `TooManyQuestions` when the account's host is not asked for the moment.
    """
    account = Account.objects.filter(pk=account_id, is_active=True, host_proved_at__isnull=False).first()
    if account is None:
        return None
    try:
        record = _read(account, conversation_id)
    except HostError as error:
        return _HOST_AWAY_SECONDS if error.temporary else None
    if not record.known or record.contact is None:
        return None
    identity = identity_of(record.contact, record.hmac_verified)
    if account.trust == Trust.LINK:
        identity = structs.replace(identity, attributes=())  # what is posted has none
    viewing = Viewing(agent_id=None, inbox_id=record.inbox_id, team_id=record.team_id)
    wait = fetch_customer(account_id, identity, read_sources(account_id, viewing))
    render_ahead(account_id, identity, vouched_for(record.channel, record.hmac_verified), viewing)
    return wait


def fetch_customer(account_id: int, identity: Identity, sources: Iterable[Source]) -> float | None:
    """Ask those of the sources that are due about the customer, one after the other; see `fetch_conversation`."""
    give_up = time.monotonic() + SECONDS_AN_ITEM
    waits: list[float] = []
    for source in _due(account_id, identity, list(sources)):
        if time.monotonic() > give_up:
            waits.append(_BUSY_SECONDS)
            break
        try:
            head = refresh.refresh_source(account_id, source, identity, trace_id=new_trace_id(), wanted_at=0)
        except Busy:
            waits.append(_BUSY_SECONDS)
            continue
        if head is not None and head.failure is not None and not head.failure.permanent:
            waits.append(min(max(head.due_at - time.time(), 1.0), _MAX_WAIT_SECONDS))
    return max(waits, default=None)


def _read(account: Account, conversation_id: int) -> ConversationRecord:
    """Return the conversation, with its inbox read, too. Raises `HostError` and `TooManyQuestions`."""

    def permit() -> None:
        if wait := count_and_append([Counter(f"{account.pk}:reads-ahead", READS_PER_MINUTE, 60)], ""):
            raise TooManyQuestions(wait)

    evidence = Evidence(account, permit=permit)
    record = evidence.conversation(conversation_id)
    if record.inbox_id is not None:
        evidence.inbox(record.inbox_id)
    return record


def _due(account_id: int, identity: Identity, sources: Sequence[Source]) -> list[Source]:
    """Return the sources that have no fresh answer about the customer (1 trip to the cache)."""
    customer, now = identity.digest(), time.time()
    keys = {source: snapshots.head_key(account_id, source, customer) for source in sources}
    found = cache.get_many(keys.values())
    heads: dict[Source, Head | None] = {source: snapshots.to_head(found.get(key)) for source, key in keys.items()}
    return [source for source, head in heads.items() if head is None or head.is_due(now)]
