"""Seal all stored credentials with the newest of ENCRYPTION_KEYS, so that older keys can go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.models import Account
from tenants.secrets import reseal
from voxysapps.sealing import SealBroken


class Command(BaseCommand):
    help = "Seals all stored credentials with the first of ENCRYPTION_KEYS. Afterwards the other keys can go."

    def handle(self, **options: Any) -> None:
        broken = []
        for account in Account.objects.order_by("pk"):
            try:
                reseal(account)
            except SealBroken:
                broken.append(str(account.pk))
        if broken:
            raise CommandError(
                f"Not opened by any of ENCRYPTION_KEYS, so left as it is: credentials of account {', '.join(broken)}."
                " Add the key they were sealed with, or enter them anew in the admin."
            )
        self.stdout.write("All credentials are sealed with the newest key.")
