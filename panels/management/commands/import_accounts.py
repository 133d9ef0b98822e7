"""`manage.py import_accounts FILE.csv`: accounts as a table has them (docs/apply.md)."""

from collections.abc import Mapping

from panels.declarations.command import DeclarationsCommand
from panels.declarations.csv_files import read_csv
from panels.declarations.shapes import Declarations


class Command(DeclarationsCommand):
    help = "Adds and changes accounts as a CSV file has them. See docs/apply.md."
    actor = "manage.py import_accounts"

    def read(self, content: bytes) -> tuple[Declarations, Mapping[str, str]]:
        return read_csv(content)
