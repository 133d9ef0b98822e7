"""What has to be done for an account to be as it is described. Nothing is written before the steps are run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from panels.declarations.comparing import positions_of, set_fields
from panels.declarations.secrets import SecretValues, misplaced, settings_told
from panels.declarations.shapes import (
    ACCOUNT_FIELDS,
    APP_FIELDS,
    CONNECTION_FIELDS,
    PLACEMENT_FIELDS,
    AppShape,
    ConnectionShape,
    Declared,
    NamedSecret,
    PlacementShape,
    Problem,
    given,
    printable,
)
from panels.models import Connection, Placement
from panels.services import delete_connection, delete_placement, save_connection, save_placement
from panels.settings_forms import leads_elsewhere
from tenants.models import Account, DashboardApp
from tenants.secrets import HOOK_SECRET, HOST_TOKEN
from tenants.services import delete_dashboard_app, save_account, save_dashboard_app, validate_account


@dataclass(frozen=True, slots=True)
class Step:
    """One row to be saved or deleted, once the rows that it `needs` are saved. `path`: where that is described."""

    path: str
    lines: tuple[str, ...]
    act: Callable[[], None]
    needs: tuple[Any, ...] = ()

    @property
    def is_ready(self) -> bool:
        return all(row.pk is not None for row in self.needs)


@dataclass(slots=True)
class Difference:
    """An account with the described values, and the steps that are left to do."""

    account: Account
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # Whether the steps are run to be undone: the account then takes no place on its host, where no host is asked.
    is_rehearsal: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(printable(line) for step in self.steps for line in step.lines)


def difference(account: Account | None, declared: Declared, values: SecretValues) -> Difference:
    """Compare the account, None for a new one, with its description. The account's fields are set, not saved."""
    return _Comparison(account or Account(), declared, values).difference


