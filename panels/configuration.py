"""What a dashboard app consists of, kept in the process and checked against a stamp.

A request needs the app, its account, its placements and their connections. They change when an operator
saves, so every process keeps what it has read and compares the account's stamp, which comes with the
other values of the request's first trip to the cache.
"""

import hashlib
import logging
import secrets
import threading
import time
import zoneinfo
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from panels import registry, selectors
from panels.base import Panel
from panels.connectors.base import HostConnector
from panels.models import Connection, Placement
from panels.offers import Offers, read_offers
from panels.settings_forms import clean_settings
from panels.snapshots import Failure, Source
from tenants.models import Account, DashboardApp
from tenants.trust.audience import Viewing, why_not_for
from tenants.validators import APP_KEY
from voxysapps.cache import cache_is_down
from voxysapps.problems import explained, new_trace_id, place_of

logger = logging.getLogger(__name__)

MAX_APPS = 2_000
# Even an unchanged stamp is believed for so long only: a change made while the cache was away moved none.
MAX_AGE_SECONDS = 60.0
MAX_AGE_WITHOUT_CACHE_SECONDS = 3.0
STAMP_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class PlacementPlan:
    """All that rendering a placement needs besides the data. `panel` is None when it is not installed or broken."""

    id: int
    slug: str
    panel: Panel | None
    titles: Mapping[str, str]
    settings: Mapping[str, Any]
    sources: tuple[Source, ...]
    connection_names: tuple[str, ...]
    # Changes whenever the same data would render differently.
    revision: str
    # What is wrong with the panel, where that is known.
    problem: Failure | None = None

    def title(self, locale: str) -> str:
        return self.titles.get(locale) or self.titles["en"]


@dataclass(frozen=True, slots=True)
class AppPlan:
    """A dashboard app as a request needs it. The models are shared by threads: read, never saved."""

    account: Account
    app: DashboardApp
    placements: tuple[PlacementPlan, ...]
    time_zone: zoneinfo.ZoneInfo
    stamp: str
    read_at: float = field(default_factory=time.monotonic)

    @property
    def needs(self) -> frozenset[str]:
        """What of the context the browser must upload besides the identifying fields."""
        return frozenset(need for placement in self.placements if placement.panel for need in placement.panel.needs)

    @property
    def acts(self) -> bool:
        """Whether a panel has more than data to show: actions, things to be kept, or files of its own."""
        panels = [placement.panel for placement in self.placements if placement.panel]
        return any(panel.actions or panel.keeps or panel.styles or panel.scripts for panel in panels)

    def is_named(self, app_key: str) -> bool:
        """Return whether the key is the app's, or the one before while that is good."""
        return app_key == self.app.key or (
            self.app.previous_key_ends_at is not None and timezone.now() < self.app.previous_key_ends_at
        )

    def placement(self, placement_id: int) -> PlacementPlan | None:
        return next((placement for placement in self.placements if placement.id == placement_id), None)


_plans: OrderedDict[str, AppPlan] = OrderedDict()
_lock = threading.Lock()


def stamp_key(account_id: int) -> str:
    """Return the cache key of the account's stamp."""
    return f"{account_id}:stamp"


def get_plan(app_key: str, *, check: bool = True) -> AppPlan | None:
    """Return the app's plan, or None when no enabled app has this key.

    Warm: one trip to the cache, no query. Without `check` there is none, and whoever asks must compare
    the stamp before anything is shown, as `panels.access` does.
    """
    plan = _plans.get(app_key)
    if plan is None or not _is_recent(plan) or not plan.is_named(app_key):
        return read_plan(app_key)
    is_current = not check or cache.get(stamp_key(plan.account.pk)) == plan.stamp
    return plan if is_current else read_plan(app_key)


def read_plan(app_key: str) -> AppPlan | None:
    """Return the app's plan as the database has it now, and keep it."""
    plan = _plans.get(app_key)
    try:
        plan = _read_plan(app_key)
    except DatabaseError:
        if plan is None:
            raise
        logger.warning("database away: account=%s is served as it was", plan.account.pk)
        return plan
    with _lock:
        if plan is None:
            _plans.pop(app_key, None)
        else:
            _plans[app_key] = plan
            _plans.move_to_end(app_key)
            if len(_plans) > MAX_APPS:
                _plans.popitem(last=False)
    return plan


def read_sources(account_id: int, viewing: Viewing | None = None) -> tuple[Source, ...]:
    """Return from where the account's tabs are filled, each source once (5 queries).

    Drafts are left out, and with `viewing` whatever is not for that conversation.
    """
    apps = selectors.list_apps(account_id)
    offers = read_offers(account_id)
    connections = _offered(selectors.list_connections(account_id), offers)
    found: dict[Source, None] = {}
    for app in apps:
        if app.is_draft or (viewing is not None and why_not_for(app, viewing)):
            continue
        for placement in app.shown:  # type: ignore[attr-defined]
            if offers.has_panel(placement.panel):
                found |= dict.fromkeys(_sources(placement, connections, app.account, offers))
    return tuple(found)


def read_placement_sources(account_id: int, placement_id: int) -> tuple[Source, ...]:
    """Return from where one placement is filled; nothing where it is not shown (5 queries)."""
    offers = read_offers(account_id)
    connections = _offered(selectors.list_connections(account_id), offers)
    for app in selectors.list_apps(account_id):
        for placement in app.shown:  # type: ignore[attr-defined]
            if placement.pk == placement_id and offers.has_panel(placement.panel):
                return _sources(placement, connections, app.account, offers)
    return ()


