"""What `apply` and `import_accounts` have in common: show, then do."""

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from panels.declarations.applying import AccountPlan, apply_plan, plan
from panels.declarations.shapes import Declarations, printable
from panels.declarations.yaml_files import MAX_BYTES
from tenants import audit
from tenants.models import Account


class DeclarationsCommand(BaseCommand):
    """Applies the accounts of a file, and exits with 1 where one of them could not be."""

    actor = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file to read")
        parser.add_argument("--dry-run", action="store_true", help="show what would be changed, and change nothing")
        parser.add_argument("--only", metavar="NAME", help="the account of this name alone")

    def read(self, content: bytes) -> tuple[Declarations, Mapping[str, str]]:
        """Return the accounts of the file, and the values of its secrets."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Path(options["file"]).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        declarations, secrets = self.read(content)
        if name := options["only"]:
            declarations = _only(declarations, name)
        problems = list(declarations.problems)
        with audit.acting(None, "command", name=self.actor):
            plans = plan(declarations, visible=Account.objects.all(), secrets=secrets)
            for account in plans:
                self._show(account)
            for account in plans:
                problems += account.problems if options["dry_run"] else apply_plan(account).problems
        if not problems and all(account.is_empty for account in plans):
            self.stdout.write("Nothing to change.")
        elif options["dry_run"]:
            self.stdout.write("Nothing was changed.")
        if problems:
            raise CommandError("\n".join(str(problem) for problem in problems))

    def _show(self, account: AccountPlan) -> None:
        if account.lines:
            self.stdout.write(printable(f"{account.declared.place}:"))
            for line in account.lines:
                self.stdout.write(f"  {line}")


def _only(declarations: Declarations, name: str) -> Declarations:
    chosen = tuple(one for one in declarations.accounts if one.account.name == name)
    if not chosen and not declarations.problems:
        raise CommandError(f"The file has no account “{printable(name)}”.")
    # What is wrong with others does not matter; what is wrong with this one, or with the whole file, does.
    of_name = tuple(problem for problem in declarations.problems if not chosen)
    return replace(declarations, accounts=chosen, problems=of_name)
