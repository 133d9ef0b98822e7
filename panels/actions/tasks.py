"""Celery tasks of actions."""

from celery import shared_task

from panels.actions import running, selectors, services


@shared_task(name="panels.run_action")
def run_action(run_id: int) -> None:
    """Do what an agent asked for; of a task that comes twice, once."""
    running.carry_out(run_id)


@shared_task(name="panels.purge_actions")
def purge_actions() -> None:
    """Delete what was asked for long ago."""
    services.purge()


def enqueue_action(run_id: int) -> None:
    """Have a worker do the run. Raises kombu's OperationalError without a broker."""
    run_action.apply_async(
        args=(run_id,), queue="interactive", expires=int(selectors.EXPIRES.total_seconds()), retry=False
    )
