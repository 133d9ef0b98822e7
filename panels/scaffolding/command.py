"""What `startpanel` and `startconnector` have in common."""

from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from panels.scaffolding.names import BadName, Kind, Names
from panels.scaffolding.writing import AlreadyThere, write_package

_NEXT = """
Next:
  cd {folder}
  pip install --editable .
  pytest
README.md has the rest."""


class StartCommand(BaseCommand):
    """Writes a package of one kind."""

    kind: ClassVar[Kind]
    # Neither database nor settings have a say in it.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="such as acme-loyalty: small letters, digits and hyphens")
        parser.add_argument(
            "--directory", type=Path, default=Path(), help="where the package's folder is made; the current folder"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        try:
            names = Names.of(self.kind, options["name"])
            files = write_package(names, directory)
        except (BadName, AlreadyThere) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{directory} cannot be written: {error.strerror}.") from None
        folder = directory / names.slug
        self.stdout.write("\n".join(f"{folder / path}" for path in files))
        self.stdout.write(_NEXT.format(folder=folder))
