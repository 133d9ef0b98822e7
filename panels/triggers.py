"""Rows of one account stay together, whatever writes them: the databases' own triggers see to it.

Migrations create them. One that changes a table named here drops them before and creates them again after:
SQLite changes a table by making another one, which no trigger must point to meanwhile.
"""

from collections.abc import Iterator

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# (table, foreign key, the table it points to); both tables have account_id.
SAME_ACCOUNT = (("panels_placement", "dashboard_app_id", "tenants_dashboardapp"),)
MESSAGE = "rows of two accounts cannot be connected"


def _conditions() -> Iterator[tuple[str, str]]:
    """Return, for each guarded table, when its row is wrong."""
    for table, key, target in SAME_ACCOUNT:
        account_of_target = f"SELECT account_id FROM {target} WHERE id = NEW.{key}"  # noqa: S608 - names from above
        yield table, f"NEW.account_id <> ({account_of_target})"
    of_placement = "SELECT account_id FROM panels_placement WHERE id = NEW.placement_id"
    of_connection = "SELECT account_id FROM panels_connection WHERE id = NEW.connection_id"
    yield "panels_placement_connections", f"({of_placement}) <> ({of_connection})"


def _conditions_of_links() -> Iterator[tuple[str, str]]:
    of_connection = "SELECT account_id FROM panels_connection WHERE id = NEW.connection_id"
    yield "panels_customerlink", f"NEW.account_id <> ({of_connection})"


def _conditions_of_actions() -> Iterator[tuple[str, str]]:
    of_placement = "SELECT account_id FROM panels_placement WHERE id = NEW.placement_id"
    yield "panels_actionrun", f"NEW.account_id <> ({of_placement})"


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _create(_conditions(), schema_editor)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _drop(_conditions(), schema_editor)


def create_of_links(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _create(_conditions_of_links(), schema_editor)


def drop_of_links(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _drop(_conditions_of_links(), schema_editor)


def create_of_actions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _create(_conditions_of_actions(), schema_editor)


def drop_of_actions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _drop(_conditions_of_actions(), schema_editor)


def _create(conditions: Iterator[tuple[str, str]], schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table, condition in conditions:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE FUNCTION {table}_same_account() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF {condition} THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF;"
                " RETURN NEW; END $$"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {table}_same_account BEFORE INSERT OR UPDATE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {table}_same_account()"
            )
            continue
        for moment in ("INSERT", "UPDATE"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_same_account_{moment.lower()} BEFORE {moment} ON {table}"
                f" WHEN {condition} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )


def _drop(conditions: Iterator[tuple[str, str]], schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table, _condition in conditions:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_same_account ON {table}")
            schema_editor.execute(f"DROP FUNCTION {table}_same_account()")
            continue
        for moment in ("insert", "update"):
            schema_editor.execute(f"DROP TRIGGER {table}_same_account_{moment}")
