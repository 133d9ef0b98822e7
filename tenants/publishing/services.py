"""Publishing: the host gets the account's tabs and webhook."""

import secrets
from dataclasses import dataclass

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import audit
from tenants.host.client import HostClient
from tenants.host.errors import HostError, HostForbidden, HostNotFound, HostRejected
from tenants.models import Account
from tenants.publishing.plan import make_plan

_LOCK_SECONDS = 120
# Failures of one step that say nothing of the others.
_OF_ONE_STEP = (HostForbidden, HostRejected, HostNotFound)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, what was not and why, and what an operator can enter in the host by hand instead."""

    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    paste: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the host has everything now."""
        return not self.failed


def publish(account: Account) -> Outcome:
    """Do what the plan says, step by step. Raises ValidationError when nothing could be begun.

    Broken off at any point, publishing again does the rest: what was done is seen in the host.
    """
    token, key = secrets.token_hex(8), f"{account.pk}:publishing"
    if not cache.add(key, token, _LOCK_SECONDS):
        raise ValidationError(_("Somebody else is publishing this account at the moment. Try again in a minute."))
    try:
        return _publish(account)
    finally:
        if cache.get(key) == token:
            cache.delete(key)


def drift(account: Account) -> list[str]:
    """Return how the host differs from what was published, a sentence for each difference. Raises ValidationError."""
    return [] if account.published_at is None else [step.describe() for step in make_plan(account).steps]


def _publish(account: Account) -> Outcome:
    client = HostClient(account)
    plan = make_plan(account, client)
    done: list[str] = []
    failed: list[str] = []
    paste: list[str] = []
    try:
        for step in plan.steps:
            try:
                step.carry_out(client, account)
            except HostError as error:
                failed.append(f"{step.describe()}: {_(error.detail)}")
                paste.extend(filter(None, [step.paste()]))
                if not isinstance(error, _OF_ONE_STEP):
                    break
            else:
                done.append(step.describe())
        if not failed and (done or account.published_at is None):
            account.published_at = timezone.now()
            account.save(update_fields=["published_at"])
    finally:
        # Also where something else broke it off: what was done in the host is done.
        if done or failed:
            audit.record("publish", account, after={"done": done, "failed": failed})
    return Outcome(tuple(done), tuple(failed), tuple(paste))
