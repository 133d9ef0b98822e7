"""Celery tasks of the API."""

from celery import shared_task

from tenants.rest.idempotency import purge_keys


@shared_task(name="tenants.purge_idempotency_keys")
def purge_idempotency_keys() -> None:
    purge_keys()
