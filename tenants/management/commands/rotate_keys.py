"""Seal all stored credentials with the newest of ENCRYPTION_KEYS, so that older keys can go."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from tenants.models import SealedSecret
from tenants.secrets import reseal
from voxysapps.sealing import SealBroken


class Command(BaseCommand):
    help = "Seals all stored credentials with the first of ENCRYPTION_KEYS. Afterwards the other keys can go."

    def handle(self, **options: Any) -> None:
        broken = []
        # Also those of apps above this one: whatever keeps secrets keeps them in rows of this kind.
        for model in (model for model in apps.get_models() if issubclass(model, SealedSecret)):
            for row in model._default_manager.order_by("pk").iterator():  # noqa: SLF001 - Django's own name for it
                try:
                    reseal(row)
                except SealBroken:
                    broken.append(f"{row.owner} ({row.name}, account {row.owner_account_id})")
        if broken:
            raise CommandError(
                f"Not opened by any of ENCRYPTION_KEYS, so left as it is: {'; '.join(sorted(broken))}."
                " Add the key they were sealed with, or enter them anew in the admin."
            )
        self.stdout.write("All credentials are sealed with the newest key.")