class _Comparison:
    """Account, connections, apps, placements, in this order; what is pruned goes first.

    But for connections, which go last: a placement that had chosen one has chosen another by then, or is gone.
    """

    def __init__(self, account: Account, declared: Declared, values: SecretValues) -> None:
        self._account = account
        self._declared = declared
        self._shape = declared.account
        self._values = values
        self._connections: dict[str, Connection] = {}
        self._pruned: dict[str, Connection] = {}
        self.difference = Difference(account)
        self._compare_account()
        self._compare_connections()
        self._compare_apps()
        for name, gone in sorted(self._pruned.items()):
            self._delete("connections", f"connection {name}", delete_connection, gone)

    def _compare_account(self) -> None:
        account, name = self._account, self._account.name or self._shape.name
        changes = set_fields(account, given(self._shape, ACCOUNT_FIELDS))
        named = {
            name: value for name in (HOST_TOKEN, HOOK_SECRET) if (value := getattr(self._shape, name)) is not UNSET
        }
        self._miss("", named)
        entered = self._values.entered(account, named)
        if HOST_TOKEN in named and not account.is_proved:
            # Stored and never proved: it is tried again.
            entered |= self._values.entered(account, {HOST_TOKEN: named[HOST_TOKEN]}, anew=True)
        self.difference.secrets = entered

        def act() -> None:
            validate_account(account)
            save_account(account, {} if self.difference.is_rehearsal else entered, is_validated=True)

        new = f"+ account {name} ({account.host_origin}, {account.host_account_id})"
        self._save(account, "", f"account {name}", new, changes, entered, act)

    def _compare_connections(self) -> None:
        rows = {}
        # A table tells neither: many lines of it then cost no query each.
        is_told = self._shape.connections is not UNSET or self._shape.apps is not UNSET
        if self._account.pk and is_told:
            stored = Connection.objects.for_account(self._account).prefetch_related("secrets")
            rows = {row.name: row for row in stored}
        shapes = _list(self._shape.connections)
        if self._shape.prune and self._shape.connections is not UNSET:
            self._pruned = {name: rows.pop(name) for name in set(rows) - {shape.name for shape in shapes}}
        self._connections = rows
        for index, shape in enumerate(shapes):
            self._compare_connection(f"connections[{index}]", shape, rows.get(shape.name))

    def _compare_connection(self, path: str, shape: ConnectionShape, row: Connection | None) -> None:
        connection = row or Connection(name=shape.name)
        self._connections[shape.name] = connection
        if row is None and shape.connector is UNSET:
            return self._problem(f"{path}.connector", _("A new connection needs its connector."))
        connector, settings = connection.connector, connection.settings
        changes = set_fields(connection, given(shape, CONNECTION_FIELDS))
        changes += self._set_settings(path, connection, shape)
        is_elsewhere = row is not None and leads_elsewhere(connection, settings, connector)
        entered = self._values.entered(connection, _secrets(shape), anew=is_elsewhere)

        def act() -> None:
            connection.account = self._account
            save_connection(connection, entered)

        title = f"connection {shape.name}"
        new = f"+ {title} ({connection.connector})"
        return self._save(connection, path, title, new, changes, entered, act, needs=(self._account,))

    def _compare_apps(self) -> None:
        if isinstance(self._shape.apps, UnsetType):
            return
        rows = {}
        if self._account.pk:
            rows = {row.title: row for row in DashboardApp.objects.for_account(self._account)}
        found = [rows.get(shape.title) or rows.get(_text(shape.was)) for shape in self._shape.apps]
        kept = {row.pk for row in found if row}
        for gone in (row for row in rows.values() if self._shape.prune and row.pk not in kept):
            self._delete("apps", f"app {gone.title}", delete_dashboard_app, gone)
        apps = [row or DashboardApp() for row in found]
        positions = positions_of(apps)
        for index, (shape, app, position) in enumerate(zip(self._shape.apps, apps, positions, strict=True)):
            self._compare_app(f"apps[{index}]", shape, app, position)

    def _compare_app(self, path: str, shape: AppShape, app: DashboardApp, position: int) -> None:
        title = app.title or shape.title
        changes = set_fields(app, {**given(shape, APP_FIELDS), "position": position})

        def act() -> None:
            app.account = self._account
            save_dashboard_app(app)

        self._save(app, path, f"app {title}", f"+ app {title}", changes, {}, act, needs=(self._account,))
        if not isinstance(shape.placements, UnsetType):
            self._compare_placements(path, shape.placements, app, title)

    def _compare_placements(self, path: str, shapes: Sequence[PlacementShape], app: DashboardApp, title: str) -> None:
        rows: list[Placement] = []
        if app.pk:
            rows = list(app.placements.order_by("position", "pk").prefetch_related("secrets", "connections"))
        left = list(rows)
        placements = []
        for shape in shapes:
            row = next((row for row in left if row.panel == shape.panel), None)
            if row:
                left.remove(row)
            placements.append(row or Placement(panel=shape.panel))
        for gone in left if self._shape.prune else ():
            self._delete(f"{path}.placements", f"placement {gone.panel} in {title}", delete_placement, gone)
        positions = positions_of(placements)
        for index, (shape, placement, position) in enumerate(zip(shapes, placements, positions, strict=True)):
            self._compare_placement(f"{path}.placements[{index}]", shape, placement, position, app)

    def _compare_placement(
        self, path: str, shape: PlacementShape, placement: Placement, position: int, app: DashboardApp
    ) -> None:
        settings = placement.settings
        changes = set_fields(placement, {**given(shape, PLACEMENT_FIELDS), "position": position})
        changes += self._set_settings(path, placement, shape)
        is_elsewhere = leads_elsewhere(placement, settings, placement.panel)
        entered = self._values.entered(placement, _secrets(shape), anew=is_elsewhere)
        chosen = self._chosen(path, shape)
        if chosen is not None:
            had = {row.name for row in placement.connections.all()} if placement.pk else set()
            names = {row.name for row in chosen}
            if had != names:
                changes.append(f"connections {', '.join(sorted(had)) or '–'} → {', '.join(sorted(names)) or '–'}")

        def act() -> None:
            placement.dashboard_app = app
            save_placement(placement, chosen, entered)

        title = f"placement {shape.panel} in {app.title}"
        self._save(placement, path, title, f"+ {title}", changes, entered, act, needs=(app, *(chosen or ())))

    def _chosen(self, path: str, shape: PlacementShape) -> list[Connection] | None:
        if isinstance(shape.connections, UnsetType):
            return None
        for name in shape.connections:
            if name not in self._connections:
                self._problem(f"{path}.connections", _("The account has no connection “%(name)s”.") % {"name": name})
        return [self._connections[name] for name in shape.connections if name in self._connections]

    def _set_settings(
        self, path: str, row: Connection | Placement, shape: ConnectionShape | PlacementShape
    ) -> list[str]:
        """Set the row's settings; return what changed, and note what is no setting or no secret."""
        before = row.settings
        if not isinstance(shape.settings, UnsetType):
            row.settings = shape.settings
        declared = {} if isinstance(shape.settings, UnsetType) else shape.settings
        for place, sentence in misplaced(row, declared, _secrets(shape)):
            self._problem(f"{path}.{place}", sentence)
        self._miss(f"{path}.secrets.", _secrets(shape))
        return settings_told(row, before)

    def _save(
        self,
        row: Any,
        path: str,
        title: str,
        new: str,
        changes: Sequence[str],
        entered: Mapping[str, str],
        act: Callable[[], None],
        *,
        needs: tuple[Any, ...] = (),
    ) -> None:
        secrets = [f"{title}: {name}: entered" for name in entered]
        if row.pk is None:
            self.difference.steps.append(Step(path, (new, *secrets), act, needs))
        elif changes or secrets:
            lines = (*(f"{title}: {change}" for change in changes), *secrets)
            self.difference.steps.append(Step(path, lines, act, needs))

    def _delete(self, path: str, title: str, delete: Callable[[Any], None], row: Any) -> None:
        self.difference.steps.append(Step(path, (f"- {title}",), lambda: delete(row)))

    def _miss(self, path: str, named: Mapping[str, NamedSecret]) -> None:
        for name, sentence in self._values.missing(named):
            self._problem(f"{path}{name}", sentence)

    def _problem(self, path: str, sentence: str) -> None:
        self.difference.problems.append(Problem(f"{self._declared.place}: {path}", sentence))


def _secrets(shape: ConnectionShape | PlacementShape) -> dict[str, NamedSecret]:
    return {} if isinstance(shape.secrets, UnsetType) else shape.secrets


def _list(shapes: list[ConnectionShape] | UnsetType) -> list[ConnectionShape]:
    return [] if isinstance(shapes, UnsetType) else shapes


def _text(value: str | UnsetType) -> str:
    return "" if isinstance(value, UnsetType) else value
