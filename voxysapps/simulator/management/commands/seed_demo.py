"""`manage.py seed_demo --host-origin http://localhost:8000`: the demonstration accounts, ready to be seen."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tenants.validators import validate_origins
from voxysapps.simulator.seed import demonstration_state, seed_demonstration


class Command(BaseCommand):
    help = "Creates the demonstration accounts, keeps what exists of them, and prints what they hold as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host-origin",
            action="append",
            required=True,
            dest="host_origins",
            help="An address at which the host's pages are opened, such as http://localhost:8000; the main one first.",
        )

        parser.add_argument("--server", help="How this server is reached by its own processes, if not at 127.0.0.1.")

    def handle(self, *_args: Any, host_origins: list[str], server: str | None = None, **_options: Any) -> None:
        try:
            validate_origins(host_origins)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        seed_demonstration(host_origins=host_origins, server=server)
        self.stdout.write(json.dumps(demonstration_state(), ensure_ascii=False, indent=2))
