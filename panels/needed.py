"""Connections that are all that a placement has chosen: without them it would be filled from whatever there is."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from panels import registry
from panels.models import Connection, Placement

# More would be no sentence any longer.
_NAMED = 20


class Needed(ValidationError):
    """Why connections are not deleted: the sentence before the placements, these, and what to do about them."""

    def __init__(self, connections: Sequence[Connection], placements: Sequence[Placement]) -> None:
        names = ", ".join(sorted(connection.name for connection in connections))
        self.why = _(
            "Not deleted: %(connections)s. These panels have chosen nothing else, and would be filled from every"
            " connection of the account:"
        ) % {"connections": names}
        self.placements = placements
        self.named = [(one, place_of(one)) for one in placements[:_NAMED]]
        more = len(placements) - len(self.named)
        self.more = f" {_('and %(number)d more') % {'number': more}}" if more else ""
        self.advice = _("First choose for each what fills it instead, or remove it from its tab.")
        places = ", ".join(place for _one, place in self.named)
        super().__init__(f"{self.why} {places}{self.more}. {self.advice}")


def place_of(placement: Placement) -> str:
    """Return what the placement is called, and in which tab it is."""
    panel = registry.panels().plugins.get(placement.panel)
    return f"{placement.title or (panel.title if panel else placement.panel)} ({placement.dashboard_app.title})"


def require_not_needed(connections: Sequence[Connection], *, locks: bool = False) -> None:
    """Raise `Needed` where a placement has chosen these connections and no other.

    `locks`: until the transaction ends nobody else chooses them, or takes away what else a placement has chosen.
    """
    links = Placement.connections.through.objects
    doomed = [connection.pk for connection in connections]
    if locks:
        _locked(Connection.objects.filter(pk__in=doomed).select_for_update())
    rows = Placement.objects.filter(pk__in=links.filter(connection__in=doomed).values("placement"))
    rows = rows.select_related("dashboard_app").order_by("pk")
    touched = list(rows.select_for_update(of=("self",)) if locks else rows)
    spared = set(links.filter(placement__in=touched).exclude(connection__in=doomed).values_list("placement", flat=True))
    bereft = [placement for placement in touched if placement.pk not in spared]
    if not bereft:
        return
    chosen = set(links.filter(placement__in=bereft).values_list("connection", flat=True))
    raise Needed([connection for connection in connections if connection.pk in chosen], bereft)


def require_there(connections: Sequence[Connection]) -> None:
    """Keep nobody from using the connections, but from deleting them until the transaction ends.

    Raises ValidationError where one is gone: a choice of nothing else would be none.
    """
    chosen = {connection.pk for connection in connections}
    if chosen and chosen != _locked(Connection.objects.filter(pk__in=chosen).select_for_update(no_key=True)):
        raise ValidationError({"connections": _("One of the connections has just been deleted. Choose again.")})


def _locked(rows: QuerySet[Connection]) -> set[int]:
    """Return the numbers of the rows, which are locked in an order that is always the same."""
    return set(rows.order_by("pk").values_list("pk", flat=True))
