"""Rows for tests: one function per model, no surprises, every value overridable."""

from itertools import count
from typing import Any

from django.utils import timezone

from panels.models import Connection, Placement
from tenants.models import Account, DashboardApp, ViewRecord

_numbers = count(1)

HOST = "https://voxys.example"


def make_account(**values: Any) -> Account:
    """A proven account of trust `link`, which shows data without the host's word."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "name": f"Account {number}",
        "host_origin": HOST,
        "host_account_id": 1000 + number,
        "trust": "link",
        "host_proved_at": timezone.now(),
    }
    return Account.objects.create(**{**defaults, **values})


def make_app(account: Account | None = None, **values: Any) -> DashboardApp:
    account = account or make_account()
    return DashboardApp.objects.create(account=account, **{"title": f"App {next(_numbers)}", **values})


def make_connection(account: Account, **values: Any) -> Connection:
    defaults = {"name": f"Shop {next(_numbers)}", "connector": "recording"}
    return Connection.objects.create(account=account, **{**defaults, **values})


def make_placement(app: DashboardApp, *connections: Connection, **values: Any) -> Placement:
    defaults = {"panel": "orders", "position": next(_numbers)}
    placement = Placement.objects.create(account=app.account, dashboard_app=app, **{**defaults, **values})
    placement.connections.set(connections)
    return placement


def make_view_record(account: Account, **values: Any) -> ViewRecord:
    defaults = {"seen_at": timezone.now(), "trust": "signed_in", "agent_id": 5, "contact_id": 70, "customer": "abc"}
    return ViewRecord.objects.create(account=account, **{**defaults, **values})