def change_stamp(account_id: int) -> None:
    """Make every process read the account's apps again, once the current transaction is committed."""
    transaction.on_commit(lambda: cache.set(stamp_key(account_id), secrets.token_hex(8), STAMP_SECONDS))


def forget_plans() -> None:
    """Drop what this process has read; for tests."""
    with _lock:
        _plans.clear()


def _is_recent(plan: AppPlan) -> bool:
    allowed = MAX_AGE_WITHOUT_CACHE_SECONDS if cache_is_down() else MAX_AGE_SECONDS
    return time.monotonic() - plan.read_at < allowed


def _read_plan(app_key: str) -> AppPlan | None:
    # What cannot be a key need not be looked for, nor reach the database: PostgreSQL refuses some of it.
    account_id = selectors.get_account_id(app_key) if APP_KEY.fullmatch(app_key) else None
    if account_id is None:
        return None
    # The stamp comes before what it vouches for: a change in between makes it differ.
    key = stamp_key(account_id)
    cache.add(key, secrets.token_hex(8), STAMP_SECONDS)
    stamp = cache.get(key) or ""
    app = selectors.get_app(app_key)
    if app is None:
        return None
    offers = read_offers(app.account_id)
    connections = _offered(selectors.list_connections(app.account_id), offers)
    return AppPlan(
        account=app.account,
        app=app,
        placements=tuple(
            _plan(placement, connections, app.account, offers)
            for placement in selectors.list_placements(app)
            if offers.has_panel(placement.panel)
        ),
        time_zone=zoneinfo.ZoneInfo(app.account.time_zone),
        stamp=stamp,
    )


def _offered(connections: list[Connection], offers: Offers) -> list[Connection]:
    return [connection for connection in connections if offers.has_connector(connection.connector)]


def _plan(placement: Placement, connections: list[Connection], account: Account, offers: Offers) -> PlacementPlan:
    panel = registry.panels().plugins.get(placement.panel)
    if panel is None:
        return _plan_without_panel(placement, registry.panels().failure(placement.panel))
    try:
        return _plan_of(panel, placement, connections, account, offers)
    except Exception as error:  # noqa: BLE001 - its settings form is a plugin's, too, and may raise anything
        trace_id, place = new_trace_id(), place_of(error)
        logger.error("panel %s cannot be set up: account=%s trace=%s: %s", panel.slug, account.pk, trace_id, place)  # noqa: TRY400
        told = explained(error) or gettext_noop("This panel is broken. Tell an operator.")
        return _plan_without_panel(placement, Failure(told, True, trace_id, 0.0))


def _plan_of(
    panel: Panel, placement: Placement, connections: list[Connection], account: Account, offers: Offers
) -> PlacementPlan:
    sources = _sources(placement, connections, account, offers)
    names = (
        *(connection.name for connection in _able(placement, panel, connections)),
        *(str(kind.title) for kind in _of_host(panel, account, offers).values()),
    )
    return PlacementPlan(
        id=placement.pk,
        slug=placement.panel,
        panel=panel,
        titles=_titles(placement, panel),
        settings=clean_settings(panel.SettingsForm, placement.settings),
        sources=sources,
        connection_names=names,
        revision=_digest(
            *(placement.settings, [source.key for source in sources], names),
            # Without agent sessions there are no actions.
            *(account.time_zone, account.trust, registry.code_version(panel.slug)),
        ),
    )


def _plan_without_panel(placement: Placement, problem: Failure | None) -> PlacementPlan:
    return PlacementPlan(
        id=placement.pk,
        slug=placement.panel,
        panel=None,
        titles=_titles(placement, None),
        settings={},
        sources=(),
        connection_names=(),
        revision=_digest(placement.settings),
        problem=problem,
    )


def _able(placement: Placement, panel: Panel, connections: list[Connection]) -> list[Connection]:
    """Return the connections that fill the placement."""
    chosen: list[Connection] = placement.chosen or connections  # type: ignore[attr-defined]
    usable = {connection.pk for connection in connections}
    return [connection for connection in chosen if connection.pk in usable and _can(connection, panel.capability)]


def _of_host(panel: Panel, account: Account, offers: Offers) -> dict[str, type[HostConnector]]:
    """Return the host connectors that fill the panel, whichever connections a placement has chosen, by slug.

    None where the host does not confirm who looks: it knows nothing then of what they may see.
    """
    if panel.capability is None or not account.confirms:
        return {}
    return {
        slug: kind
        for slug, kind in registry.host_connectors().items()
        if panel.capability in kind.capabilities and offers.has_connector(slug)
    }


def _sources(
    placement: Placement, connections: list[Connection], account: Account, offers: Offers
) -> tuple[Source, ...]:
    panel = registry.panels().plugins.get(placement.panel)
    if panel is None:
        return ()
    if panel.capability is None:
        return (Source.of_placement(placement.pk, generation=placement.generation),)
    return (
        *(
            Source.of_connection(connection.pk, panel.capability, generation=connection.generation)
            for connection in _able(placement, panel, connections)
        ),
        *(Source.of_host(slug, panel.capability) for slug in _of_host(panel, account, offers)),
    )


def _can(connection: Connection, capability: str | None) -> bool:
    connector = registry.connectors().plugins.get(connection.connector)
    return connector is not None and capability in connector.capabilities


def _titles(placement: Placement, panel: Panel | None) -> dict[str, str]:
    titles = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            titles[code] = placement.title or (str(panel.title) if panel else placement.panel)
    return titles


def _digest(*parts: object) -> str:
    return hashlib.blake2b(msgspec.json.encode(parts, order="deterministic"), digest_size=8).hexdigest()
