"""Put an account's tabs and webhook into its host."""

import math
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tenants.audit import acting
from tenants.models import Account
from tenants.publishing.plan import Plan, make_plan
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
                return self._show(make_plan(account))
            outcome = publish(account, seconds=math.inf)
        except ValidationError as error:
            self.stdout.write(self.style.ERROR(f"  {' '.join(error.messages)}"))
            return False
        self._list(outcome.done or () if outcome.failed else outcome.done or ("Nothing to change.",))
        for sentence in outcome.failed:
            self.stdout.write(self.style.ERROR(f"  {sentence}"))
        self._list(filter(None, [outcome.advice]))
        self._by_hand(outcome.paste)
        return outcome.is_complete

    def _show(self, plan: Plan) -> bool:
        self._list(["Nothing to change."] if plan.is_empty else (step.describe() for step in plan.steps))
        for sentence in (*plan.notes, *plan.closed):
            self.stdout.write(self.style.WARNING(f"  {sentence}"))
        self._by_hand(plan.paste)
        return not plan.closed

    def _by_hand(self, sentences: tuple[str, ...]) -> None:
        if sentences:
            self.stdout.write("  To be entered in Voxys by hand:")
            self._list(sentences)

    def _list(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            self.stdout.write(f"  {sentence}")
