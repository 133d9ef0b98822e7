"""Check whether everything an account needs works."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tenants.models import Light
from tenants.preflight.services import run_preflight, shown_lights
from tenants.selectors import find_accounts


class Command(BaseCommand):
    help = "Checks whether everything an account needs works, and says what to do about what does not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", nargs="?", help="the account's number or exact name")
        parser.add_argument("--all", action="store_true", help="every active account whose host is proved")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            accounts = find_accounts(options["account"], every=options["all"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        styles = {Light.GREEN: self.style.SUCCESS, Light.AMBER: self.style.WARNING, Light.RED: self.style.ERROR}
        reds = 0
        for account in accounts:
            found = run_preflight(account)
            self.stdout.write(self.style.MIGRATE_HEADING(str(account)))
            for light in shown_lights(found.lights):
                word = styles[Light(light.light)](f"{light.light:<5}")
                self.stdout.write(f"  {word}  {light.name}: {light.sentence}")
                if light.advice:
                    self.stdout.write(f"         → {light.advice}")
            reds += found.worst == Light.RED
        if reds:
            raise CommandError(f"{reds} of {len(accounts)} with a red light.")
