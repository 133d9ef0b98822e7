"""Celery tasks of webhooks."""

from celery import shared_task

from tenants.webhooks import planner


@shared_task(name="tenants.plan_host_events")
def plan_host_events() -> None:
    """Deal with the deliveries that wait; see `tenants.webhooks.planner`."""
    planner.drain()
