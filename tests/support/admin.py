"""Rows for every page of the admin, and operators of some accounts."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from model_bakery import baker

from panels.models import Connection, Placement
from tenants.admin.base import OfAccountsAdmin
from tenants.models import Account, DashboardApp, Operator
from tests.factories import make_account, make_app, make_connection, make_placement

# What operators meet: everything that belongs to accounts.
MODELS: list[type[Model]] = sorted(
    (
        model
        for model, shown in admin.site._registry.items()
        if isinstance(shown, OfAccountsAdmin) and not shown.is_for_administrators
    ),
    key=lambda model: model._meta.label_lower,
)
OF_ACCOUNTS = [model for model in MODELS if model is Account or any(f.name == "account" for f in model._meta.fields)]


def make_operator(*accounts: Account, **values: Any) -> User:
    """Somebody who signs in to the admin for these accounts."""
    number = User.objects.count()
    user = User.objects.create_user(f"operator{number}", f"operator{number}@example.com", is_staff=True)
    operator = Operator.objects.create(user=user, **values)
    operator.accounts.set(accounts)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_row(model: type[Model], account: Account | None = None) -> Any:
    """One row of the model, of the account or of a new one."""
    account = account or make_account()
    if model is Account:
        return account
    if model is DashboardApp:
        return make_app(account)
    if model is Connection:
        return make_connection(account, connector="demo")
    if model is Placement:
        return make_placement(make_app(account))
    names = {field.name for field in model._meta.fields}
    return baker.make(model, **({"account": account} if "account" in names else {}))  # type: ignore[call-overload]


def address_of(model: type[Model], tail: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{tail}"
