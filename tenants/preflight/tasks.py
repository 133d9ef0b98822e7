"""Celery tasks of the pre-flight: every night's, before anybody comes to work, and those that somebody watches."""

from celery import shared_task
from django.utils import translation

from tenants.models import Account
from tenants.preflight import runs
from tenants.preflight.services import run_in_english


@shared_task(name="tenants.preflight_all")
def preflight_all() -> None:
    """Let every served account be checked, one after the other."""
    _preflight_after(0)


@shared_task(name="tenants.preflight_account")
def preflight_account(account_id: int) -> None:
    """Check one account, and have the next one checked: only one worker is busy with all of them."""
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    try:
        if account is not None:
            run_in_english(account)
    finally:
        _preflight_after(account_id)


def _preflight_after(account_id: int) -> None:
    served = Account.objects.filter(is_active=True, host_proved_at__isnull=False, pk__gt=account_id)
    following = served.order_by("pk").values_list("pk", flat=True).first()
    if following is not None:
        preflight_account.apply_async(args=(following,), queue="prefetch")


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
