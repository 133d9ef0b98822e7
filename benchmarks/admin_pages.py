"""Shows pages of the admin in a process of its own: who looks at what comes in, seconds of processor time go out."""

import datetime as dt
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
from django.db.models import QuerySet  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from panels.models import Connection, Placement  # noqa: E402
from tenants.models import (  # noqa: E402
    Account,
    AgentSession,
    AuditEntry,
    DashboardApp,
    Light,
    Notice,
    Operator,
    Preflight,
    Trust,
    ViewRecord,
)

# Accounts that searches and filters find, and that the operator of few has.
HITS = 3


def main(number: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    create(number)
    administrator = User.objects.create_superuser("administrator")
    clients = {
        "administrator": signed_in(administrator),
        "operator": signed_in(create_operator("operator", Account.objects.all())),
        "operator-of-few": signed_in(create_operator("operator-of-few", Account.objects.order_by("pk")[:HITS])),
    }
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


def create_operator(name: str, accounts: QuerySet[Account]) -> User:
    """Return an operator for whom the accounts were chosen, one by one."""
    user = User.objects.create_user(name, is_staff=True)
    Operator.objects.create(user=user).accounts.set(accounts)
    return user


def create(number: int) -> None:
    """Create the accounts, each with one row of whatever there is a list of."""
    trusts, now = list(Trust.values), timezone.now()
    accounts = Account.objects.bulk_create(
        Account(
            name=named(position),
            is_active=position >= HITS,
            host_origin="https://voxys.example",
            host_account_id=position + 1,
            trust=trusts[position % len(trusts)],
            host_proved_at=now,
            published_at=now,
        )
        for position in range(number)
    )
    Preflight.objects.bulk_create(Preflight(account=account, worst=Light.GREEN) for account in accounts)
    create_rows(accounts)
    create_records(accounts)


def named(position: int) -> str:
    return f"Needle {position}" if position < HITS else f"Account {position}"


def create_rows(accounts: list[Account]) -> None:
    """Create what operators set up."""
    apps = DashboardApp.objects.bulk_create(
        DashboardApp(account=account, title=f"Orders of {account.name}", is_draft=position < HITS)
        for position, account in enumerate(accounts)
    )
    Placement.objects.bulk_create(
        Placement(account=app.account, dashboard_app=app, panel="orders", title=app.title, is_enabled=position >= HITS)
        for position, app in enumerate(apps)
    )
    Connection.objects.bulk_create(
        Connection(account=account, name=f"Shop of {account.name}", connector="demo", is_enabled=position >= HITS)
        for position, account in enumerate(accounts)
    )


def create_records(accounts: list[Account]) -> None:
    """Create what is written down by itself: one an hour."""
    now = timezone.now()
    times = [now - dt.timedelta(hours=position) for position in range(len(accounts))]
    AuditEntry.objects.bulk_create(
        AuditEntry(
            account=account,
            at=at,
            actor="root",
            via="api" if position < HITS else "admin",
            action="add",
            object_type="tenants.account",
            object_id=str(account.pk),
            object_name=account.name,
            changes={"name": [None, account.name]},
        )
        for position, (account, at) in enumerate(zip(accounts, times, strict=True))
    )
    ViewRecord.objects.bulk_create(
        ViewRecord(
            account=account,
            seen_at=at,
            trust=account.trust,
            agent_id=7 if position < HITS else 1_000 + position,
            contact_id=position,
            customer="",
            panels=["orders"],
            identifiers_edited=position < HITS,
        )
        for position, (account, at) in enumerate(zip(accounts, times, strict=True))
    )
    AgentSession.objects.bulk_create(
        AgentSession(
            account=account,
            agent_id=position,
            agent_name=f"Agent of {account.name}",
            token_digest=str(position),
            method="note" if position < HITS else "mail",
            expires_at=now + dt.timedelta(days=30),
        )
        for position, account in enumerate(accounts)
    )
    Notice.objects.bulk_create(
        Notice(account=account, kind="host-refuses", text=f"About {account.name}.", is_resolved=position >= HITS)
        for position, account in enumerate(accounts)
    )


def say(seconds: float) -> None:
    print(json.dumps(seconds), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
