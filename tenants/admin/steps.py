"""What is left to do until an account's tabs work, shown on its page: each step, whether it is done, and where."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.models import Account, DashboardApp


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `url` is where it is done; "" where that is the page itself."""

    title: str | Promise
    is_done: bool
    url: str = ""
    button: str | Promise = ""
    hint: str | Promise = ""
    # Where what was done is seen; "" where that is `url`.
    list_url: str = ""
    # Whether those who change nothing may look there, too.
    is_for_all: bool = False


def token_step(account: Account) -> Step:
    return Step(
        _("Prove the host"),
        account.is_proved,
        "" if account.is_proved else "#id_host_token",
        _("Enter the token"),
        hint=_("Enter an administrator's API token below and save. Nothing is served before."),
    )


def tabs_step(account: Account) -> Step:
    return Step(
        _("Set up tabs"),
        DashboardApp.objects.for_account(account).exists(),
        f"{reverse('admin:tenants_dashboardapp_add')}?account={account.pk}",
        _("Add a tab"),
        _("Each tab shows one or more panels."),
    )


# In the order in which they are done; pages put theirs in.
STEPS: list[Callable[[Account], Step]] = [token_step, tabs_step]


def steps_of(account: Account) -> list[Step]:
    """Return the steps of a saved account."""
    return [step(account) for step in STEPS]
