"""How connections, the host and panels that fetch by themselves are doing, as operators read it.

A light with a sentence, and the figures behind it.
"""

import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Min
from django.utils.translation import gettext as _

from panels import registry, statistics
from panels.configuration import read_sources
from panels.errors import sentence
from panels.guard import Breaker, Guard, to_breaker
from panels.models import Connection, Placement, PrefetchItem
from panels.offers import Offers, read_offers_of
from panels.snapshots import Source
from panels.statistics import Last, Statistics, System
from tenants.models import Account, Light


@dataclass(frozen=True, slots=True)
class State:
    """How one system is now. `asked_again_at` is set where nobody asks it before."""

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


@dataclass(frozen=True, slots=True)
class Health:
    """One system that fills panels, as it is now and over the last 24 hours.

    `connector` is its connector's slug, or that of a panel that fetches by itself.
    """

    name: str
    connector: str
    state: State
    figures: Statistics


def read_states(connections: Iterable[Connection]) -> dict[int, State]:
    """Return how each connection is, by id (1 trip to the cache, 2 queries)."""
    rows = list(connections)
    found = _read_marks([(row.account_id, row.pk) for row in rows])
    offers = read_offers_of({row.account_id for row in rows})
    return {row.pk: _state(found[row.account_id, row.pk], _switched(row, offers[row.account_id])) for row in rows}


def read_statistics(connection: Connection) -> Statistics:
    """Return the figures of the last 24 hours (1 trip to the cache)."""
    return statistics.read_statistics(connection.account_id, [connection.pk])[connection.pk]


def read_health(connection: Connection) -> Health:
    """Return how a connection is doing (2 trips)."""
    state = read_states([connection])[connection.pk]
    return Health(connection.name, connection.connector, state, read_statistics(connection))


def read_host_health(account: Account) -> list[Health]:
    """Return how the host is doing as a source of the account's panels: none where none is filled by it (3 queries)."""
    used = {source.connector for source in read_sources(account.pk)}
    kinds = {slug: kind for slug, kind in registry.host_connectors().items() if slug in used}
    marks = _read_marks([(account.pk, slug) for slug in kinds])
    figures = statistics.read_statistics(account.pk, kinds)
    return [
        Health(str(kind.title), slug, _state(marks[account.pk, slug]), figures[slug]) for slug, kind in kinds.items()
    ]


def fetches_itself(placement: Placement) -> bool:
    """Return whether the placement's panel fetches its data by itself, so that it has a health of its own."""
    panel = registry.panels().plugins.get(placement.panel)
    return panel is not None and panel.capability is None


def read_placement_states(placements: Iterable[Placement]) -> dict[int, State]:
    """Return how each placement is whose panel fetches by itself, by id (1 trip to the cache)."""
    rows = [row for row in placements if fetches_itself(row)]
    found = _read_marks([(row.account_id, Source.of_placement(row.pk).system) for row in rows])
    return {row.pk: _state(found[row.account_id, Source.of_placement(row.pk).system]) for row in rows}


def read_placement_health(placement: Placement) -> Health | None:
    """Return how a panel that fetches by itself is doing in the placement; None for any other panel (2 trips)."""
    state = read_placement_states([placement]).get(placement.pk)
    if state is None:
        return None
    system = Source.of_placement(placement.pk).system
    figures = statistics.read_statistics(placement.account_id, [system])[system]
    title = placement.title or str(registry.panels().plugins[placement.panel].title)
    return Health(title, placement.panel, state, figures)


def read_queue(account_id: int) -> Queue:
    """Return what waits to be fetched ahead for the account (1 query)."""
    waiting = PrefetchItem.objects.for_account(account_id).aggregate(number=Count("pk"), oldest=Min("wanted_at"))
    return Queue(waiting["number"], waiting["oldest"])


class _Marks(NamedTuple):
    """What guard and statistics have noted of a system; `until` as long nobody asks it, 0: it may be asked."""

    breaker: Breaker
    until: float
    last: Last


def _read_marks(ids: Iterable[tuple[int, System]]) -> dict[tuple[int, System], _Marks]:
    """Return what is noted of systems, named by account and `Source.system` (1 trip to the cache)."""
    guards = {(account_id, system): Guard(account_id, system, name="") for account_id, system in ids}
    keys = {one: (guard.breaker_key, guard.wait_key, statistics.last_key(*one)) for one, guard in guards.items()}
    found = cache.get_many([key for three in keys.values() for key in three])
    marks = {}
    for one, (breaker_key, wait_key, last_key) in keys.items():
        breaker = to_breaker(found.get(breaker_key))
        until = max(breaker.open_until, float(found.get(wait_key) or 0.0))
        marks[one] = _Marks(breaker, until, statistics.to_last(found.get(last_key)))
    return marks


def _state(marks: _Marks, switched: tuple[Light, str] | None = None) -> State:
    light, told = switched or _judge(marks)
    last = marks.last
    return State(
        light=light,
        sentence=told,
        is_given_up=marks.breaker.is_open,
        last_success=_moment(last.success_at),
        last_failure=_moment(last.failure_at),
        last_error=sentence(last.message, last.values) if last.message else "",
        last_trace_id=last.trace_id,
        asked_again_at=_moment(marks.until) if marks.until > time.time() else None,
    )


def _switched(connection: Connection, offers: Offers) -> tuple[Light, str] | None:
    """Return what keeps the connection from being asked at all: how it is installed, and an operator's hand."""
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
    )
    return next(((light, told) for holds, light, told in judgements if holds), None)


def _judge(marks: _Marks) -> tuple[Light, str]:
    """Return the first that holds."""
    breaker, until, last = marks
    judgements = (
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
