import sys
from typing import Any

from django.core.management.base import BaseCommand

from voxysapps.embedded.supervisor import main


class Command(BaseCommand):
    help = "Run the whole product on this machine, with demonstration data (as `make run` does)."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        sys.exit(main())
