"""Which of our tabs in the host become which tabs that are wanted."""

from collections.abc import Sequence
from itertools import zip_longest

from tenants.host.records import HostDashboardApp
from tenants.models import DashboardApp
from tenants.publishing.addresses import frame_key, frame_url, is_same

# Records to be rewritten, and those among them that were not the same app's before.
Cost = tuple[int, int]
Choice = tuple[Cost, tuple[HostDashboardApp, ...]]


def choose_slots(wanted: Sequence[DashboardApp], ours: Sequence[HostDashboardApp]) -> tuple[HostDashboardApp, ...]:
    """Return the records that stand for the first of the wanted tabs, in the host's order; the fewest are rewritten.

    A record is never removed while a tab is to be added. So where some steps were done and others not, the same
    records are chosen again: each rewritten one makes this choice cheaper, and no other choice more so. Publishing
    that was broken off ends in the same order, between the same tabs of others.
    """
    if len(ours) <= len(wanted):
        return tuple(ours)
    # By how many tabs have one: the best choice among the records looked at so far; of equal ones the earliest.
    best: list[Choice] = [((0, 0), ())]
    for one in ours:
        with_one: list[Choice] = [
            (_sum(cost, _work(app, one)), (*slots, one)) for app, (cost, slots) in zip(wanted, best, strict=False)
        ]
        pairs = zip_longest(best, [None, *with_one])
        best = [min((choice for choice in pair if choice is not None), key=lambda choice: choice[0]) for pair in pairs]
    return best[len(wanted)][1]


def _work(app: DashboardApp, one: HostDashboardApp) -> Cost:
    """Return what it costs to make the record the app's."""
    if one.title == app.title and is_same(one.urls[0], frame_url(app)):
        return 0, 0
    is_its_own = frame_key(one.urls[0]) in (app.key, app.previous_key) or one.id == app.host_id
    return 1, 0 if is_its_own else 1


def _sum(one: Cost, other: Cost) -> Cost:
    return one[0] + other[0], one[1] + other[1]
