import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from redis import Redis, RedisError

from voxysapps.embedded.admin_user import ensure_admin_user
from voxysapps.embedded.state import write_state
from voxysapps.redis_urls import cache_url
from voxysapps.simulator.seed import demonstration_state, own_address, seed_demonstration


class Command(BaseCommand):
    help = "Bring the database up to date for `run`: tables, admin user, demonstration data, state.json."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base-url", required=True)
        parser.add_argument("--host-origin", action="append", required=True, dest="host_origins")
        parser.add_argument("--server", help="This server's address for its own processes.")

    def handle(self, *_args: Any, **options: Any) -> None:
        require_services()
        migrate()
        admin = ensure_admin_user(settings.RUN_DIR)
        server = options["server"] or own_address(options["base_url"])
        seed_demonstration(host_origins=options["host_origins"], server=server)
        # Last: the web process answers once this file is there.
        write_state(settings.RUN_DIR, base_url=options["base_url"], admin=admin, accounts=demonstration_state())


def require_services() -> None:
    """Exit with a sentence if the database or the Redis that was asked for cannot be reached."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        sys.exit(f"The database of DATABASE_URL cannot be reached: {first_line(error)}")
    if settings.REDIS_URL:
        try:
            Redis.from_url(cache_url(settings.REDIS_URL), socket_connect_timeout=3).ping()
        except RedisError as error:
            sys.exit(f"The Redis of REDIS_URL cannot be reached: {first_line(error)}")


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") + "."


def migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0)
