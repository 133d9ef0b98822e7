"""Celery tasks of view records."""

from celery import shared_task

from tenants.viewing import services


@shared_task(name="tenants.drain_views")
def drain_views() -> None:
    services.drain_views()


@shared_task(name="tenants.purge_views")
def purge_views() -> None:
    services.purge_views()
    services.purge_deleted_contacts()
