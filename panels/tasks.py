"""Celery tasks: what requests and planners put off."""

import logging

from celery import Task, shared_task

from panels import refresh
from panels.guard import Busy
from panels.snapshots import Source

logger = logging.getLogger(__name__)


# A connection that has no call to spare has one within seconds; the page fetches by itself before long.
@shared_task(name="panels.refresh_snapshot", bind=True, max_retries=20, default_retry_delay=1)
def refresh_snapshot(
    self: "Task[..., None]",
    account_id: int,
    customer: str,
    *,
    connection_id: int | None = None,
    capability: str | None = None,
    placement_id: int | None = None,
    generation: int = 0,
    connector: str | None = None,
    trace_id: str,
    wanted_at: float,
) -> None:
    """Fetch one source's data about one customer; see `panels.refresh.refresh_source`."""
    if connection_id is not None and capability is not None:
        source = Source.of_connection(connection_id, capability, generation=generation)
    elif connector is not None and capability is not None:
        source = Source.of_host(connector, capability)
    elif placement_id is not None:
        source = Source.of_placement(placement_id, generation=generation)
    else:
        raise ValueError("name a connection or host connector with its capability, or a placement")
    identity = refresh.read_identity(account_id, customer)
    if identity is None:
        logger.info("refresh dropped: account=%s source=%s: customer forgotten", account_id, source.key)
        return
    try:
        refresh.refresh_source(account_id, source, identity, trace_id=trace_id, wanted_at=wanted_at)
    except Busy:
        raise self.retry() from None


def enqueue_refresh(account_id: int, source: Source, customer: str, trace_id: str, wanted_at: float) -> None:
    """Queue one refresh for a viewer who waits. Raises kombu's OperationalError without a broker."""
    refresh_snapshot.apply_async(
        args=(account_id, customer),
        kwargs={
            "connection_id": source.connection_id,
            "capability": source.capability,
            "placement_id": source.placement_id,
            "generation": source.generation,
            **({"connector": source.connector} if source.connector else {}),
            "trace_id": trace_id,
            "wanted_at": wanted_at,
        },
        queue="interactive",
        # Nobody waits for it any longer; whoever still looks has asked again.
        expires=120,
        retry=False,
    )
