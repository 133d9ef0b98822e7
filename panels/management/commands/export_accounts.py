"""`manage.py export_accounts`: all accounts as `import_accounts` or `apply` would read them (docs/apply.md)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from panels.declarations.csv_files import write_csv
from panels.declarations.dumping import dump_yaml
from tenants.models import Account


class Command(BaseCommand):
    help = "Prints all accounts as CSV, or with their connections and apps as YAML. Secrets are left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yaml", action="store_true", help="with connections, apps and placements, for `apply`")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = Account.objects.order_by("pk")
        if options["yaml"]:
            self.stdout.write(dump_yaml(accounts), ending="")
            return
        for line in write_csv(accounts):
            self.stdout.write(line, ending="")
