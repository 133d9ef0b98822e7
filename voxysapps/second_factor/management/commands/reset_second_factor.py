"""Let an administrator in again whose phone and recovery codes are gone."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from voxysapps.second_factor.devices import reset


class Command(BaseCommand):
    help = "Removes a user's second factor, recovery codes too. The next sign-in sets up a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user “{username}”.")
        if reset(user):
            self.stdout.write(f"The second factor of {username} is removed.")
        else:
            self.stdout.write(f"{username} had no second factor.")
