"""What panels add to an account's pre-flight: connections that answer, tabs that can be filled."""

import time
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from panels import registry
from panels.calls import match_order
from panels.errors import PanelUnavailable, TemporaryError
from panels.models import Connection, Placement
from panels.services import try_connection
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
    able = {
        capability
        for connection in Connection.objects.for_account(flight.account).filter(is_enabled=True)
        if (kind := registry.connectors().plugins.get(connection.connector))
        for capability in kind.capabilities
    }
    if flight.account.confirms:
        able |= _of_host()
    placements: dict[int, list[Placement]] = {}
    for placement in Placement.objects.for_account(flight.account).filter(is_enabled=True):
        placements.setdefault(placement.dashboard_app_id, []).append(placement)
    for app in DashboardApp.objects.for_account(flight.account).filter(is_enabled=True).order_by("position", "pk"):
        if app.pk not in placements:
            yield red(_("It has no panel."), _("Add a panel on the tab's page."), about=app.title)
        for placement in placements.get(app.pk, ()):
            if problem := _problem(placement, able):
                yield red(*problem, about=app.title)


def _of_host() -> set[str]:
    return {capability for kind in registry.host_connectors().values() for capability in kind.capabilities}


def _problem(placement: Placement, able: set[str]) -> tuple[str, str] | None:
    panel = registry.panels().plugins.get(placement.panel)
    if panel is None:
        return (
            _("The panel “%(slug)s” is not installed.") % {"slug": placement.panel},
            _("Install its package on this server, or remove it from the tab."),
        )
    if panel.capability and panel.capability not in able and panel.capability in _of_host():
        return (
            _("The panel “%(title)s” is shown only where the host confirms who looks.") % {"title": panel.title},
            _("Choose another trust for the account, or remove the panel from the tab."),
        )
    if panel.capability and panel.capability not in able:
        return (
            _("No connection can fill the panel “%(title)s”.") % {"title": panel.title},
            _("Add a connection that answers “%(capability)s”.") % {"capability": panel.capability},
        )
    return None


def _try(connection: Connection) -> Result:
    answer = try_connection(connection)
    if not answer.answers:
        make = amber if answer.temporary else red
        return make(answer.sentence, _("Open the connection, mend its settings and save."), about=connection.name)
    kind = registry.connectors().plugins[connection.connector]
    started = time.perf_counter()
    try:
        connector = kind(read_settings(connection, kind.SettingsForm), name=connection.name)
        with budget(kind.timeout):
            for capability in kind.capabilities:
                getattr(connector, capability)(SAMPLE.only(match_order(connection, kind)))
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
    if took > _SLOW_MILLISECONDS:
        return amber(told, _("Agents wait so long for a customer nobody has looked at before."), about=connection.name)
    return green(told, about=connection.name)
