"""Which of the installed plugins an account may use, as platform administrators decided.

Without a decision a plugin is everybody's, unless its class says `is_opt_in`. What is not offered shows nothing and
fetches nothing; its rows, settings and secrets stay, and are there again when it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from panels import registry
from panels.base import Panel
from panels.connectors.base import Connector
from panels.models import Placement, PluginOffer
from tenants.models import Trust


@dataclass(frozen=True, slots=True)
class Offers:
    """What one account is offered. A plugin that is not installed is offered, too: only its decision counts."""

    decided: Mapping[tuple[str, str], bool]

    def has_panel(self, slug: str) -> bool:
        return self._has(PluginOffer.Kind.PANEL, slug, registry.panels().plugins.get(slug))

    def has_connector(self, slug: str) -> bool:
        kind = registry.connectors().plugins.get(slug) or registry.host_connectors().get(slug)
        return self._has(PluginOffer.Kind.CONNECTOR, slug, kind)

    def _has(self, kind: str, slug: str, plugin: Panel | type[Connector] | None) -> bool:
        decided = self.decided.get((kind, slug))
        return decided if decided is not None else plugin is None or not plugin.is_opt_in


def read_offers(account_id: int) -> Offers:
    """Return what the account is offered (1 query)."""
    through = PluginOffer.accounts.through
    is_named = Exists(through.objects.filter(pluginoffer_id=OuterRef("pk"), account_id=account_id))
    rows = PluginOffer.objects.annotate(is_named=is_named).values_list("kind", "slug", "audience", "is_named")
    return Offers({(kind, slug): _is_for(audience, named) for kind, slug, audience, named in rows})


def read_offers_of(account_ids: Collection[int]) -> dict[int, Offers]:
    """Return what each of the accounts is offered (2 queries)."""
    through = PluginOffer.accounts.through
    named = set(through.objects.filter(account_id__in=account_ids).values_list("pluginoffer_id", "account_id"))
    rows = list(PluginOffer.objects.values_list("pk", "kind", "slug", "audience"))
    return {
        account_id: Offers({(kind, slug): _is_for(how, (pk, account_id) in named) for pk, kind, slug, how in rows})
        for account_id in account_ids
    }


def placements_filled_by(host_connector: str) -> QuerySet[Placement]:
    """Return the placements, whosever they are, that the host connector of this slug fills: it has no connections."""
    capabilities = registry.host_connectors()[host_connector].capabilities
    slugs = [slug for slug, panel in registry.panels().plugins.items() if panel.capability in capabilities]
    return Placement.objects.filter(panel__in=slugs).exclude(account__trust=Trust.LINK)


def _is_for(audience: str, is_named: bool) -> bool:
    if audience == PluginOffer.Audience.ONLY:
        return is_named
    return audience == PluginOffer.Audience.ALL or not is_named
