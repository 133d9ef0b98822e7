"""`manage.py startpanel NAME`: a package with a panel of one's own (docs/panels/packages.md)."""

from panels.scaffolding.command import StartCommand


class Command(StartCommand):
    """Writes a panel."""

    help = "Write a package with a panel of your own: it can be installed, and its tests pass."
    kind = "panel"
