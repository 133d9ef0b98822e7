"""Put an account's tabs and webhook into its host."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tenants.audit import acting
from tenants.models import Account
from tenants.publishing.plan import make_plan
from tenants.publishing.services import publish
from tenants.selectors import find_accounts


class Command(BaseCommand):
    help = "Puts an account's tabs and webhook into its host. Done twice, the second time changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", nargs="?", help="the account's number or exact name")
        parser.add_argument("--all", action="store_true", help="every active account whose host is proved")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be changed")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            accounts = find_accounts(options["account"], every=options["all"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        with acting(None, "command", name="manage.py publish"):
            results = [self._publish(account, dry_run=options["dry_run"]) for account in accounts]
        if not all(results):
            raise CommandError("Not everything could be published; see above.")

    def _publish(self, account: Account, *, dry_run: bool) -> bool:
        self.stdout.write(self.style.MIGRATE_HEADING(str(account)))
        try:
            if dry_run:
                plan = make_plan(account)
                self._list([step.describe() for step in plan.steps] or ["Nothing to change."])
                return True
            outcome = publish(account)
        except ValidationError as error:
            self.stdout.write(self.style.ERROR(f"  {' '.join(error.messages)}"))
            return False
        self._list(outcome.done or () if outcome.failed else outcome.done or ("Nothing to change.",))
        for sentence in outcome.failed:
            self.stdout.write(self.style.ERROR(f"  {sentence}"))
        if outcome.paste:
            self.stdout.write("  To be entered in Voxys by hand:")
            self._list(outcome.paste)
        return outcome.is_complete

    def _list(self, sentences: Any) -> None:
        for sentence in sentences:
            self.stdout.write(f"  {sentence}")
