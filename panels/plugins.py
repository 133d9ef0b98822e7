"""What platform administrators are told of the installed plugins."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from panels import registry
from panels.checks import check_panel
from panels.models import Connection, Placement, PluginOffer
from panels.offers import placements_filled_by, read_offers
from panels.registry import Found
from tenants.models import Light


class PluginState(TextChoices):
    """How a plugin is."""

    WORKS = "works", pgettext_lazy("plugin", "works")
    ODD = "odd", pgettext_lazy("plugin", "look at it")
    BROKEN = "broken", pgettext_lazy("plugin", "broken")
    EXCLUDED = "excluded", pgettext_lazy("plugin", "switched off")
    MISSING = "missing", pgettext_lazy("plugin", "not installed")


@dataclass(frozen=True, slots=True)
class PluginRow:
    """One plugin: what it is, how it is, and who uses it."""

    kind: str
    slug: str
    title: str
    package: str
    version: str
    api: str
    state: str
    light: Light
    sentences: tuple[str, ...]
    reference: str
    # Placements of a panel or connections of a connector, and how many accounts have them. What answers from the host
    # has no connections: of that, the placements that it fills.
    uses: int
    accounts: int
    offer: PluginOffer | None
    is_opt_in: bool

    @property
    def word(self) -> str:
        return str(PluginState(self.state).label)

    @property
    def kind_word(self) -> str:
        return str(PluginOffer.Kind(self.kind).label)

    @property
    def has_connections(self) -> bool:
        """Whether its uses are connections, and no placements."""
        return self.kind == PluginOffer.Kind.CONNECTOR and self.slug not in registry.host_connectors()

    @property
    def audience(self) -> str:
        """To whom it is offered."""
        if self.offer is None:
            return _("No account, until you offer it") if self.is_opt_in else _("All accounts")
        number = len(self.offer.accounts.all())
        texts = {
            PluginOffer.Audience.ALL: _("All accounts"),
            PluginOffer.Audience.ONLY: _("Only to chosen accounts: %(number)d"),
            PluginOffer.Audience.EXCEPT: _("All accounts except: %(number)d"),
        }
        return texts[PluginOffer.Audience(self.offer.audience)] % {"number": number}


def list_plugins() -> list[PluginRow]:
    """Return every plugin that is installed, or used or decided about all the same; what needs somebody first."""
    uses = _uses()
    offers = {(one.kind, one.slug): one for one in PluginOffer.objects.prefetch_related("accounts")}
    works = {(one.kind, one.slug) for one in registry.list_found() if one.state == "works"}
    # Of several that claim a slug, the one that works is used and decided about.
    rows = [
        _row(one, uses, offers)
        if one.state == "works" or (one.kind, one.slug) not in works
        else _row(one, {}, {}, is_rival=True)
        for one in registry.list_found()
    ]
    known = {(row.kind, row.slug) for row in rows}
    rows += [_missing(key, uses, offers) for key in sorted((uses.keys() | offers.keys()) - known)]
    order = {"broken": 0, "missing": 1, "odd": 2, "excluded": 3, "works": 4}
    return sorted(rows, key=lambda row: (order[row.state], row.kind, row.slug))


def is_known(kind: str, slug: str) -> bool:
    """Return whether there is such a plugin to be decided about."""
    return any((one.kind, one.slug) == (kind, slug) for one in registry.list_found()) or (kind, slug) in _uses()


def placement_state(placement: Placement) -> tuple[Light, str, str]:
    """Return whether the placement's panel can be shown: a light, a word, and what to do where it cannot (1 query)."""
    if not read_offers(placement.account_id).has_panel(placement.panel):
        return (
            Light.AMBER,
            _("Switched off for this account"),
            _("Agents see nothing of it. Its settings are kept until a platform administrator offers it again."),
        )
    if placement.panel in registry.panels().plugins:
        return Light.GREEN, str(PluginState.WORKS.label), ""
    state = "broken" if registry.panels().failure(placement.panel) else "missing"
    return (
        Light.RED,
        str(PluginState(state).label),
        _("Its settings are kept. A platform administrator finds what to do under “Installed plugins”."),
    )


_Uses = dict[tuple[str, str], tuple[int, int]]
_Offers = dict[tuple[str, str], PluginOffer]


def _uses() -> _Uses:
    return dict(_counts())


def _counts() -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    counts = {"number": Count("pk"), "of": Count("account", distinct=True)}
    for slug, number, of in Placement.objects.order_by().values_list("panel").annotate(**counts):
        yield (PluginOffer.Kind.PANEL.value, slug), (number, of)
    for slug, number, of in Connection.objects.order_by().values_list("connector").annotate(**counts):
        yield (PluginOffer.Kind.CONNECTOR.value, slug), (number, of)
    for slug in registry.host_connectors():
        found = placements_filled_by(slug).aggregate(**counts)
        if found["number"]:
            yield (PluginOffer.Kind.CONNECTOR.value, slug), (found["number"], found["of"])


def _row(one: Found, uses: _Uses, offers: _Offers, *, is_rival: bool = False) -> PluginRow:
    """Return what is told of one entry point; `is_rival`: another one has its slug, and works."""
    panel = registry.panels().plugins.get(one.slug) if one.kind == "panel" and one.state == "works" else None
    said = tuple(str(message.msg) for message in check_panel(one.slug, panel)) if panel else ()
    state = "odd" if said else one.state
    number, accounts = uses.get((one.kind, one.slug), (0, 0))
    return PluginRow(
        kind=one.kind,
        slug=one.slug,
        title=str(one.title) or one.slug,
        package=one.package,
        version=one.version,
        api=one.requires_api,
        state=state,
        light=_light(state),
        sentences=said or tuple(_sentences(one, is_rival=is_rival)),
        reference=one.reference,
        uses=number,
        accounts=accounts,
        offer=offers.get((one.kind, one.slug)),
        is_opt_in=one.is_opt_in,
    )


def _sentences(one: Found, *, is_rival: bool) -> Iterator[str]:
    if one.state == "broken":
        # The author's words, as the system check says them.
        yield one.sentence
        if is_rival:  # excluding the slug would switch off the other one, too
            yield _("Mend, update or uninstall the package.")
            return
        yield _("Mend, update or uninstall the package, or switch it off by PANELS_EXCLUDE. Settings are kept.")
    elif one.state == "excluded":
        yield _("PANELS_EXCLUDE names it. Take it out there and start again to have it back. Settings are kept.")


def _missing(key: tuple[str, str], uses: _Uses, offers: _Offers) -> PluginRow:
    number, accounts = uses.get(key, (0, 0))
    return PluginRow(
        kind=key[0],
        slug=key[1],
        title=key[1],
        package="",
        version="",
        api="",
        state="missing",
        light=_light("missing") if number else Light.GREEN,
        sentences=(_("Install its package again, or delete what uses it. Settings are kept until then."),),
        reference="",
        uses=number,
        accounts=accounts,
        offer=offers.get(key),
        is_opt_in=False,
    )


def _light(state: str) -> Light:
    if state in ("broken", "missing"):
        return Light.RED
    return Light.GREEN if state == "works" else Light.AMBER
