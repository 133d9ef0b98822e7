"""`manage.py write_component_docs`: bring docs/panels/components.md up to date with the components."""

from typing import Any

from django.core.management.base import BaseCommand

from voxysapps.simulator.kit.documentation import PATH, write_documentation


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Writes docs/panels/components.md from the components' own descriptions and examples."

    def handle(self, *args: Any, **options: Any) -> None:
        PATH.parent.mkdir(parents=True, exist_ok=True)
        PATH.write_text(write_documentation(), encoding="utf-8")
        self.stdout.write(f"Wrote {PATH.relative_to(PATH.parents[2])}.")
