"""Shows pages of the admin in a process of its own: an address a line comes in, seconds of processor time go out."""

import json
import os
import secrets
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voxysapps.settings")
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
os.environ.setdefault("ENCRYPTION_KEYS", secrets.token_urlsafe(40))
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
os.environ.setdefault("ADMIN_HOSTS", "*")
os.environ.setdefault("SECURE_SSL_REDIRECT", "0")
os.environ.setdefault("ADMIN_SECOND_FACTOR", "0")
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - Django comes first
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from tenants.models import Account, DashboardApp, Light, Preflight, Trust  # noqa: E402

# Accounts that searches and filters find.
HITS = 3


def main(number: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    create(number)
    client = Client()
    client.force_login(User.objects.create_superuser("operator"), "django.contrib.auth.backends.ModelBackend")
    say(0.0)
    for line in sys.stdin:
        started = time.process_time()
        response = client.get(line.strip())
        say(time.process_time() - started)
        if response.status_code != 200:
            raise SystemExit(f"{line.strip()} was answered {response.status_code}.")


def create(number: int) -> None:
    trusts = list(Trust.values)
    accounts = Account.objects.bulk_create(
        Account(
            name=f"Needle {position}" if position < HITS else f"Account {position}",
            is_active=position >= HITS,
            host_origin="https://voxys.example",
            host_account_id=position + 1,
            trust=trusts[position % len(trusts)],
            host_proved_at=timezone.now(),
        )
        for position in range(number)
    )
    DashboardApp.objects.bulk_create(DashboardApp(account=account, title="Orders") for account in accounts)
    Preflight.objects.bulk_create(Preflight(account=account, worst=Light.GREEN) for account in accounts)


def say(seconds: float) -> None:
    print(json.dumps(seconds), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
