"""One question to one source: who is asked, within which limits, and what its failure means."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_noop
from msgspec import structs

from panels import registry, selectors, statistics
from panels.base import FetchContext
from panels.capabilities import CAPABILITIES
from panels.connectors.base import Connector
from panels.containment import call_plugin
from panels.containment.origin import is_ours
from panels.containment.plain_data import require_answer, require_plain
from panels.errors import FinalError, OperatorError, PanelUnavailable, TemporaryError
from panels.guard import Busy, Guard, NotNow
from panels.host_reader import ContactReader
from panels.models import Connection, Placement
from panels.offers import read_offers
from panels.settings_forms import Turns, read_settings
from panels.snapshots import Source
from panels.statistics import ErrorKind
from tenants.trust.identity import Identity, MatchKey
from voxysapps.outgoing import budget
from voxysapps.sealing import SealBroken

# What a panel's own fetch may take, and how many of a placement's may be under way.
_PANEL_SECONDS = 15.0
_PANEL_CALLS = 4


@dataclass(frozen=True, slots=True)
class Call:
    """How to ask one source about one customer.

    `enter` holds what limits the source while it is asked; it raises `Busy` or `NotNow`. `ask` returns the
    answer or raises. Both are done once. `answered` notes that it has, for operators; agents wait for the
    answer, so that is stored before.
    """

    enter: Callable[[], Any]
    ask: Callable[[], Any]
    fresh_for: float
    answered: Callable[[], None] = lambda: None


@contextmanager
def unlimited() -> Iterator[None]:
    """Hold nothing."""
    yield


def prepare(account_id: int, source: Source, identity: Identity, trace_id: str) -> Call:
    """Return how to ask the source about the customer. Raises OperatorError when it is not set up."""
    if source.connection_id is not None and source.capability is not None:
        return _prepare_connector(account_id, source.connection_id, source.capability, identity, trace_id)
    if source.connector is not None and source.capability is not None:
        return _prepare_host(account_id, source.connector, source.capability, identity, trace_id)
    return _prepare_panel(account_id, source.placement_id or 0, identity, trace_id)


def whom_to_look_for(connection: Connection, kind: type[Connector], identity: Identity) -> Identity:
    """Return the identity as the connection's connector is given it: what it recognises, in its order."""
    known = identity.only(match_order(connection, kind))
    linked = selectors.list_linked(connection, identity.contact_id)
    return structs.replace(known, linked=tuple(linked)) if linked else known


def match_order(connection: Connection, kind: type[Connector]) -> tuple[MatchKey, ...]:
    """Return by what the connection's customers are looked for, in order."""
    return tuple(connection.match_by) or kind.looks_for or kind.recognises_by


def kind_of(error: Exception) -> ErrorKind:
    """Return what an error counts as."""
    if isinstance(error, TemporaryError):
        return "limited" if error.retry_after else "temporary"
    if isinstance(error, OperatorError):
        return "operator"
    if isinstance(error, FinalError):
        return "final"
    if isinstance(error, PanelUnavailable):
        return "final" if error.permanent else "temporary"
    return "broken"


def _prepare_connector(account_id: int, connection_id: int, capability: str, identity: Identity, trace_id: str) -> Call:
    connection = selectors.get_connection(account_id, connection_id)
    kind = registry.connectors().plugins.get(connection.connector) if connection else None
    if connection is None or kind is None or not read_offers(account_id).has_connector(connection.connector):
        raise OperatorError(gettext_noop("This connection is switched off or its connector is not installed."))
    if connection.paused_at is not None:
        message = gettext_noop("An operator has paused %(system)s for the moment.")
        raise OperatorError(message, values={"system": connection.name})
    known = whom_to_look_for(connection, kind, identity)
    if known.is_anonymous:
        return Call(unlimited, CAPABILITIES[capability], kind.fresh_for)  # nobody to look for: an empty answer
    turns = _settings(connection, kind.SettingsForm)
    guard = Guard(account_id, connection_id, name=connection.name)
    watch = _Watch(guard, (account_id, connection_id), identity, trace_id)
    before = guard.pacer(kind.max_rate, on_request=partial(statistics.count_request, account_id, connection_id))

    def question(settings: Mapping[str, Any]) -> Any:
        def work() -> Any:
            return _answer(kind(settings, name=connection.name), capability, known)

        return call_plugin(kind, work, account_id=account_id, seconds=kind.timeout, name=connection.name)

    def ask() -> Any:
        with watch.watching(), budget(kind.timeout, trace_id=trace_id, before=before):
            return turns.ask(question)

    return Call(lambda: guard.enter(kind.max_concurrency), ask, kind.fresh_for, lambda: _answered(watch, turns))


