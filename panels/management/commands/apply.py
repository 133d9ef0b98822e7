"""`manage.py apply FILE.yaml`: accounts, connections, apps and placements as a file describes them (docs/apply.md)."""

import os
from collections.abc import Mapping

from panels.declarations.command import DeclarationsCommand
from panels.declarations.reading import read_declarations
from panels.declarations.shapes import Declarations

# The platform's own, which no host and no connector may be sent.
_OWN = frozenset({"SECRET_KEY", "SECRET_KEY_FALLBACKS", "ENCRYPTION_KEYS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"})


class Command(DeclarationsCommand):
    help = "Makes accounts, connections, apps and placements as a YAML file describes them. See docs/apply.md."
    actor = "manage.py apply"

    def read(self, content: bytes) -> tuple[Declarations, Mapping[str, str]]:
        return read_declarations(content), {name: value for name, value in os.environ.items() if name not in _OWN}
