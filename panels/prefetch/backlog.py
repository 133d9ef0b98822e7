"""What is to be fetched ahead, and whose turn it is. Accounts take turns; within one, the newest comes first."""

import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Min
from django.utils import timezone

from panels.models import PrefetchItem
from voxysapps.leases import lease

# A killed worker's items come back after this. What takes longer is begun twice, which asks nobody twice: what was
# fetched is fresh, and what is being fetched is held.
CLAIM_SECONDS = 30
# Nobody looks any longer: whoever does is served at once all the same.
WANTED_FOR = dt.timedelta(minutes=30)
MAX_TRIES = 3
# Past this an account's oldest are dropped.
MAX_ITEMS = 20_000
_MAX_ACCOUNTS = 500
_CLAIM_TRIES, _CLAIM_PAUSE_SECONDS = 20, 0.01


@dataclass(frozen=True, slots=True)
class Wanted:
    """One conversation of an account; the lower `priority`, the sooner."""

    account_id: int
    conversation_id: int
    priority: int = 0


def want(wanted: Iterable[Wanted]) -> None:
    """Write down what is to be fetched ahead. What waits already is wanted anew, and no less soon than before."""
    now = timezone.now()
    rows = {(one.account_id, one.conversation_id): one for one in wanted}
    PrefetchItem.objects.bulk_create(
        (
            PrefetchItem(
                account_id=one.account_id,
                conversation_id=one.conversation_id,
                priority=one.priority,
                wanted_at=now,
                not_before=now,
            )
            for one in rows.values()
        ),
        update_conflicts=True,
        unique_fields=("account", "conversation_id"),
        # Who has it at the moment keeps it.
        update_fields=("wanted_at",),
        batch_size=200,
    )
    sooner: dict[tuple[int, int], list[int]] = {}
    for one in rows.values():
        sooner.setdefault((one.account_id, one.priority), []).append(one.conversation_id)
    for (account_id, priority), ids in sooner.items():
        waiting = PrefetchItem.objects.for_account(account_id).filter(priority__gt=priority)
        waiting.filter(conversation_id__in=ids).update(priority=priority)


def forget(account_id: int, conversation_id: int) -> None:
    """Drop what nobody will look at any longer."""
    PrefetchItem.objects.for_account(account_id).filter(conversation_id=conversation_id, is_claimed=False).delete()


def claim() -> list[PrefetchItem]:
    """Return what is to be begun now: as many as may be at work at a time, of the accounts whose turn it is.

    Two who counted at the same moment would begin twice as many, so the second waits; not for long, since
    whoever ends an item claims the next.
    """
    for _ in range(_CLAIM_TRIES):
        with lease("prefetch:claim") as is_ours:
            if is_ours:
                return _claim()
        time.sleep(_CLAIM_PAUSE_SECONDS)
    return []


def done(item: PrefetchItem) -> None:
    """Forget an item, unless it was wanted anew while it was being fetched."""
    same = PrefetchItem.objects.filter(pk=item.pk)
    if not same.filter(wanted_at=item.wanted_at).delete()[0]:
        same.update(is_claimed=False, not_before=timezone.now(), tries=0)


def again(item: PrefetchItem, *, seconds: float) -> None:
    """Try an item once more after so many seconds; give it up after some tries."""
    if item.tries + 1 >= MAX_TRIES:
        done(item)
        return
    PrefetchItem.objects.filter(pk=item.pk).update(
        is_claimed=False, not_before=timezone.now() + dt.timedelta(seconds=seconds), tries=item.tries + 1
    )


def give_back(item: PrefetchItem) -> None:
    """Let somebody else begin an item that was not begun."""
    PrefetchItem.objects.filter(pk=item.pk).update(is_claimed=False, not_before=timezone.now())


def pause(account_id: int, seconds: float) -> None:
    """Begin nothing of the account for so many seconds; the others' turns come all the sooner."""
    cache.set(paused_key(account_id), True, max(1, round(seconds)))


def purge() -> None:
    """Drop what was wanted too long ago, and the oldest of an account that has too many."""
    now = timezone.now()
    PrefetchItem.objects.filter(wanted_at__lt=now - WANTED_FOR, not_before__lte=now).delete()
    full = PrefetchItem.objects.values("account_id").annotate(number=Count("pk")).filter(number__gt=MAX_ITEMS)
    for row in full:
        items = PrefetchItem.objects.for_account(row["account_id"]).order_by("-wanted_at", "-pk")
        newest_dropped = items[MAX_ITEMS]
        items.filter(wanted_at__lte=newest_dropped.wanted_at, is_claimed=False).delete()


def _claim() -> list[PrefetchItem]:
    now = timezone.now()
    at_work = dict(
        PrefetchItem.objects.filter(is_claimed=True, not_before__gt=now)
        .values_list("account_id")
        .annotate(number=Count("pk"))
    )
    claimed: list[PrefetchItem] = []
    free = settings.PREFETCH_CONCURRENCY - sum(at_work.values())
    if free <= 0:
        return claimed
    waiting = PrefetchItem.objects.filter(not_before__lte=now)
    accounts = [
        row["account_id"]
        for row in waiting.values("account_id").annotate(oldest=Min("wanted_at")).order_by("oldest")[:_MAX_ACCOUNTS]
    ]
    found = cache.get_many([key(account_id) for account_id in accounts for key in (_served_key, paused_key)])
    accounts = [account_id for account_id in accounts if paused_key(account_id) not in found]
    while len(claimed) < free and accounts:
        accounts.sort(key=lambda one: (at_work.get(one, 0), found.get(_served_key(one), 0)))
        item = _claim_one(accounts[0], now)
        if item is None:
            accounts.pop(0)
            continue
        claimed.append(item)
        at_work[item.account_id] = at_work.get(item.account_id, 0) + 1
        found[_served_key(item.account_id)] = time.time_ns()
    if claimed:
        keys = {_served_key(item.account_id) for item in claimed}
        cache.set_many({key: found[key] for key in keys}, int(WANTED_FOR.total_seconds()))
    return claimed


def _claim_one(account_id: int, now: dt.datetime) -> PrefetchItem | None:
    waiting = PrefetchItem.objects.for_account(account_id).filter(not_before__lte=now)
    until = now + dt.timedelta(seconds=CLAIM_SECONDS)
    for item in waiting.order_by("priority", "-wanted_at", "pk")[:5]:
        # Another worker may have taken it meanwhile.
        if waiting.filter(pk=item.pk).update(is_claimed=True, not_before=until):
            item.is_claimed, item.not_before = True, until
            return item
    return None


def _served_key(account_id: int) -> str:
    return f"{account_id}:prefetch-served"


def paused_key(account_id: int) -> str:
    """Return the key that the cache has while nothing of the account is begun."""
    return f"{account_id}:prefetch-paused"