def _prepare_panel(account_id: int, placement_id: int, identity: Identity, trace_id: str) -> Call:
    """Return how to let a panel fetch by itself."""
    placement = selectors.get_placement(account_id, placement_id)
    panel = registry.panels().plugins.get(placement.panel) if placement else None
    if placement is None or panel is None or not read_offers(account_id).has_panel(placement.panel):
        raise OperatorError(gettext_noop("This panel is switched off or not installed."))
    turns = _settings(placement, panel.SettingsForm)
    name = str(panel.title)
    # By placement: settings that make one fail cut off no other of the same panel.
    system = Source.of_placement(placement_id).system
    guard = Guard(account_id, system, name=name)
    watch = _Watch(guard, (account_id, system), identity, trace_id)
    before = partial(statistics.count_request, account_id, system)

    def question(settings: Mapping[str, Any]) -> Any:
        def work() -> Any:
            data = panel.fetch(FetchContext(identity=identity, settings=settings, trace_id=trace_id))
            require_plain(data)
            return data

        return call_plugin(panel, work, account_id=account_id, seconds=_PANEL_SECONDS, name=name)

    def ask() -> Any:
        with watch.watching(), budget(_PANEL_SECONDS, trace_id=trace_id, before=before):
            return turns.ask(question)

    return Call(lambda: guard.enter(_PANEL_CALLS), ask, panel.fresh_for, lambda: _answered(watch, turns))


def _prepare_host(account_id: int, slug: str, capability: str, identity: Identity, trace_id: str) -> Call:
    """Return how to ask the host about the contact, whom it knows by number: nobody is to be found."""
    kind = registry.host_connectors().get(slug)
    account = selectors.get_asked_account(account_id)
    if kind is None or account is None or not read_offers(account_id).has_connector(slug):
        raise OperatorError(gettext_noop("This panel is switched off or not installed."))
    if identity.contact_id is None:
        return Call(unlimited, CAPABILITIES[capability], kind.fresh_for)
    name = str(kind.title)
    reader = ContactReader(account, identity.contact_id, name=name)
    guard = Guard(account_id, slug, name=name)
    watch = _Watch(guard, (account_id, slug), identity, trace_id)
    before = partial(statistics.count_request, account_id, slug)

    def work() -> Any:
        return _answer(kind(reader, name=name), capability, identity)

    def ask() -> Any:
        with watch.watching(), budget(kind.timeout, trace_id=trace_id, before=before):
            return call_plugin(kind, work, account_id=account_id, seconds=kind.timeout, name=name)

    return Call(lambda: guard.enter(kind.max_concurrency), ask, kind.fresh_for, watch.answered)


def _answer(connector: Connector, capability: str, who: Identity) -> Any:
    answer = getattr(connector, capability)(who)
    if not is_ours(connector):
        require_answer(answer, CAPABILITIES[capability])
    return answer


class _Watch:
    """Tells guard and statistics what became of one call about a customer: a failure at once, an answer when asked to.

    `ids` are the account's and the system's.
    """

    def __init__(self, guard: Guard, ids: tuple[int, statistics.System], about: Identity, trace_id: str) -> None:
        self._guard = guard
        self._ids = ids
        self._about = about
        self._trace_id = trace_id
        self._seconds = 0.0

    @contextmanager
    def watching(self) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        except (Busy, NotNow):
            self._guard.learnt_nothing()  # nobody was asked
            raise
        except Exception as error:
            self._failed(error, time.perf_counter() - started)
            raise
        self._seconds = time.perf_counter() - started

    def answered(self) -> None:
        self._guard.succeeded()
        statistics.note_success(*self._ids)
        statistics.count_call(*self._ids, seconds=self._seconds, error=None)

    def _failed(self, error: Exception, seconds: float) -> None:
        kind = kind_of(error)
        if kind in {"temporary", "limited"}:
            self._guard.failed(retry_after=getattr(error, "retry_after", None))
        elif kind in {"final", "operator"}:
            self._guard.succeeded()  # it answers, if not as hoped
        else:
            self._guard.learnt_nothing()
        message = error.message if isinstance(error, PanelUnavailable) else type(error).__name__
        values = error.values if isinstance(error, PanelUnavailable) else {}
        customer = self._about.digest()
        statistics.note_failure(*self._ids, message, values, kind=kind, customer=customer, trace_id=self._trace_id)
        statistics.count_call(*self._ids, seconds=seconds, error=kind)


def _answered(watch: _Watch, turns: Turns) -> None:
    watch.answered()
    turns.answered()


def _settings(row: Connection | Placement, form_class: type[forms.Form]) -> Turns:
    try:
        return read_settings(row, form_class)
    except SealBroken:
        raise OperatorError(gettext_noop("A stored secret cannot be opened any longer. Enter it again.")) from None
