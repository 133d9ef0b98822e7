"""Stored accounts as a file would describe them, without their secrets."""

from typing import Any

import yaml
from django.db.models import QuerySet

from panels.declarations.shapes import ACCOUNT_FIELDS, APP_FIELDS, CONNECTION_FIELDS, PLACEMENT_FIELDS
from panels.models import Connection, Placement
from panels.settings_forms import secret_names, settings_form
from tenants.models import Account, DashboardApp


def dump_yaml(accounts: QuerySet[Account]) -> str:
    """Return the accounts as YAML that `apply` finds nothing to change in."""
    described = {"accounts": [describe(account) for account in accounts]}
    # Without aliases, which the reader refuses.
    return yaml.dump(described, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def describe(account: Account) -> dict[str, Any]:
    """Return the account with its connections, apps and placements."""
    connections = Connection.objects.for_account(account).order_by("name")
    apps = DashboardApp.objects.for_account(account).order_by("position", "pk")
    return {
        **_fields(account, ACCOUNT_FIELDS),
        "connections": [
            {"name": row.name, **_fields(row, CONNECTION_FIELDS), "settings": _settings(row)} for row in connections
        ],
        "apps": [{**_fields(app, APP_FIELDS), "placements": _placements(app)} for app in apps],
    }


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _placements(app: DashboardApp) -> list[dict[str, Any]]:
    return [
        {
            "panel": row.panel,
            **_fields(row, PLACEMENT_FIELDS),
            "settings": _settings(row),
            "connections": sorted(connection.name for connection in row.connections.all()),
        }
        for row in app.placements.order_by("position", "pk").prefetch_related("connections")
    ]


def _settings(row: Connection | Placement) -> dict[str, Any]:
    form_class = settings_form(row)
    secrets = secret_names(form_class) if form_class else ()
    return {name: value for name, value in row.settings.items() if name not in secrets}


def _fields(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
