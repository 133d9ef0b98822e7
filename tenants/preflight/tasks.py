"""Celery tasks of the pre-flight: every night's, before anybody comes to work, and those that somebody watches."""

import datetime as dt
import logging

from celery import shared_task
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from kombu.exceptions import OperationalError

from tenants.models import Account
from tenants.preflight import runs
from tenants.preflight.services import run_in_english

logger = logging.getLogger(__name__)

# Who was checked within that time is not checked again in the same night.
_A_NIGHT = dt.timedelta(hours=6)
# One account follows another: while one was begun within that time, the night's round is on its way. Below the hour
# after which beat looks again.
_ROUND_KEY = "preflight:night"
_ROUND_SECONDS = 2_700


@shared_task(name="tenants.preflight_all")
def preflight_all() -> None:
    """Let every served account be checked, one after the other; go on where a round has broken off."""
    if cache.get(_ROUND_KEY) is None:
        _preflight_after(0)


@shared_task(name="tenants.preflight_account")
def preflight_account(account_id: int) -> None:
    """Check one account, and have the next one checked: only one worker is busy with all of them."""
    account = _due().filter(pk=account_id).first()
    try:
        if account is not None:
            run_in_english(account)
    finally:
        _preflight_after(account_id)


def _preflight_after(account_id: int) -> None:
    following = _due().filter(pk__gt=account_id).order_by("pk").values_list("pk", flat=True).first()
    if following is None:
        cache.delete(_ROUND_KEY)
        return
    try:
        preflight_account.apply_async(args=(following,), queue="prefetch")
    except (OperationalError, OSError) as error:
        logger.warning("pre-flight: no broker (%s); beat goes on later", type(error).__name__)
        cache.delete(_ROUND_KEY)
    else:
        cache.set(_ROUND_KEY, following, _ROUND_SECONDS)


def _due() -> QuerySet[Account]:
    """Return the served accounts that were not checked tonight."""
    not_yet = Q(preflight=None) | Q(preflight__checked_at__lt=timezone.now() - _A_NIGHT)
    return Account.objects.filter(not_yet, is_active=True, host_proved_at__isnull=False)


@shared_task(name="tenants.preflight_run")
def preflight_run(account_id: int, token: str, language: str) -> None:
    """Check one account for somebody who watches, in their language; see `tenants.preflight.runs`."""
    account = Account.objects.filter(pk=account_id).first()
    if account is not None:
        with translation.override(language):
            runs.carry_out(account, token)


def enqueue_run(account_id: int, token: str, language: str) -> None:
    """Queue a run that somebody watches. Raises kombu's OperationalError without a broker."""
    preflight_run.apply_async(
        args=(account_id, token, language), queue="interactive", expires=runs.EXPIRES_SECONDS, retry=False
    )
