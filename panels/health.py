"""How connections are doing, as operators read it: a light with a sentence each, and the figures behind one."""

import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Min
from django.utils.translation import gettext as _

from panels import registry, statistics
from panels.errors import sentence
from panels.guard import Breaker, Guard, to_breaker
from panels.models import Connection, PrefetchItem
from panels.offers import Offers, read_offers_of
from panels.statistics import Last, Statistics
from tenants.models import Light


@dataclass(frozen=True, slots=True)
class State:
    """How one connection is now. `asked_again_at` is set where nobody asks it before."""

    light: Light
    sentence: str
    is_given_up: bool
    last_success: dt.datetime | None
    last_failure: dt.datetime | None
    last_error: str
    last_trace_id: str
    asked_again_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """So many of an account's customers wait to be fetched ahead, since `oldest`."""

    waiting: int
    oldest: dt.datetime | None


def read_states(connections: Iterable[Connection]) -> dict[int, State]:
    """Return how each connection is, by id (1 trip to the cache, 2 queries)."""
    rows = list(connections)
    guards = {row.pk: Guard(row.account_id, row.pk, name=row.name) for row in rows}
    lasts = {row.pk: statistics.last_key(row.account_id, row.pk) for row in rows}
    keys = [key for guard in guards.values() for key in (guard.breaker_key, guard.wait_key)]
    found = cache.get_many([*keys, *lasts.values()])
    offers = read_offers_of({row.account_id for row in rows})
    states = {}
    for row in rows:
        guard = guards[row.pk]
        breaker = to_breaker(found.get(guard.breaker_key))
        until = max(breaker.open_until, float(found.get(guard.wait_key) or 0.0))
        last = statistics.to_last(found.get(lasts[row.pk]))
        states[row.pk] = _state(row, offers[row.account_id], breaker, until, last)
    return states


def read_statistics(connection: Connection) -> Statistics:
    """Return the figures of the last 24 hours (1 trip to the cache)."""
    return statistics.read_statistics(connection.account_id, [connection.pk])[connection.pk]


def read_queue(account_id: int) -> Queue:
    """Return what waits to be fetched ahead for the account (1 query)."""
    waiting = PrefetchItem.objects.for_account(account_id).aggregate(number=Count("pk"), oldest=Min("wanted_at"))
    return Queue(waiting["number"], waiting["oldest"])


def _state(connection: Connection, offers: Offers, breaker: Breaker, until: float, last: Last) -> State:
    light, told = _judge(connection, offers, breaker, until, last)
    return State(
        light=light,
        sentence=told,
        is_given_up=breaker.is_open,
        last_success=_moment(last.success_at),
        last_failure=_moment(last.failure_at),
        last_error=sentence(last.message, last.values) if last.message else "",
        last_trace_id=last.trace_id,
        asked_again_at=_moment(until) if until > time.time() else None,
    )


def _judge(connection: Connection, offers: Offers, breaker: Breaker, until: float, last: Last) -> tuple[Light, str]:
    """Return the first that holds."""
    installed = registry.connectors()
    judgements = (
        (
            connection.connector not in installed.plugins,
            Light.RED,
            _("Its connector is broken. Its settings are kept; “Installed plugins” says what to do.")
            if installed.failure(connection.connector)
            else _("Its connector is not installed. Install its package again; its settings are kept."),
        ),
        (
            not offers.has_connector(connection.connector),
            Light.AMBER,
            _("Its connector is switched off for this account. Its settings are kept."),
        ),
        (not connection.is_enabled, Light.AMBER, _("Switched off.")),
        (connection.paused_at is not None, Light.AMBER, _("Paused. Agents see what was fetched before.")),
        (
            breaker.is_open,
            Light.RED,
            _("Does not answer. It is tried again by itself; agents see what was fetched before."),
        ),
        (until > time.time(), Light.AMBER, _("Asked us to wait. It is asked again by itself.")),
        (
            _fails(last) and last.kind == "operator",
            Light.RED,
            _("Refuses our questions. An operator has to look."),
        ),
        (
            _fails(last) and len(last.failed) >= statistics.MANY_CUSTOMERS,
            Light.RED,
            _("No call succeeds any longer, whichever customer it is about."),
        ),
        (
            _fails(last) and last.success_at == 0 and last.kind != "final",
            Light.RED,
            _("The last call failed, and none has succeeded yet."),
        ),
        # One customer's record may be at fault, or one slow moment.
        (_fails(last), Light.AMBER, _("The last call failed. Others may succeed.")),
        (last.success_at > 0, Light.GREEN, _("Answers.")),
    )
    otherwise = (Light.GREEN, _("Nobody has asked for anything lately."))
    return next(((light, told) for holds, light, told in judgements if holds), otherwise)


def _fails(last: Last) -> bool:
    return last.failure_at > last.success_at


def _moment(at: float) -> dt.datetime | None:
    return dt.datetime.fromtimestamp(at, dt.UTC) if at else None
