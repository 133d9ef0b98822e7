"""What a file would change, and the change itself. The commands, the admin and the API come through here.

Whoever calls says who is at work: `with tenants.audit.acting(user, "admin"): …`.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from panels.declarations.difference import Difference, difference
from panels.declarations.matching import match_accounts
from panels.declarations.secrets import SecretValues
from panels.declarations.shapes import Declarations, Declared, Problem
from tenants.models import Account, SignInMethod, Trust
from tenants.secrets import HOST_TOKEN
from tenants.services import validate_account
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

_CHOICES = {"trust": Trust.values, "sign_in_method": SignInMethod.values}


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """What would be changed of one account, in lines, and why it cannot be."""

    declared: Declared
    lines: tuple[str, ...]
    problems: tuple[Problem, ...]
    visible: QuerySet[Account] = field(repr=False)
    account_id: int | None = None
    values: SecretValues = field(default_factory=lambda: SecretValues({}), repr=False)

    @property
    def name(self) -> str:
        return self.declared.account.name

    @property
    def is_empty(self) -> bool:
        """Whether everything is as it is described."""
        return not self.lines and not self.problems


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan: the account, None where there is none, and why it is not as described."""

    account_id: int | None
    problems: tuple[Problem, ...] = ()


def plan(
    declarations: Declarations,
    *,
    visible: QuerySet[Account],
    may_write: bool = True,
    may_add: bool = True,
    rehearses: bool = True,
    secrets: Mapping[str, str] | None = None,
) -> list[AccountPlan]:
    """Return for each described account what would be changed. Hosts are not asked, and nothing is kept.

    `visible` are the accounts that the user may see: others are not found. `may_add`: whether new ones are made.
    `rehearses`: whether the change is tried and undone, for what only the services refuse; PostgreSQL gives the
    numbers of what was undone to nobody again.
    `secrets` are the values by the names that the file uses. Whoever writes the file chooses both the name and where
    the value is sent, so only an operator of the machine may be given its environment.
    """
    values = SecretValues(secrets or {})
    plans = []
    for declared, match in match_accounts(declarations.accounts, visible, may_add=may_add):
        if isinstance(match, Problem):
            plans.append(AccountPlan(declared, (), (match,), visible))
            continue
        account_id = match.pk if match else None
        found = Difference(match or Account())
        try:
            found = difference(match, declared, values)
            problems = found.problems or (_rehearse(found, declared) if rehearses else [])
        except Exception as error:  # noqa: BLE001 - a plugin's form may raise anything
            problems = [_failed(declared, error)]
        if found.steps and not may_write:
            problems = [Problem(declared.place, _("You may look at this account, and not change it."))]
        plans.append(AccountPlan(declared, found.lines, tuple(problems), visible, account_id, values))
    return plans


def apply_plan(chosen: AccountPlan, *, asks_host: bool = True) -> Applied:
    """Make the account as it is described, all of it or nothing; return which it is, and why not.

    A token is tried at the host before, unless the host is known to be ours (`asks_host`).
    """
    if chosen.problems or not chosen.lines:
        return Applied(chosen.account_id, chosen.problems)
    declared = chosen.declared
    try:
        asked = _again(chosen)
        if asks_host and HOST_TOKEN in asked.secrets:
            validate_account(asked.account, asked.secrets)
        with transaction.atomic():
            # Once more, and locked: the host may have taken seconds to answer.
            found = _again(chosen, locks=True)
            if found.account.destination != asked.account.destination or found.secrets != asked.secrets:
                raise _Changed  # noqa: TRY301 - ends the transaction
            if problems := found.problems or run_steps(found, declared):
                transaction.set_rollback(True)
                return Applied(chosen.account_id, tuple(problems))
        return Applied(found.account.pk)
    except _Changed:
        problems = [Problem(declared.place, _("The account was changed by somebody else at the same time. Try again."))]
    except ValidationError as error:
        problems = _told(error, declared, "")
    except Exception as error:  # noqa: BLE001 - the other accounts go on
        problems = [_failed(declared, error)]
    return Applied(chosen.account_id, tuple(problems))


def run_steps(found: Difference, declared: Declared) -> list[Problem]:
    """Run the steps inside the caller's transaction; return what was refused."""
    problems: list[Problem] = []
    for step in found.steps:
        if step.is_ready:
            try:
                step.act()
            except ValidationError as error:
                problems += _told(error, declared, step.path)
    return problems


class _Changed(Exception):
    """The account is not what it was when the plan was made."""


def _rehearse(found: Difference, declared: Declared) -> list[Problem]:
    """Return what the services would refuse: they are let do it, and it is undone."""
    if not found.steps:
        return []
    found.is_rehearsal = True
    with transaction.atomic():
        problems = run_steps(found, declared)
        transaction.set_rollback(True)
    return problems


def _again(chosen: AccountPlan, *, locks: bool = False) -> Difference:
    """Compare with what is stored by now."""
    account = None
    if chosen.account_id is not None:
        rows = Account.objects.filter(pk=chosen.account_id, pk__in=chosen.visible.values("pk"))
        account = (rows.select_for_update() if locks else rows).prefetch_related("secrets").first()
        if account is None:
            raise _Changed
    elif _is_there(chosen):
        raise _Changed
    return difference(account, chosen.declared, chosen.values)


def _is_there(chosen: AccountPlan) -> bool:
    """Return whether an account is at the new one's place by now."""
    origin, id_ = chosen.declared.account.address or ("", 0)
    return chosen.visible.filter(host_origin=origin, host_account_id=id_).exists()


def _told(error: ValidationError, declared: Declared, path: str) -> list[Problem]:
    fields = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    problems = []
    for name, errors in fields.items():
        parts = [part for part in (path, "" if name == "__all__" else name) if part]
        where = f"{declared.place}: {'.'.join(parts)}" if parts else declared.place
        problems += [Problem(where, sentence) for one in errors for sentence in _sentences(name, one)]
    return problems


def _sentences(name: str, error: ValidationError) -> list[str]:
    """Return what is wrong with the field. Files hold values, and not the words that forms have for them."""
    if error.code != "invalid_choice" or name not in _CHOICES:
        return error.messages
    told = {"value": (error.params or {}).get("value", ""), "known": ", ".join(_CHOICES[name])}
    return [_("“%(value)s” is none of these: %(known)s.") % told]


def _failed(declared: Declared, error: Exception) -> Problem:
    # Without the exception's text, which may quote a secret.
    logger.error("applying an account failed: %s", place_of(error))
    return Problem(declared.place, _("It failed: %(error)s.") % {"error": type(error).__name__})
