"""Reads of placements and connections, always of one account."""

from collections.abc import Collection

from django.db.models import Prefetch, Q
from django.utils import timezone

from panels.models import Connection, CustomerLink, Placement
from tenants.models import Account, DashboardApp
from tenants.trust.identity import ATTRIBUTE


def get_account_id(app_key: str) -> int | None:
    """Return the account of the dashboard app named by its key, or None when there is none (1 query)."""
    return DashboardApp.objects.filter(_named(app_key)).values_list("account_id", flat=True).first()


def get_app(key: str) -> DashboardApp | None:
    """Return the enabled dashboard app of an active, proved account named by its key, with the account (2 queries)."""
    return (
        DashboardApp.objects.select_related("account")
        .prefetch_related("account__secrets")
        .filter(_named(key), is_enabled=True, account__is_active=True, account__host_proved_at__isnull=False)
        .first()
    )


def _named(key: str) -> Q:
    """Name an app by its key, or by the one before while that is good."""
    return Q(key=key) | Q(previous_key=key, previous_key_ends_at__gt=timezone.now())


def list_placements(app: DashboardApp) -> list[Placement]:
    """Return the app's enabled placements in order, `chosen` holding each one's connections (2 queries).

    Those that are switched off, too: a choice of nothing else is no choice of all.
    """
    connections = Connection.objects.for_account(app.account_id).order_by("name")
    return list(
        Placement.objects.for_account(app.account_id)
        .filter(dashboard_app=app, is_enabled=True)
        .prefetch_related(Prefetch("connections", queryset=connections, to_attr="chosen"))
        .order_by("position", "id")
    )


def list_apps(account_id: int) -> list[DashboardApp]:
    """Return the account's enabled apps, `shown` holding their placements as `list_placements` does (3 queries)."""
    connections = Connection.objects.for_account(account_id).order_by("name")
    placements = (
        Placement.objects.for_account(account_id)
        .filter(is_enabled=True)
        .prefetch_related(Prefetch("connections", queryset=connections, to_attr="chosen"))
    )
    apps = DashboardApp.objects.for_account(account_id).filter(is_enabled=True).select_related("account")
    return list(apps.prefetch_related(Prefetch("placements", queryset=placements, to_attr="shown")))


def list_connections(account_id: int) -> list[Connection]:
    """Return the account's enabled connections by name (1 query)."""
    return list(Connection.objects.for_account(account_id).filter(is_enabled=True).order_by("name"))


def get_connection(account_id: int, connection_id: int) -> Connection | None:
    """Return one enabled connection of the account, or None (1 query)."""
    return Connection.objects.for_account(account_id).filter(pk=connection_id, is_enabled=True).first()


def find_connection(account_id: int, name: str, ids: Collection[int | None]) -> Connection | None:
    """Return the account's enabled connection of this name if it is one of `ids`, or None (1 query)."""
    known = [id_ for id_ in ids if id_ is not None]
    return Connection.objects.for_account(account_id).filter(name=name, pk__in=known, is_enabled=True).first()


def get_asked_account(account_id: int) -> Account | None:
    """Return the account if its host is asked about contacts, or None (1 query); see `Account.confirms`."""
    account = Account.objects.filter(pk=account_id, is_active=True, host_proved_at__isnull=False).first()
    return account if account and account.confirms else None


def get_placement(account_id: int, placement_id: int) -> Placement | None:
    """Return one enabled placement of the account, or None (1 query)."""
    return Placement.objects.for_account(account_id).filter(pk=placement_id, is_enabled=True).first()


def list_linked(connection: Connection, contact_id: int | None) -> list[str]:
    """Return the ids in the connection's system of whom agents have linked the contact to (1 query)."""
    if contact_id is None:
        return []
    links = CustomerLink.objects.for_account(connection.account_id).filter(connection=connection, contact_id=contact_id)
    return list(links.order_by("linked_at", "pk").values_list("external_id", flat=True))


def list_attributes(account_id: int) -> set[str]:
    """Return the custom attributes by which the account's connections look for customers (1 query)."""
    chosen = Connection.objects.for_account(account_id).filter(is_enabled=True).values_list("match_by", flat=True)
    keys = {key for match_by in chosen for key in match_by}
    return {key.removeprefix(ATTRIBUTE) for key in keys if key.startswith(ATTRIBUTE)}
