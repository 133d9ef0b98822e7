"""Stored accounts as a file would describe them, without their secrets."""

from typing import Any

import yaml
from django.db.models import Prefetch, QuerySet

from panels.declarations.shapes import ACCOUNT_FIELDS, APP_FIELDS, CONNECTION_FIELDS, PLACEMENT_FIELDS
from panels.models import Connection, Placement
from panels.settings_forms import secret_names, settings_form
from tenants.models import Account, DashboardApp

# Ends of lines to YAML, which come back as they are from between such quotation marks only.
_BREAKS = frozenset("\r\x85\u2028\u2029\ufeff")
# In the order in which they are told. As many queries as there are kinds of rows, however many accounts.
_ROWS = (
    Prefetch("connections", Connection.objects.order_by("name")),
    Prefetch("dashboard_apps", DashboardApp.objects.order_by("position", "pk")),
    Prefetch("dashboard_apps__placements", Placement.objects.order_by("position", "pk")),
    "dashboard_apps__placements__connections",
)


def dump_yaml(accounts: QuerySet[Account]) -> str:
    """Return the accounts as YAML that `apply` finds nothing to change in."""
    described = {"accounts": [_describe(account) for account in accounts.prefetch_related(*_ROWS)]}
    # Without aliases, which the reader refuses.
    return yaml.dump(described, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def _describe(account: Account) -> dict[str, Any]:
    """Return the account with its connections, apps and placements, all of them prefetched."""
    return {
        **_fields(account, ACCOUNT_FIELDS),
        "connections": [
            {"name": row.name, **_fields(row, CONNECTION_FIELDS), "settings": _settings(row)}
            for row in account.connections.all()
        ],
        "apps": [
            {**_fields(app, APP_FIELDS), "placements": [_placement(row) for row in app.placements.all()]}
            for app in account.dashboard_apps.all()
        ],
    }


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = '"' if _BREAKS.intersection(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _placement(row: Placement) -> dict[str, Any]:
    return {
        "panel": row.panel,
        **_fields(row, PLACEMENT_FIELDS),
        "settings": _settings(row),
        "connections": sorted(connection.name for connection in row.connections.all()),
    }


def _settings(row: Connection | Placement) -> dict[str, Any]:
    form_class = settings_form(row)
    secrets = secret_names(form_class) if form_class else ()
    return {name: value for name, value in row.settings.items() if name not in secrets}


def _fields(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
