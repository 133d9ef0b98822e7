"""Celery tasks of the pre-flight: every night's, before anybody comes to work, and those that somebody watches."""

from celery import shared_task
from django.utils import translation

from tenants.models import Account
from tenants.preflight import runs
from tenants.preflight.services import run_in_english

# The hosts are not asked all at once.
_SECONDS_APART = 2


@shared_task(name="tenants.preflight_all")
def preflight_all() -> None:
    """Let every served account be checked, one after the other."""
    served = Account.objects.filter(is_active=True, host_proved_at__isnull=False).order_by("pk")
    for number, account_id in enumerate(served.values_list("pk", flat=True)):
        preflight_account.apply_async(args=(account_id,), queue="prefetch", countdown=number * _SECONDS_APART)


@shared_task(name="tenants.preflight_account")
def preflight_account(account_id: int) -> None:
    """Check one account."""
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is not None:
        run_in_english(account)


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
