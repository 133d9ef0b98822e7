"""A connector with a secret and a destination, a host that proves tokens, and short ways to apply a file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django import forms
from django.db.models import QuerySet

from panels import registry
from panels.api import Connector, SecretField
from panels.declarations.applying import AccountPlan, apply_plan, plan
from panels.declarations.reading import read_declarations
from panels.declarations.shapes import Declarations
from panels.registry import Installed
from tenants.host.errors import HostRefusedToken
from tenants.host.records import HostProfile
from tenants.models import Account

CANARY = "canary-4711-canary"


class VaultForm(forms.Form):
    url = forms.CharField()
    note = forms.CharField(required=False)
    token = SecretField(required=False)


class VaultConnector(Connector):
    slug = "vault"
    title = "Vault"
    capabilities = ("orders",)
    SettingsForm = VaultForm
    destination = ("url",)


@contextmanager
def installed_vault() -> Iterator[None]:
    real = registry.connectors()
    both = Installed({**real.plugins, "vault": VaultConnector}, real.broken)
    with patch.object(registry, "connectors", lambda: both):
        yield


class ProvingHost:
    """Takes every token but `refused` for an administrator's, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        self._account: Account | None = None

    def __call__(self, account: Account, *, token: str | None = None, **_options: Any) -> "ProvingHost":
        self.asked.append(token)
        self._account = account
        return self

    def profile(self) -> HostProfile:
        if self.asked[-1] == "refused":
            raise HostRefusedToken("no")
        assert self._account
        return HostProfile(id=1, roles={self._account.host_account_id: "administrator"})

    def webhooks(self) -> list[Any]:
        return []


def read(text: str) -> Declarations:
    declarations = read_declarations(text)
    assert not declarations.problems, declarations.problems
    return declarations


def plan_of(
    text: str,
    *,
    secrets: Mapping[str, str] | None = None,
    visible: QuerySet[Account] | None = None,
    may_write: bool = True,
) -> list[AccountPlan]:
    rows = Account.objects.all() if visible is None else visible
    return plan(read(text), visible=rows, secrets=secrets, may_write=may_write)


def apply_text(text: str, **options: Any) -> tuple[list[str], list[str]]:
    """Apply the text; return its lines and its problems."""
    plans = plan_of(text, **options)
    problems = [str(problem) for one in plans for problem in apply_plan(one).problems]
    return [line for one in plans for line in one.lines], problems
