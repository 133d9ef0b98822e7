"""Shows pages of the admin in a process of its own: who looks at what comes in, seconds of processor time go out."""

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

from tenants.models import Account, DashboardApp, Light, Operator, Preflight, Trust  # noqa: E402

# Accounts that searches and filters find.
HITS = 3


def main(number: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    create(number)
    administrator = User.objects.create_superuser("administrator")
    clients = {"administrator": signed_in(administrator), "operator": signed_in(create_operator())}
    say(0.0)
    for line in sys.stdin:
        who, address = line.split()
        started = time.process_time()
        response = clients[who].get(address)
        say(time.process_time() - started)
        if response.status_code != 200:
            raise SystemExit(f"{address} was answered {response.status_code}.")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def create_operator() -> User:
    """Return an operator for whom every account was chosen, one by one."""
    user = User.objects.create_user("operator", is_staff=True)
    Operator.objects.create(user=user).accounts.set(Account.objects.all())
    return user


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
