"""Celery tasks of confirmation: what a request leaves to a worker."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from tenants.models import Account
from tenants.trust import records

logger = logging.getLogger(__name__)


@shared_task(name="tenants.read_record_again")
def read_record_again(account_id: int, kind: str, id_: int) -> None:
    """Read one of the host's records again that is about to get old; see `tenants.trust.records`."""
    account = Account.objects.filter(pk=account_id, is_active=True, host_proved_at__isnull=False).first()
    if account is not None:
        records.read_again(account, kind, id_)


def enqueue_record(account_id: int, kind: str, id_: int) -> None:
    """Ask a worker to read a record again; without a broker the next request that needs it does."""
    try:
        read_record_again.apply_async(args=(account_id, kind, id_), queue="prefetch", expires=60, retry=False)
    except (OperationalError, OSError):
        logger.warning("no broker: account=%s reads its %s later", account_id, kind)
