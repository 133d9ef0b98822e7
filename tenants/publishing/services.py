"""Publishing: the host gets the account's tabs and webhook."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import audit
from tenants.host.client import HostClient
from tenants.host.errors import HostError, HostForbidden, HostLimited, HostNotFound, HostRejected
from tenants.models import Account
from tenants.publishing.plan import Plan, make_plan
from tenants.publishing.steps import AdoptApp, Step
from voxysapps.leases import lease

# Below the half minute after which servers give up a request: no call is begun later.
SECONDS_OF_A_REQUEST = 20.0
# The host is looked at again after each round; the second one mends the order where its list has none of its own.
_MOST_ROUNDS = 3
# Failures of one step that say nothing of the others.
_OF_ONE_STEP = (HostForbidden, HostRejected, HostNotFound)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, what was not and why, and what an operator can enter in the host by hand instead."""

    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    paste: tuple[str, ...] = ()
    # What to do about what failed; empty where nothing did, or the sentences of `failed` say it.
    advice: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether the host has everything now."""
        return not self.failed


def publish(account: Account, *, seconds: float = SECONDS_OF_A_REQUEST) -> Outcome:
    """Do what the plan says, step by step. Raises ValidationError when nothing could be begun.

    Broken off at any point, publishing again does the rest: what was done is seen in the host. `seconds`: after so
    many no further step is begun.
    """
    # Renewed while this process lives: who was killed keeps nobody waiting for longer than ten seconds.
    with lease(f"{account.pk}:publishing") as is_ours:
        if not is_ours:
            raise ValidationError(_("Somebody else is publishing this account at the moment. Try again in a minute."))
        publishing = _Publishing(account, seconds)
        try:
            publishing.run()
        finally:
            outcome = publishing.outcome()
            if outcome.done or outcome.failed:
                audit.record("publish", account, after={"done": list(outcome.done), "failed": list(outcome.failed)})
    return outcome


def drift(account: Account) -> list[str]:
    """Return how the host differs from what is set up here, a sentence for each difference.

    None before it was published; a tab that somebody made anew as it was is none. Raises ValidationError where the
    host cannot be looked at.
    """
    if account.published_at is None:
        return []
    plan = make_plan(account)
    if plan.closed:
        raise ValidationError(list(plan.closed))
    return [step.describe() for step in plan.steps if not isinstance(step, AdoptApp)]


class _Publishing:
    """One publishing: what was done so far, and what was not."""

    def __init__(self, account: Account, seconds: float) -> None:
        self._account, self._client = account, HostClient(account)
        self._ends_at = time.monotonic() + seconds
        self._done: list[str] = []
        self._failed: list[str] = []
        self._paste: list[str] = []
        self._advice = ""

    def outcome(self) -> Outcome:
        """Return what came of it."""
        return Outcome(tuple(self._done), tuple(self._failed), tuple(self._paste), self._advice)

    def run(self) -> None:
        """Do what is to be done, and see whether the host has it then."""
        plan = make_plan(self._account, self._client)
        self._failed.extend(plan.closed)
        self._paste.extend(plan.paste)
        for number in range(1, _MOST_ROUNDS + 1):
            self._carry_out(plan.steps, is_first_round=number == 1)
            if self._failed or not plan.steps or self._is_late:
                break
            plan = self._look_again()
            if self._failed:
                break
        else:
            self._failed.extend(
                _("%(step)s: the host took it, and keeps it otherwise") % {"step": step.describe()}
                for step in plan.steps
            )
        if not self._failed and (self._done or self._account.published_at is None):
            self._account.published_at = timezone.now()
            self._account.save(update_fields=["published_at"])

    @property
    def _is_late(self) -> bool:
        return time.monotonic() > self._ends_at

    def _look_again(self) -> Plan:
        try:
            plan = make_plan(self._account, self._client, is_thorough=True)
        except ValidationError as error:
            plan = Plan((), closed=tuple(error.messages))
        if plan.closed:
            self._failed.extend(plan.closed)
            self._advice = _("Publish again in a while: what is there already is not changed.")
        return plan

    def _carry_out(self, steps: Sequence[Step], *, is_first_round: bool) -> None:
        gone: list[tuple[Step, HostError]] = []
        for number, step in enumerate(steps):
            if self._is_late:
                self._give_up(steps[number:], _("The host is slow. Publish again: what is left is done then."))
                break
            try:
                step.carry_out(self._client, self._account)
            except HostNotFound as error:
                gone.append((step, error))
            except HostError as error:
                self._fail(step, error)
                if not isinstance(error, _OF_ONE_STEP):
                    self._give_up(steps[number + 1 :], _advice(error), must_paste=not error.temporary)
                    break
            else:
                self._done.append(step.describe())
        # What somebody deleted just now is seen on looking again, and added.
        if self._failed or not is_first_round:
            for step, why in gone:
                self._fail(step, why)

    def _fail(self, step: Step, error: HostError) -> None:
        self._failed.append(f"{step.describe()}: {_(error.detail)}")
        # What the host rejects, as a plan's limit, it rejects by hand, too.
        if not error.temporary and not isinstance(error, HostRejected):
            self._paste.extend(filter(None, [step.paste()]))

    def _give_up(self, steps: Sequence[Step], advice: str, *, must_paste: bool = False) -> None:
        self._advice = advice
        self._failed.extend(_("%(step)s: not begun") % {"step": step.describe()} for step in steps)
        if must_paste:
            self._paste.extend(filter(None, (step.paste() for step in steps)))


def _advice(error: HostError) -> str:
    if isinstance(error, HostLimited) and error.retry_after:
        return _("Publish again in %(seconds)d seconds: what is left is done then.") % {"seconds": error.retry_after}
    if error.temporary:
        return _("Publish again in a while: what is left is done then.")
    return _("Enter a valid token on the account's page and publish again.")
