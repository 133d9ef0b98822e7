"""`manage.py startconnector NAME`: a package with a connector of one's own (docs/panels/packages.md)."""

from panels.scaffolding.command import StartCommand


class Command(StartCommand):
    """Writes a connector."""

    help = "Write a package with a connector of your own: it can be installed, and its tests pass."
    kind = "connector"
