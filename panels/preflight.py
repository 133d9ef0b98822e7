"""What panels add to an account's pre-flight: connections that answer, tabs that can be filled."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from panels import registry
from panels.base import Panel
from panels.calls import match_order
from panels.connectors.base import Connector
from panels.containment import try_plugin
from panels.errors import PanelUnavailable, TemporaryError
from panels.models import Connection, Placement
from panels.offers import Offers, read_offers
from panels.services import not_offered, try_connection
from panels.settings_forms import read_settings
from tenants.models import DashboardApp
from tenants.preflight.registry import Flight, Result, amber, green, not_checked, red, register
from tenants.trust.identity import Identity
from voxysapps.outgoing import budget
from voxysapps.problems import place_of

# Nobody's: a system that knows no such customer has answered all the same.
SAMPLE = Identity(name="Pre-flight", emails=("preflight-sample@example.com",), identifier="preflight-sample")
_SLOW_MILLISECONDS = 3_000


@register(gettext_lazy("Connection"), order=75)
def connections_answer(flight: Flight) -> Iterator[Result]:
    """Each is asked whether it would answer, and for a customer."""
    connections = list(Connection.objects.for_account(flight.account).filter(is_enabled=True))
    if not connections:
        yield amber(_("No system is connected yet."), _("Press “Add a connection” on the account's page."))
    for connection in connections:
        yield not_checked(about=connection.name) if flight.is_late else _try(connection)


@register(gettext_lazy("Tab"), order=55)
def tabs_can_be_filled(flight: Flight) -> Iterator[Result]:
    """Every tab has a panel that is installed, with a connection that can fill it."""
    offers = read_offers(flight.account.pk)
    answers = _answers_of(flight, offers)
    of_host = _of_host(offers) if flight.account.confirms else set()
    placements: dict[int, list[Placement]] = {}
    rows = Placement.objects.for_account(flight.account).filter(is_enabled=True).prefetch_related("connections")
    for placement in rows:
        placements.setdefault(placement.dashboard_app_id, []).append(placement)
    for app in DashboardApp.objects.for_account(flight.account).filter(is_enabled=True).order_by("position", "pk"):
        if app.pk not in placements:
            yield red(_("It has no panel."), _("Add a panel on the tab's page."), about=app.title)
        for placement in placements.get(app.pk, ()):
            if problem := _problem(placement, answers, of_host, offers):
                yield red(*problem, about=app.title)


def _answers_of(flight: Flight, offers: Offers) -> dict[int, tuple[str, ...]]:
    """Return what each of the account's connections can answer, by number."""
    return {
        connection.pk: kind.capabilities
        for connection in Connection.objects.for_account(flight.account).filter(is_enabled=True)
        if (kind := registry.connectors().plugins.get(connection.connector))
        and offers.has_connector(connection.connector)
    }


def _of_host(offers: Offers) -> set[str]:
    return {
        capability
        for slug, kind in registry.host_connectors().items()
        if offers.has_connector(slug)
        for capability in kind.capabilities
    }


def _problem(
    placement: Placement, answers: Mapping[int, tuple[str, ...]], of_host: set[str], offers: Offers
) -> tuple[str, str] | None:
    """Return what is wrong with the placement and what to do, or None."""
    panel = registry.panels().plugins.get(placement.panel)
    if not offers.has_panel(placement.panel):
        return (
            not_offered(panel.title if panel else placement.panel),
            _("Let it be offered, or remove it from the tab."),
        )
    if panel is None:
        return _without_panel(placement.panel)
    chosen = {connection.pk for connection in placement.connections.all()}
    of_chosen = {able for number in answers.keys() & (chosen or answers.keys()) for able in answers[number]}
    if not panel.capability or panel.capability in of_chosen | of_host:
        return None
    if any(panel.capability in able for able in answers.values()):
        return (
            _("None of the connections chosen for the panel “%(title)s” can fill it.") % {"title": panel.title},
            _("Switch one of them on again, or choose others on the panel's page."),
        )
    return _without_data(panel, offers)


def _without_panel(slug: str) -> tuple[str, str]:
    if registry.panels().failure(slug):
        return (
            _("The panel “%(slug)s” is broken or switched off by PANELS_EXCLUDE.") % {"slug": slug},
            _("A platform administrator finds what to do under “Installed plugins”."),
        )
    return (
        _("The panel “%(slug)s” is not installed.") % {"slug": slug},
        _("Install its package on this server, or remove it from the tab."),
    )


def _without_data(panel: Panel, offers: Offers) -> tuple[str, str]:
    if panel.capability in _of_host(offers):
        return (
            _("The panel “%(title)s” is shown only where the host confirms who looks.") % {"title": panel.title},
            _("Choose another trust for the account, or remove the panel from the tab."),
        )
    return (
        _("No connection can fill the panel “%(title)s”.") % {"title": panel.title},
        _("Add a connection that answers “%(capability)s”.") % {"capability": panel.capability},
    )


def _ask(connector: Connector, connection: Connection) -> None:
    """Ask for a customer who is nobody, by everything the connector can answer."""
    who = SAMPLE.only(match_order(connection, type(connector)))
    for capability in connector.capabilities:
        getattr(connector, capability)(who)


def _ask_in_turn(kind: type[Connector], connection: Connection) -> None:
    """Ask with the newest secrets, and where these are refused with the older ones of a rotation."""

    def question(settings: Mapping[str, Any]) -> None:
        def work() -> None:
            _ask(kind(settings, name=connection.name), connection)

        try_plugin(kind, work, account_id=connection.account_id, seconds=kind.timeout, name=connection.name)

    turns = read_settings(connection, kind.SettingsForm)
    with budget(kind.timeout):
        turns.ask(question)


def _try(connection: Connection) -> Result:
    answer = try_connection(connection)
    if not answer.answers:
        make, advice = red, _("Open the connection, mend its settings and save.")
        if answer.temporary:
            make = amber
            advice = _("Run this again in a while. If it stays so, open the connection, mend its settings and save.")
        return make(answer.sentence, advice, about=connection.name)
    kind = registry.connectors().plugins[connection.connector]
    started = time.perf_counter()
    try:
        _ask_in_turn(kind, connection)
    except TemporaryError as error:
        return amber(error.sentence, _("Run this again in a while."), about=connection.name)
    except PanelUnavailable as error:
        return red(error.sentence, _("Open the connection, mend its settings and save."), about=connection.name)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        return red(
            _("The connector failed: %(error)s.") % {"error": type(error).__name__},
            _("Tell the connector's author: %(place)s") % {"place": place_of(error)},
            about=connection.name,
        )
    took = round((time.perf_counter() - started) * 1000)
    told = _("%(sentence)s A sample customer took %(took)d ms.") % {"sentence": answer.sentence, "took": took}
    advice = ""
    if answer.took_older:
        advice = _("Open the connection and enter the newest secret again.")
    elif took > _SLOW_MILLISECONDS:
        advice = _("Agents wait so long for a customer nobody has looked at before.")
    return amber(told, advice, about=connection.name) if advice else green(told, about=connection.name)
