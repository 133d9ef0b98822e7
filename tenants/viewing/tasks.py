"""Celery tasks of view records."""

from celery import shared_task

from tenants.models import Account
from tenants.viewing import purging, services


@shared_task(name="tenants.drain_views")
def drain_views() -> None:
    services.drain_views()


@shared_task(name="tenants.purge_views")
def purge_views() -> None:
    """Let every account be purged by itself: one with much to do takes no time from the others."""
    for account_id in Account.objects.order_by("pk").values_list("pk", flat=True):
        purge_views_of.apply_async(args=(account_id,), queue="prefetch")


@shared_task(name="tenants.purge_views_of")
def purge_views_of(account_id: int) -> None:
    """Purge what one account need not keep any longer."""
    account = Account.objects.filter(pk=account_id).first()
    if account is not None:
        purging.purge_views(account)
        purging.purge_deleted_contacts(account)
